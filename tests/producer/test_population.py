from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime

from producer.population import World


def test_the_same_world_has_the_same_people() -> None:
    assert World(seed=3, patients=500).population() == World(seed=3, patients=500).population()


def test_another_seed_has_other_people() -> None:
    some, others = (World(seed=seed, patients=200).population() for seed in (1, 2))
    assert not {p.patient_id for p in some} & {p.patient_id for p in others}


def test_a_smaller_population_is_the_beginning_of_a_larger_one() -> None:
    assert World(patients=2000).population()[:300] == World(patients=300).population()


def test_patients_have_distinct_uuids_and_ages_up_to_95_at_the_start() -> None:
    people = World().population()
    assert len({str(uuid.UUID(p.patient_id)) for p in people}) == len(people) == 20_000
    ages = [p.age_at(20_210_101) for p in people]
    assert min(ages) == 0
    assert 94 <= max(ages) <= 95
    assert Counter(p.gender for p in people).keys() == {"F", "M"}


def test_only_the_retired_start_with_medicare() -> None:
    for patient in World(patients=5000).population():
        is_retired = patient.age_at(20_210_101) >= 65
        assert is_retired or patient.insurance_type != "Medicare"
        assert not is_retired or patient.insurance_type != "Self-Pay"


def test_worlds_that_differ_in_anything_have_names_of_their_own() -> None:
    later = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
    worlds = [World(), World(seed=43), World(patients=19_999), World(start=later)]
    assert len({world.name for world in worlds}) == 4
    assert World().name == World(seed=42).name

"""Encounters: the five years before the simulation begins, and how each one is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from producer.clock import DAY, HOUR, MINUTE, packed_day
from producer.condition import Condition, draw_condition
from producer.insurance import MEDICARE, PRIVATE, RETIREMENT_AGE, Payer, payers_of
from producer.organization import Organization, Provider
from producer.population import Patient, World, uuid_from
from producer.weighted import Weighted

YEARS_BEFORE_START = 5
_LAST_DAYS_FREE = 40  # so that the longest hospital stay ends before the simulation begins


@dataclass(frozen=True)
class EncounterClass:
    name: str
    code: str
    """SNOMED CT."""
    description: str
    weight: int
    median_minutes: float
    base_cost: int
    """In cents, of the visit itself."""
    treatment_cost: int
    """In cents, the median of what comes on top; of a bed, per day."""
    in_hospital: bool
    opens: int = 8
    closes: int = 17
    """Hours of the day (UTC) in which it begins."""


ENCOUNTER_CLASSES = (
    EncounterClass(
        name="wellness",
        code="162673000",
        description="General examination of patient (procedure)",
        weight=32,
        median_minutes=30,
        base_cost=13_680,
        treatment_cost=12_000,
        in_hospital=False,
    ),
    EncounterClass(
        name="ambulatory",
        code="185345009",
        description="Encounter for symptom",
        weight=32,
        median_minutes=25,
        base_cost=8_555,
        treatment_cost=9_000,
        in_hospital=False,
    ),
    EncounterClass(
        name="outpatient",
        code="185349003",
        description="Encounter for check up (procedure)",
        weight=14,
        median_minutes=40,
        base_cost=14_258,
        treatment_cost=25_000,
        in_hospital=False,
    ),
    EncounterClass(
        name="urgentcare",
        code="702927004",
        description="Urgent care clinic (procedure)",
        weight=8,
        median_minutes=45,
        base_cost=14_258,
        treatment_cost=16_000,
        in_hospital=False,
        opens=8,
        closes=21,
    ),
    EncounterClass(
        name="emergency",
        code="50849002",
        description="Emergency room admission (procedure)",
        weight=9,
        median_minutes=180,
        base_cost=14_618,
        treatment_cost=95_000,
        in_hospital=True,
        opens=0,
        closes=24,
    ),
    EncounterClass(
        name="inpatient",
        code="32485007",
        description="Hospital admission (procedure)",
        weight=5,
        median_minutes=4000,
        base_cost=17_000,
        treatment_cost=240_000,
        in_hospital=True,
        opens=0,
        closes=24,
    ),
)
EMERGENCY, INPATIENT = ENCOUNTER_CLASSES[4:]
_CLASSES = Weighted(ENCOUNTER_CLASSES, [kind.weight for kind in ENCOUNTER_CLASSES])
_CLINIC_CLASSES = Weighted(ENCOUNTER_CLASSES[:4], [kind.weight for kind in ENCOUNTER_CLASSES[:4]])


@dataclass(frozen=True, slots=True)
class PastEncounter:
    """A finished encounter. Amounts are in cents."""

    encounter_id: str
    started_at: int
    stopped_at: int
    patient: Patient
    organization: Organization
    provider: Provider
    payer: Payer
    kind: EncounterClass
    total_claim_cost: int
    payer_coverage: int
    reason: Condition | None
    vitals: Mapping[str, float] | None = None
    """Those of the admission's event, where the simulation has seen it."""


def own_insurers(world: World, population: list[Patient]) -> list[Payer]:
    """The private insurer of each patient, for whenever the insurance is private."""
    rng = world.random("insurers")
    return [rng.choice(_PRIVATE) for _ in population]


def payer_of(insurance_type: str, private: Payer, age: int) -> Payer:
    """Who pays for an encounter at this age; Medicare for nobody below 65."""
    if insurance_type == PRIVATE or (insurance_type == MEDICARE and age < RETIREMENT_AGE):
        return private
    return payers_of(insurance_type)[0]


def encounter_history(
    world: World, population: list[Patient], insurers: list[Payer], sites: list[Organization]
) -> Iterator[PastEncounter]:
    """Every patient's encounters in the years before `world.start`, patient by patient and each
    patient's by time, none before birth; about three per patient, more for the old."""
    rng = world.random("history")
    site_of = {(site.town, site.is_hospital): site for site in sites}
    last_day = world.start // DAY - _LAST_DAYS_FREE
    first_day = last_day - YEARS_BEFORE_START * 365
    today = packed_day(world.start)
    for patient, private in zip(population, insurers, strict=True):
        visits = 1 + int(rng.expovariate(1 / (0.8 + patient.age_at(today) / 25)))
        days = sorted(first_day + int(rng.random() * (last_day - first_day)) for _ in range(visits))
        for day in days:
            age = patient.age_at(packed_day(day * DAY - DAY))
            if age < 0:
                continue
            kind = _CLASSES.draw(rng)
            payer = payer_of(patient.insurance_type, private, age)
            site = site_of[patient.town, kind.in_hospital]
            yield _encounter(rng, patient, day, kind, site, payer)


def clinic_encounter(
    rng: Random, patient: Patient, day: int, site: Organization, payer: Payer
) -> PastEncounter:
    """A visit to a clinic on a day (days since 1970), over before midnight."""
    return _encounter(rng, patient, day, _CLINIC_CLASSES.draw(rng), site, payer)


def draw_cost(rng: Random, kind: EncounterClass, seconds: int) -> int:
    """What an encounter of this length costs in the end, in cents: more than its base cost."""
    days = max(1.0, seconds / DAY) if kind is INPATIENT else 1.0
    return kind.base_cost + round(kind.treatment_cost * days * rng.lognormvariate(0, 0.7))


def _encounter(
    rng: Random,
    patient: Patient,
    day: int,
    kind: EncounterClass,
    site: Organization,
    payer: Payer,
) -> PastEncounter:
    started_at = day * DAY + int((kind.opens + rng.random() * (kind.closes - kind.opens)) * HOUR)
    longest = 30 * DAY if kind.in_hospital else 2 * HOUR
    minutes = min(kind.median_minutes * rng.lognormvariate(0, 0.5), longest / MINUTE)
    seconds = max(5, int(minutes)) * MINUTE
    total = draw_cost(rng, kind, seconds)
    age = patient.age_at(packed_day(started_at))
    return PastEncounter(
        encounter_id=uuid_from(rng),
        started_at=started_at,
        stopped_at=started_at + seconds,
        patient=patient,
        organization=site,
        provider=rng.choice(site.providers),
        payer=payer,
        kind=kind,
        total_claim_cost=total,
        payer_coverage=round(total * payer.coverage),
        reason=draw_condition(rng, kind.name, patient.gender, age),
    )


_PRIVATE = payers_of(PRIVATE)

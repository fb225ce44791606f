"""The five years of encounters before the simulation begins, for encounters.csv."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from producer.clock import DAY, HOUR, MINUTE, packed_day
from producer.hospital import HOSPITALS
from producer.insurance import MEDICARE, PRIVATE, RETIREMENT_AGE, Payer, payers_of
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
    base_cost: float
    in_hospital: bool
    opens: int = 8
    closes: int = 17
    """Hours of the day (UTC) in which it begins."""


ENCOUNTER_CLASSES = (
    EncounterClass(
        "wellness", "162673000", "General examination of patient (procedure)", 32, 30, 136.8, False
    ),
    EncounterClass("ambulatory", "185345009", "Encounter for symptom", 32, 25, 85.55, False),
    EncounterClass(
        "outpatient", "185349003", "Encounter for check up (procedure)", 14, 40, 142.58, False
    ),
    EncounterClass(
        "urgentcare", "702927004", "Urgent care clinic (procedure)", 8, 45, 142.58, False, 8, 21
    ),
    EncounterClass(
        "emergency", "50849002", "Emergency room admission (procedure)", 9, 180, 146.18, True, 0, 24
    ),
    EncounterClass(
        "inpatient", "32485007", "Hospital admission (procedure)", 5, 4000, 170.0, True, 0, 24
    ),
)
_CLASSES = Weighted(ENCOUNTER_CLASSES, [kind.weight for kind in ENCOUNTER_CLASSES])


@dataclass(frozen=True)
class Organization:
    organization_id: str
    town: int
    """Index into HOSPITALS."""
    is_hospital: bool
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastEncounter:
    encounter_id: str
    started_at: int
    stopped_at: int
    patient: Patient
    organization: Organization
    provider_id: str
    payer: Payer
    kind: EncounterClass
    total_claim_cost: float
    payer_coverage: float


def organizations(world: World) -> list[Organization]:
    """A hospital and a clinic per town, hospitals first; the same for every size of population."""
    rng = world.random("organizations")
    return [
        Organization(uuid_from(rng), town, is_hospital, tuple(uuid_from(rng) for _ in range(6)))
        for is_hospital in (True, False)
        for town in range(len(HOSPITALS))
    ]


def encounter_history(
    world: World, population: list[Patient], sites: list[Organization]
) -> Iterator[PastEncounter]:
    """Every patient's encounters in the years before `world.start`, patient by patient, none of
    them before birth; about three per patient, more for the old."""
    rng = world.random("history")
    site_of = {(site.town, site.is_hospital): site for site in sites}
    last_day = world.start // DAY - _LAST_DAYS_FREE
    first_day = last_day - YEARS_BEFORE_START * 365
    for patient in population:
        private = rng.choice(payers_of(PRIVATE))
        own = private if patient.insurance_type == PRIVATE else payers_of(patient.insurance_type)[0]
        visits = 1 + int(rng.expovariate(1 / (0.8 + patient.age_at(packed_day(world.start)) / 25)))
        for _ in range(visits):
            day = first_day + int(rng.random() * (last_day - first_day))
            age = patient.age_at(packed_day(day * DAY - DAY))
            kind = _CLASSES.draw(rng)
            if age < 0:
                continue
            is_too_young = own.insurance_type == MEDICARE and age < RETIREMENT_AGE
            payer = private if is_too_young else own
            yield _encounter(
                rng, patient, day, kind, site_of[patient.town, kind.in_hospital], payer
            )


def _encounter(
    rng: Random,
    patient: Patient,
    day: int,
    kind: EncounterClass,
    site: Organization,
    payer: Payer,
) -> PastEncounter:
    started_at = day * DAY + int((kind.opens + rng.random() * (kind.closes - kind.opens)) * HOUR)
    minutes = min(kind.median_minutes * rng.lognormvariate(0, 0.5), 30 * DAY / MINUTE)
    total = round(kind.base_cost * rng.lognormvariate(1.0, 0.6), 2)
    return PastEncounter(
        encounter_id=uuid_from(rng),
        started_at=started_at,
        stopped_at=started_at + max(5, int(minutes)) * MINUTE,
        patient=patient,
        organization=site,
        provider_id=rng.choice(site.providers),
        payer=payer,
        kind=kind,
        total_claim_cost=max(total, kind.base_cost),
        payer_coverage=round(max(total, kind.base_cost) * payer.coverage, 2),
    )

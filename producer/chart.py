"""What an encounter leaves behind, as rows: findings, measurements, procedures and the claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from producer.allergy import Allergy, draw_allergies
from producer.claim import claim_of
from producer.claim_rows import claim_row, transaction_row
from producer.clock import DAY, iso, iso_date, packed_day
from producer.condition import Condition
from producer.feed_file import Row, amount
from producer.history import PastEncounter
from producer.measurement import Measurement, draw_measurements
from producer.population import Patient
from producer.procedure import Procedure, draw_procedures

FEEDS = (
    "encounters",
    "conditions",
    "observations",
    "procedures",
    "allergies",
    "claims",
    "claims_transactions",
)


class Charts:
    """The rows of all encounters as they stand at `as_of`, by feed.

    What is drawn for an encounter depends on its id alone. A patient's encounters must come in the
    order they ended: allergies are found at the first, a chronic condition the first time.
    """

    def __init__(
        self, as_of: int, payer_ids: Mapping[str, str], died_at: Mapping[str, int]
    ) -> None:
        """`payer_ids` by name, `died_at` by patient id."""
        self._as_of = as_of
        self._payer_ids = payer_ids
        self._died_at = died_at
        self._chronic: dict[str, set[str]] = {}
        """Codes by patient id; a patient is in here from the first encounter on."""

    def rows(self, encounter: PastEncounter) -> Iterator[tuple[str, Row]]:
        """Every row of an encounter with its feed."""
        rng = Random(f"chart of {encounter.encounter_id}")
        yield "encounters", self._encounter_row(encounter)
        if encounter.patient.patient_id not in self._chronic:
            self._chronic[encounter.patient.patient_id] = set()
            for allergy in draw_allergies(rng):
                yield "allergies", _allergy_row(encounter, allergy)
        if encounter.reason is not None and self._is_news(encounter.patient, encounter.reason):
            yield "conditions", self._condition_row(encounter, encounter.reason)
        for measurement in _measured(rng, encounter):
            yield "observations", _observation_row(encounter, measurement)
        procedures = _done(rng, encounter)
        for procedure in procedures:
            yield "procedures", _procedure_row(encounter, procedure)
        claim = claim_of(rng, encounter, procedures)
        happened = claim.by(self._as_of)
        yield "claims", claim_row(claim, happened, self._payer_ids)
        for transaction in happened:
            yield "claims_transactions", transaction_row(claim, transaction, self._payer_ids)

    def _is_news(self, patient: Patient, condition: Condition) -> bool:
        """Whether it is told again: what lasts for ever is found once."""
        if condition.days is not None:
            return True
        known = self._chronic[patient.patient_id]
        is_news = condition.code not in known
        known.add(condition.code)
        return is_news

    def _encounter_row(self, encounter: PastEncounter) -> Row:
        return (
            encounter.encounter_id,
            iso(encounter.started_at),
            iso(encounter.stopped_at),
            encounter.patient.patient_id,
            encounter.organization.organization_id,
            encounter.provider.provider_id,
            self._payer_ids[encounter.payer.name],
            encounter.kind.name,
            encounter.kind.code,
            encounter.kind.description,
            amount(encounter.kind.base_cost),
            amount(encounter.total_claim_cost),
            amount(encounter.payer_coverage),
            *_reason(encounter),
        )

    def _condition_row(self, encounter: PastEncounter, condition: Condition) -> Row:
        return (
            iso_date(encounter.started_at),
            self._end_of(condition, encounter),
            encounter.patient.patient_id,
            encounter.encounter_id,
            condition.system,
            condition.code,
            condition.description,
        )

    def _end_of(self, condition: Condition, encounter: PastEncounter) -> str:
        """Empty until it is over, and for ever when the patient dies before."""
        if condition.days is None:
            return ""
        ends_at = encounter.stopped_at + condition.days * DAY
        died_at = self._died_at.get(encounter.patient.patient_id, ends_at + 1)
        return iso_date(ends_at) if ends_at <= self._as_of and ends_at < died_at else ""


def _measured(rng: Random, encounter: PastEncounter) -> list[Measurement]:
    patient = encounter.patient
    age = patient.age_at(packed_day(encounter.started_at))
    return draw_measurements(rng, encounter.kind.name, patient.gender, age, encounter.vitals)


def _done(rng: Random, encounter: PastEncounter) -> list[Procedure]:
    price = encounter.total_claim_cost - encounter.kind.base_cost
    times = encounter.started_at, encounter.stopped_at
    return draw_procedures(rng, encounter.kind.in_hospital, *times, price)


def _allergy_row(encounter: PastEncounter, allergy: Allergy) -> Row:
    return (
        iso_date(encounter.started_at),
        "",
        encounter.patient.patient_id,
        encounter.encounter_id,
        allergy.code,
        allergy.system,
        allergy.description,
        "allergy",
        allergy.category,
        *allergy.reactions,
    )


def _observation_row(encounter: PastEncounter, measurement: Measurement) -> Row:
    return (
        iso(encounter.started_at),
        encounter.patient.patient_id,
        encounter.encounter_id,
        *measurement,
    )


def _procedure_row(encounter: PastEncounter, procedure: Procedure) -> Row:
    return (
        iso(procedure.started_at),
        iso(procedure.stopped_at),
        encounter.patient.patient_id,
        encounter.encounter_id,
        procedure.code,
        procedure.description,
        amount(procedure.cost),
        *_reason(encounter),
    )


def _reason(encounter: PastEncounter) -> tuple[str, str]:
    reason = encounter.reason
    return ("", "") if reason is None else (reason.code, reason.description)

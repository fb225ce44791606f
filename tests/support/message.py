"""Messages of the contract with every field set, so that a test names only what matters to it."""

from typing import Any

Fields = dict[str, Any]


def admission(event_id: str, at: str, patient_id: str = "P1", **changed: Any) -> Fields:
    """An ADMISSION told at the moment it happens; a change to None leaves the field out."""
    fields: Fields = {
        "event_type": "ADMISSION",
        "event_id": event_id,
        "visit_id": None,
        "patient_id": patient_id,
        "gender": "F",
        "age": 40,
        "department": "Surgery",
        "hospital_id": "H1",
        "hospital_name": "North",
        "bed_id": "H1-SUR-01",
        "admission_time": at,
        "admission_priority": "Urgent",
        "diagnosis_code": "K35.80-Appendicitis",
        "insurance_type": "Private",
        "vitals": {"heart_rate": 80, "temperature_f": 98.6},
        "event_timestamp": at,
    }
    return _changed(fields, changed)


def discharge(
    event_id: str, at: str, admitted: str | None, patient_id: str = "P1", **changed: Any
) -> Fields:
    """A DISCHARGE told at the moment it happens, repeating its admission's fields."""
    fields = admission(event_id, at, patient_id) | {
        "event_type": "DISCHARGE",
        "admission_time": admitted,
        "discharge_time": at,
        "discharge_status": "Discharged-Home",
    }
    return _changed(fields, changed)


def encounter(event_id: str, at: str, patient_id: str = "P1", **changed: Any) -> Fields:
    """An encounter of no length, told at the moment it happens."""
    fields: Fields = {
        "event_id": event_id,
        "encounter_id": f"enc-{event_id}",
        "patient_id": patient_id,
        "gender": "F",
        "age": 40,
        "department": "ambulatory",
        "admission_time": at,
        "discharge_time": at,
        "organization_id": "O1",
        "provider_id": "D1",
        "payer_id": "Y1",
        "base_encounter_cost": 100.0,
        "total_claim_cost": 150.0,
        "payer_coverage": 75.5,
        "event_timestamp": at,
    }
    return _changed(fields, changed)


def reading(event_id: str, at: str, patient_id: str = "P1", **changed: Any) -> Fields:
    """A reading of a patient who is well: every vital in range, NEWS2 0."""
    fields: Fields = {
        "event_id": event_id,
        "patient_id": patient_id,
        "device_id": "M1",
        "measured_at": at,
        "heart_rate": 80,
        "systolic_bp": 120,
        "diastolic_bp": 80,
        "oxygen_saturation": 98,
        "respiratory_rate": 16,
        "temperature_f": 98.6,
        "consciousness": "A",
        "on_supplemental_oxygen": False,
    }
    return _changed(fields, changed)


def _changed(fields: Fields, changed: Fields) -> Fields:
    return {name: value for name, value in (fields | changed).items() if value is not None}

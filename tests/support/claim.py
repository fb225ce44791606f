"""Lines of the nightly files about encounters, claims and what is paid for them."""

from typing import Any

from support.raw import RawRecord, records

NIGHTS = ("2026-02-01", "2026-02-02", "2026-02-03")


def patient(identity: str, **changed: str) -> dict[str, str]:
    line = {"Id": identity, "BIRTHDATE": "1980-05-01", "GENDER": "F", "FIRST": "Ada"}
    return line | {"LAST": "Lane", "ADDRESS": "1 Elm", "CITY": "Salem", "STATE": "MA"} | changed


def encounter_line(identity: str, patient_id: str = "P1", **changed: str) -> dict[str, str]:
    line = {
        "Id": identity,
        "START": "2026-01-10T08:00:00Z",
        "STOP": "2026-01-10T09:30:59Z",
        "PATIENT": patient_id,
        "ORGANIZATION": "O1",
        "PROVIDER": "D1",
        "PAYER": "Y1",
        "ENCOUNTERCLASS": "ambulatory",
        "CODE": "185345009",
        "DESCRIPTION": "Encounter for symptom",
        "BASE_ENCOUNTER_COST": "100.00",
        "TOTAL_CLAIM_COST": "150.00",
        "PAYER_COVERAGE": "75.50",
        "REASONCODE": "",
        "REASONDESCRIPTION": "",
    }
    return line | changed


def claim(identity: str, patient_id: str = "P1", **changed: str) -> dict[str, str]:
    line = {
        "Id": identity,
        "PATIENTID": patient_id,
        "PROVIDERID": "D1",
        "PRIMARYPATIENTINSURANCEID": "Y1",
        "SECONDARYPATIENTINSURANCEID": "0",
        "DIAGNOSIS1": "195662009",
        "APPOINTMENTID": "E1",
        "CURRENTILLNESSDATE": "2026-01-09T10:00:00Z",
        "SERVICEDATE": "2026-01-10T08:00:00Z",
        "STATUS1": "BILLED",
        "STATUS2": "",
        "STATUSP": "BILLED",
        "OUTSTANDING1": "80.00",
        "OUTSTANDING2": "",
        "OUTSTANDINGP": "20.00",
    }
    return line | changed


def payment(identity: str, amount: str, encounter_id: str = "E1", **changed: str) -> dict[str, str]:
    line = {
        "ID": identity,
        "CLAIMID": "C1",
        "CHARGEID": "1",
        "PATIENTID": "P1",
        "TYPE": "PAYMENT",
        "AMOUNT": "",
        "METHOD": "CASH",
        "FROMDATE": "2026-01-10T08:00:00Z",
        "TODATE": "2026-01-10T09:30:59Z",
        "PLACEOFSERVICE": "O1",
        "PROCEDURECODE": "185345009",
        "UNITS": "",
        "UNITAMOUNT": "",
        "PAYMENTS": amount,
        "ADJUSTMENTS": "",
        "TRANSFERS": "",
        "OUTSTANDING": "",
        "APPOINTMENTID": encounter_id,
        "PROVIDERID": "D1",
    }
    return line | changed


def charge(identity: str, amount: str, encounter_id: str = "E1", **changed: str) -> dict[str, str]:
    told = {"TYPE": "CHARGE", "METHOD": "", "AMOUNT": amount, "UNITS": "1", "UNITAMOUNT": amount}
    return payment(identity, "", encounter_id, **told) | changed


def night(number: int, **lines: list[dict[str, Any]]) -> list[RawRecord]:
    """The files of a night, 0 being the first, by the name of their silver source."""
    return [row for source, told in lines.items() for row in records(source, NIGHTS[number], *told)]

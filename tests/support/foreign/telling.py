"""How the foreign hospital tells of a stay: its messages, their dirt, and what the dirt leaves.

The dirt is done to the message and, beside it, noted in `Told`: what a careful reader can know.
"""

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from support.foreign.stay import Stay

Fields = dict[str, Any]

OFFSETS = (dt.UTC, dt.timezone(dt.timedelta(hours=2)), dt.timezone(dt.timedelta(hours=-5)))
LOSING = ("malformed", "no_event_type", "no_patient_id")
"""Dirt that makes a stay undecidable: there is no visit_id to find its other half by."""
HARMLESS = (
    "future_admission",
    "invalid_age",
    "discharge_before_admit",
    "department_typo",
    "invalid_hospital",
    "no_department",
    "no_admission_time",
    "no_event_timestamp",
    "no_event_id",
    "wrong_then_corrected",
    "wrong_patient_then_corrected",
    "cut_off_then_sent_again",
    "wrong_clock_then_sent_again",
)


@dataclass(frozen=True)
class Told:
    """What a careful reader can know from the messages about one admission or discharge."""

    at: dt.datetime
    insurance: str
    patient_id: str | None
    hospital_id: str | None
    department: str | None
    is_readable: bool = True
    is_typed: bool = True

    @property
    def counts(self) -> bool:
        """Whether it opens or closes a bed."""
        return self.is_readable and self.is_typed

    @property
    def knows_place(self) -> bool:
        return None not in (self.hospital_id, self.department)


@dataclass(frozen=True)
class Message:
    """What is sent, and when."""

    sent_at: dt.datetime
    payload: str | None
    is_readable: bool = True
    is_stamped: bool = True
    """Whether it gives an event_timestamp."""


def tell(
    stay: Stay, kind: str, dirt: str | None, stranger: str, rng: random.Random
) -> tuple[Told, list[Message]]:
    """The messages about the stay's ADMISSION or DISCHARGE, and what they let one know."""
    at = stay.admitted_at if kind == "ADMISSION" else stay.discharged_at
    assert at is not None
    fields = _fields(stay, kind, at, rng)
    told = Told(at, stay.insurance, stay.patient_id, stay.hospital_id, stay.department)
    if dirt is None:
        return told, [_message(fields, at)]
    if dirt in _REPEATED:
        return told, _REPEATED[dirt](fields, at, stranger, rng)
    if dirt == "malformed":
        text = json.dumps(fields)
        return replace(told, is_readable=False), [_cut(text, at, rng)]
    return _spoiled(told, fields, dirt, rng), [_message(fields, at)]


def _spoiled(told: Told, fields: Fields, dirt: str, rng: random.Random) -> Told:
    """Spoil the fields in place; what is left to know."""
    if dirt.startswith("no_"):
        del fields[dirt.removeprefix("no_")]
        return _without(told, dirt)
    if dirt == "future_admission":
        fields["admission_time"] = _written(told.at + dt.timedelta(days=3), rng)
    elif dirt == "invalid_age":
        fields["age"] = rng.choice([-1, 121, 999])
    elif dirt == "discharge_before_admit" and "discharge_time" in fields:
        fields["discharge_time"] = "2026-02-01T00:00:00Z"
    elif dirt == "department_typo" and told.department not in ("ICU", "Neurology"):
        fields["department"] = _typo(str(told.department), rng)
    elif dirt == "invalid_hospital":
        fields["hospital_id"] = rng.choice(["H99", "h1", "North"])
        return replace(told, hospital_id=None)
    return told


def _without(told: Told, dirt: str) -> Told:
    if dirt == "no_event_type":
        return replace(told, is_typed=False)
    if dirt == "no_patient_id":
        return replace(told, patient_id=None)
    return replace(told, department=None) if dirt == "no_department" else told


def _fields(stay: Stay, kind: str, at: dt.datetime, rng: random.Random) -> Fields:
    blank = rng.choice(["", "", "", " "])
    fields: Fields = {
        "event_type": kind if rng.random() < 0.5 else kind.title(),
        "event_id": f"urn:uuid:{rng.getrandbits(128):032x}",
        "patient_id": f"{blank}{stay.patient_id}{blank}",
        "gender": stay.gender,
        "age": stay.age,
        "department": stay.department,
        "hospital_id": stay.hospital_id,
        "bed_id": f"{stay.hospital_id}-{stay.department[:3].upper()}-{stay.bed:02d}",
        "admission_time": _written(stay.admitted_at, rng),
        "insurance_type": stay.insurance,
        "diagnosis_code": "Z00.0-Examination",
        "vitals": {"heart_rate": rng.randint(50, 120), "oxygen_saturation": "97.5"},
        "event_timestamp": _written(at, rng),
        "sender": {"system": "Meridian", "release": 4},
    }
    if kind == "DISCHARGE":
        fields |= {"discharge_time": _written(at, rng), "discharge_status": "Discharged-Home"}
    return fields


def _wrong(fields: Fields, at: dt.datetime, _: str, rng: random.Random) -> list[Message]:
    wrong = {"insurance_type": "Unheard-of", "age": 7, "department": "Cafeteria"}
    return _corrected(fields, at, wrong, rng)


def _wrong_patient(
    fields: Fields, at: dt.datetime, stranger: str, rng: random.Random
) -> list[Message]:
    return _corrected(fields, at, {"patient_id": stranger}, rng)


def _corrected(fields: Fields, at: dt.datetime, wrong: Fields, rng: random.Random) -> list[Message]:
    """A wrong message stamped a little too early, and its correction under the same event_id."""
    early = at - dt.timedelta(minutes=7)
    wrong = fields | wrong | {"event_timestamp": _written(early, rng)}
    return [_message(wrong, early), _message(fields, at)]


def _cut_off(fields: Fields, at: dt.datetime, _: str, rng: random.Random) -> list[Message]:
    return [_cut(json.dumps(fields), at, rng), _message(fields, at)]


def _wrong_clock(fields: Fields, at: dt.datetime, _: str, rng: random.Random) -> list[Message]:
    wrong = fields | {"event_timestamp": _written(at + dt.timedelta(days=40), rng)}
    return [replace(_message(wrong, at), is_readable=False), _message(fields, at)]


_Repeat = Callable[[Fields, dt.datetime, str, random.Random], list[Message]]
_REPEATED: dict[str, _Repeat] = {
    "wrong_then_corrected": _wrong,
    "wrong_patient_then_corrected": _wrong_patient,
    "cut_off_then_sent_again": _cut_off,
    "wrong_clock_then_sent_again": _wrong_clock,
}


def _message(fields: Fields, at: dt.datetime) -> Message:
    return Message(at, json.dumps(fields), is_stamped="event_timestamp" in fields)


def _cut(text: str, at: dt.datetime, rng: random.Random) -> Message:
    return Message(at, text[: rng.randrange(5, len(text))], is_readable=False)


def _written(at: dt.datetime, rng: random.Random) -> str:
    """The same instant in UTC or with another offset."""
    local = at.replace(tzinfo=dt.UTC).astimezone(rng.choice(OFFSETS))
    text = local.isoformat(timespec=rng.choice(["seconds", "minutes"]))
    return text.replace("+00:00", rng.choice(["Z", "+00:00", ""]))


def _typo(name: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(name) - 1)
    return rng.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            name.upper(),
        ]
    )

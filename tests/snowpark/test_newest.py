"""Dimensions without history: a row per member, with what the newest file says of it."""

import hashlib

from carefloe.gold.dim_department import departments
from carefloe.gold.dim_payer import payers
from snowflake.snowpark import Session
from support.frame import TEXT, TIME, WHOLE, frame, rows_of
from support.raw import at


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_payer_has_its_newest_name_and_needs_no_file(session: Session) -> None:
    named = frame(session, {"PAYER_ID": TEXT}, [("Y1",), ("Y2",), ("Y1",), (None,)])
    kinds = {
        "PAYER_ID": TEXT,
        "AS_OF": TIME,
        "PAYLOAD_HASH": TEXT,
        "PAYER_NAME": TEXT,
        "STATE_HEADQUARTERED": TEXT,
    }
    told = [
        ("Y1", at("2026-01-02"), "a", "Second", None),
        ("Y1", at("2026-01-01"), "z", "First", "MA"),
        ("Y1", at("2026-01-02"), "b", "Third", "NH"),
        ("Y3", at("2026-01-01"), "c", "Not named", "NY"),
    ]
    made = rows_of(payers(named, frame(session, kinds, told)))
    assert sorted(made, key=lambda row: row["payer_id"]) == [
        {
            "payer_key": sha("2:Y1"),
            "payer_id": "Y1",
            "payer_name": "Third",
            "state_headquartered": "NH",
        },
        {
            "payer_key": sha("2:Y2"),
            "payer_id": "Y2",
            "payer_name": None,
            "state_headquartered": None,
        },
    ]


def test_a_department_is_one_of_its_hospital(session: Session) -> None:
    named = frame(
        session,
        {"HOSPITAL_ID": TEXT, "DEPARTMENT": TEXT},
        [("H1", "ICU"), ("H2", "ICU"), (None, "ICU"), ("H1", None), ("H1", "ICU")],
    )
    kinds = {
        "HOSPITAL_ID": TEXT,
        "DEPARTMENT": TEXT,
        "AS_OF": TIME,
        "PAYLOAD_HASH": TEXT,
        "DEPARTMENT_CODE": TEXT,
        "BED_CAPACITY": WHOLE,
    }
    told = [
        ("H1", "ICU", at("2026-01-01"), "a", "ICU", 8),
        ("H1", "ICU", at("2026-02-01"), "b", "ICU", 12),
        ("H1", "Surgery", at("2026-02-01"), "c", "SUR", 20),
    ]
    made = rows_of(departments(named, frame(session, kinds, told)))
    found = {
        row["department_key"]: (row["hospital_id"], row["department"], row["bed_capacity"])
        for row in made
    }
    assert found == {
        sha("2:H13:ICU"): ("H1", "ICU", 12),
        sha("2:H23:ICU"): ("H2", "ICU", None),
        sha("-3:ICU"): (None, "ICU", None),
    }
    assert len(made) == 3

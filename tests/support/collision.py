"""Random messages and file lines that collide: few patients, visits, instants and event ids."""

from typing import Any

from hypothesis import strategies as st
from support.raw import ENCOUNTER, FLOW, RawEvent, RawRecord, at, event, records

HOURS = [f"2026-01-{day:02d}T{hour:02d}:00:00Z" for day in (1, 2, 3) for hour in (0, 9, 18)]
"""Times of the events: many fall on one instant."""
BROKER_TIMES = ["2026-01-01 12:00", *["2026-06-01 00:00"] * 5]
"""At the first one, the events of the third day are from the future."""
ODD_PAYLOADS = [None, "", " ", "null", "[1]", "{", '{"event_type": "TRANSFER"}', "{}"]


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    """Any of the values, now and then none."""
    return st.sampled_from([*values, *values, *values, None])


def flow_messages(most: int) -> st.SearchStrategy[list[RawEvent]]:
    """Patient-flow records; every field may be missing or wrong, corrections among them."""
    fields = st.fixed_dictionaries(
        {
            "event_type": maybe("ADMISSION", "DISCHARGE", "admission", "DISCHARGE"),
            "event_id": maybe(*(f"e{number}" for number in range(most // 2))),
            "visit_id": st.sampled_from([None, None, None, "V1", "V2", "V3"]),
            "patient_id": maybe("P1", "P2", "P3", "P4"),
            "gender": maybe("F", "M", "female"),
            "age": maybe(40, 41, 40.5, 130, -1),
            "insurance_type": maybe("Private", "Medicaid"),
            "department": maybe("Surgery", "surgey", "ICU", "Radiology"),
            "hospital_id": maybe("H1", "H2", "H99"),
            "hospital_name": maybe("North", "South"),
            "bed_id": maybe("H1-ICU-01"),
            "admission_time": maybe(*HOURS),
            "discharge_time": maybe(*HOURS),
            "expected_discharge_time": maybe("2026-01-02T10:00:00+02:00"),
            "discharge_status": maybe("Deceased"),
            "event_timestamp": maybe(*HOURS),
            "vitals": maybe({"heart_rate": 70.125}, {"heart_rate": "high"}),
        }
    )
    return _messages(FLOW, fields, most)


def encounter_messages(most: int) -> st.SearchStrategy[list[RawEvent]]:
    """Encounter records; every field may be missing or wrong, corrections among them."""
    fields = st.fixed_dictionaries(
        {
            "event_id": maybe(*(f"c{number}" for number in range(most // 2))),
            "encounter_id": maybe("E1", "E2", "E3", "E4"),
            "patient_id": maybe("P1", "P2", "P9"),
            "gender": maybe("F", "M"),
            "age": maybe(39, 41, 121),
            "department": maybe("ambulatory", "inpatient"),
            "admission_time": maybe(*HOURS, "2026-01-01T00:00:00+00:00Z", "yesterday"),
            "discharge_time": maybe(*HOURS),
            "organization_id": maybe("O1", "O2"),
            "payer_id": maybe("Y1", "Y2"),
            "total_claim_cost": maybe(100, "99.995", -1, "free"),
            "payer_coverage": maybe(50.5, -2),
            "event_timestamp": maybe(*HOURS),
        }
    )
    return _messages(ENCOUNTER, fields, most)


def file_lines(most: int) -> st.SearchStrategy[list[RawRecord]]:
    """Lines of the feeds, at few times of snapshot; some repeat what was said before."""
    as_of = st.sampled_from(["2026-01-01 09:00", "2026-01-02", "2026-01-02 09:00", "2026-01-04"])
    name, city = maybe("North", "South"), maybe("Oslo", "Rome")
    lines = st.one_of(
        _line(
            "patient",
            Id=maybe("P1", "P2", "P3", "P9"),
            GENDER=maybe("F", "M", "Male"),
            FIRST=maybe("Ada"),
            BIRTHDATE=maybe("1986-02-28", "02/28/1986", "2030-01-01", "yesterday"),
            CITY=city,
            INSURANCE_TYPE=maybe("Private", "Medicaid"),
        ),
        _line("hospital", HOSPITAL_ID=maybe("H1", "H2"), NAME=name, CITY=city),
        _line(
            "department",
            HOSPITAL_ID=maybe("H1", "H2"),
            DEPARTMENT=maybe("ICU", "Surgery"),
            DEPARTMENT_CODE=maybe("ICU"),
            BED_CAPACITY=maybe("8", "9", "-1", "many"),
        ),
        _line("organization", Id=maybe("O1", "O2"), NAME=name, CITY=city, REVENUE=maybe("1.5")),
        _line("payer", Id=maybe("Y1", "Y3"), NAME=name, STATE_HEADQUARTERED=city),
    )
    return st.lists(st.tuples(as_of, lines), max_size=most).map(_numbered_lines)


def _messages(
    source: str, fields: st.SearchStrategy[dict[str, Any]], most: int
) -> st.SearchStrategy[list[RawEvent]]:
    told = fields.map(lambda given: {k: v for k, v in given.items() if v is not None})
    payload = st.integers(0, 9).flatmap(lambda die: told if die else st.sampled_from(ODD_PAYLOADS))
    message = st.tuples(payload, st.sampled_from(BROKER_TIMES))
    return st.lists(message, min_size=most * 3 // 4, max_size=most).map(
        lambda sent: [
            event(source, payload, offset, broker_time)
            for offset, (payload, broker_time) in enumerate(sent)
        ]
    )


def _line(source: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(columns).map(
        lambda line: (source, {name: value or "" for name, value in line.items()})
    )


def _numbered_lines(told: list[tuple[str, tuple[str, dict[str, str]]]]) -> list[RawRecord]:
    rows = []
    for number, (as_of, (source, line)) in enumerate(told):
        (row,) = records(source, as_of, line)
        # Each line is a file of its own.
        rows.append(
            RawRecord(source, f"{row.content_hash} {number}", at(as_of), 2, row.payload, "json")
        )
    return rows

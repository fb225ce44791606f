"""Values as other systems write them, read as the contract says.

Each message has one odd value; expected is what the oracle makes of the text.
"""

from typing import Any

from support.account import Project
from support.joined import assert_tables_are
from support.message import admission, discharge, encounter
from support.oracle.truth import expected_tables
from support.raw import ENCOUNTER, FLOW, RawEvent, RawRecord, at, event, events, records

TIMES = [
    "2026-01-05T08:30:00Z",
    "2026-01-05T08:30Z",
    "2026-01-05 08:30:00",
    "2026-01-05T08:30:00.5Z",
    "2026-01-05T08:30:00.123456+00:00",
    "2026-01-05T08:30:00.123456789Z",
    "2026-01-05T08:30:00.9999999+02:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T00:00:00Z",
    "2026-01-05T08:30:00+02:00",
    "2026-01-05T08:30:00+0200",
    "2026-01-05T01:30:00+05:45",
    "2025-12-31T23:59:59-11:00",
    "2024-02-29T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-01-05",
    "2026-01-05T08",
    "2026-13-05T08:30:00Z",
    "2026-01-05T25:30:00Z",
    "2026-01-05T08:61:00Z",
    "20260105T083000Z",
    "2026-1-5T08:30:00Z",
    "05/01/2026 08:30",
    "Mon Jan 05 2026",
    "2026-01-05T08:30:00 UTC",
    "2026-01-05T08:30:00Europe/Oslo",
    "2026-01-05T08:30:00ZZ",
    "2026-01-05T08:30:00+00:00Z",
    "2026-01-05T08:30:00+2",
    "now",
    "epoch",
    "infinity",
    "1767600000",
    1767600000,
    1767600000.5,
    True,
    "",
    " ",
    None,
    {"at": "2026-01-05T08:30:00Z"},
    ["2026-01-05T08:30:00Z"],
]
NUMBERS = [
    40,
    "40",
    " 40 ",
    40.4,
    40.5,
    -0.4,
    0,
    120,
    120.4,
    120.5,
    121,
    -1,
    "-1",
    "+40",
    "4e1",
    "40 years",
    "forty",
    "1_0",
    "0x28",
    "NaN",
    "Infinity",
    "",
    True,
    None,
    [40],
    {"years": 40},
    10**18,
    "1" * 39,
]
AMOUNTS = [70.125, 70.124999, "70.125", "99999999.99", "99999999.995", "100000000", -0.005, "7e1"]
TEXTS = [
    "H1",
    " H1 ",
    "h1",
    "",
    "  ",
    "\tH1",
    "H1\n",
    5,
    True,
    None,
    "Ünïcödé \U0001f3e5",
    'quote " and \\ backslash',
    "null",
    "'; drop table gold.dim_patient; --",
    "|",
    "a|b",
    "%",
    "x" * 5000,
]
PAYLOADS: list[str | None] = [
    None,
    "",
    " ",
    "\n",
    "null",
    "true",
    "12",
    '"text"',
    "[]",
    "{}",
    "{",
    "{} {}",
    "{'event_id': 'k2'}",
    '{"event_id": "k3"} trailing',
    ' \n{"event_id": "k4", "event_type": "ADMISSION"}\n ',
    '{"event_type": "transfer"}',
    '{"event_type": " discharge "}',
    '{"event_type": 1}',
    '{"event_id": "k5", "vitals": "none", "event_type": "ADMISSION"}',
    '{"event_id": "k6", "vitals": [1, 2], "event_type": "ADMISSION"}',
    '{"event_id": "k7", "Patient_ID": "P1", "event_type": "ADMISSION"}',
    '{"event_id": "k8", "more": {"a": [1, null, "x"]}, "other": null}',
    "\ufeff{}",
]


def assert_read_as_written(
    project: Project, told: list[RawEvent], files: list[RawRecord] | None = None
) -> None:
    project.land_events(told)
    project.land_records(files or [])
    project.run_all()
    assert_tables_are(project, expected_tables(told, files or []))


def with_field(name: str, values: list[Any]) -> list[dict[str, Any]]:
    """One admission or discharge per value, each an event of its own."""
    return [
        discharge(f"{name}{n}", "2026-02-05T12:00:00Z", "2026-02-05T08:00:00Z", f"P-{name}-{n}")
        | {name: value}
        for n, value in enumerate(values)
    ]


def test_times(project: Project) -> None:
    names = ("event_timestamp", "admission_time", "discharge_time", "expected_discharge_time")
    told = [fields for name in names for fields in with_field(name, TIMES)]

    assert_read_as_written(project, events(FLOW, *told))


def test_numbers_and_amounts(project: Project) -> None:
    told = [*with_field("age", NUMBERS), *with_field("length_of_stay_hrs", [*NUMBERS, *AMOUNTS])]
    told += [
        admission(f"v{n}", "2026-02-05T12:00:00Z", vitals={"heart_rate": value})
        for n, value in enumerate([*NUMBERS, *AMOUNTS])
    ]

    assert_read_as_written(project, events(FLOW, *told))


def test_texts(project: Project) -> None:
    names = ("patient_id", "event_id", "visit_id", "department", "hospital_id", "gender", "bed_id")
    told = [fields for name in names for fields in with_field(name, TEXTS)]

    assert_read_as_written(project, events(FLOW, *told))


def test_payloads(project: Project) -> None:
    told = events(FLOW, *PAYLOADS)
    told.append(RawEvent(FLOW, 1, 0, "3q2+7w==", "base64", at("2026-06-01")))

    assert_read_as_written(project, told)


def test_times_at_the_edges_of_the_calendar(project: Project) -> None:
    told = [
        discharge("c1", "2026-02-05T12:00:00Z", "1850-01-01T00:00:00Z", "OLD"),
        discharge("c2", "2026-02-05T12:00:00Z", "1900-01-01T00:00:00Z", "OLDER"),
        discharge("c3", "2026-02-05T12:00:00Z", "2026-02-05T08:00:00Z", "NEW")
        | {"discharge_time": "2150-01-01T00:00:00Z"},
        discharge("c4", "2026-02-05T12:00:00Z", "2026-02-05T08:00:00Z", "LATE")
        | {"discharge_time": "2099-12-31T23:59:59Z"},
        discharge("c6", "2026-02-05T12:00:00Z", "0001-01-01T00:00:00Z", "FIRST"),
        discharge("c7", "2026-02-05T12:00:00Z", "2026-02-05T08:00:00Z", "OPEN")
        | {"discharge_time": "9999-12-31T00:00:00Z"},
        discharge("c5", "1969-12-31T23:59:59Z", "1969-12-31T20:00:00Z", "EPOCH"),
    ]

    assert_read_as_written(project, events(FLOW, *told))


def test_the_length_of_a_stay_is_rounded_half_up(project: Project) -> None:
    # 18 seconds are exactly 0.005 hours, 54 seconds 0.015.
    ends = ["08:00:17", "08:00:18", "08:00:53", "08:00:54", "08:01:30", "18:12:18"]
    told = [
        discharge(f"r{n}", f"2026-02-05T{end}Z", "2026-02-05T08:00:00Z", f"R{n}")
        for n, end in enumerate(ends)
    ]

    assert_read_as_written(project, events(FLOW, *told))


def test_encounters(project: Project) -> None:
    noon = "2026-02-05T12:00:00Z"
    told = [
        encounter(f"t{n}", noon, admission_time=value)
        for n, value in enumerate(TIMES)
        if value is not None
    ]
    told += [
        encounter(f"a{n}", noon, base_encounter_cost=value, payer_coverage=-1)
        for n, value in enumerate([*NUMBERS, *AMOUNTS])
        if value is not None
    ]
    told += [
        encounter(f"d{n}", noon, admission_time=start, discharge_time="2026-02-05T11:01:10Z")
        for n, start in enumerate(
            [
                "2026-02-05T11:00:50Z",
                "2026-02-05T11:00:10Z",
                "2026-02-05T11:00:10.5Z",
                "2026-02-05T11:02:00+00:00Z",
            ]
        )
    ]
    told.append(
        encounter("n1", noon, patient_id="OPEN", discharge_time="9999-12-31T00:00:00Z")
        | {"event_timestamp": None}
    )

    assert_read_as_written(project, events(ENCOUNTER, *told))


def test_file_lines(project: Project) -> None:
    files = [
        row
        for n, value in enumerate([*NUMBERS, *AMOUNTS])
        for row in (
            records(
                "department",
                f"2026-01-01 00:00:{n:02d}",
                {"HOSPITAL_ID": "H1", "DEPARTMENT": f"D{n}", "BED_CAPACITY": str(value)},
            )
            + records(
                "organization",
                f"2026-01-01 00:00:{n:02d}",
                {"Id": f"O{n % 3}", "NAME": f"O{n}", "REVENUE": str(value), "PHONE": "1"},
            )
        )
    ]
    broken = records("payer", "2026-01-01", {"Id": "Y1"}, {"Id": " "}, {})
    broken.append(RawRecord("payer", "f", at("2026-01-01"), 2, "Y1,too,many", "utf-8"))
    broken.append(RawRecord("payer", "f", at("2026-01-01"), 3, "3q2+7w==", "base64"))
    broken.append(RawRecord("payer", "f", at("2026-01-01"), 4, "", "utf-8"))

    assert_read_as_written(project, [], [*files, *broken])


def test_a_correction_may_be_stamped_with_another_offset(project: Project) -> None:
    told = [
        admission("o1", "2026-02-05T12:00:00+02:00", insurance_type="Wrong"),
        admission("o1", "2026-02-05T10:30:00Z", insurance_type="Right"),
        admission("o1", "2026-02-05T11:00:00+01:00", insurance_type="Wrong too"),
    ]

    assert_read_as_written(project, events(FLOW, *told))


def test_one_doubled_row_of_raw_changes_nothing(project: Project) -> None:
    told = [event(FLOW, admission("z1", "2026-02-05T12:00:00Z"), 0), event(FLOW, "{", 1)]
    project.land_events(told)
    project.run_all()

    assert_read_as_written(project, [*told, *told])

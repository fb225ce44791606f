"""JSON values on the edges of what silver reads, for the tests of both engines."""

import datetime as dt
from typing import Any

_NOON = dt.datetime(2026, 1, 5, 12, 0)

TIMES_WITH_OFFSET: list[tuple[str, dt.datetime]] = [
    ("2026-01-05T12:00:00Z", _NOON),
    ("2026-01-05T12:00:00+00:00", _NOON),
    ("2026-01-05T14:00:00+02:00", _NOON),
    ("2026-01-05T14:00:00+0200", _NOON),
    ("2026-01-05 07:00:00-0500", _NOON),
    ("2026-01-05T17:30:00+05:30", _NOON),
    ("2026-01-06T02:00:00+14:00", _NOON),
    ("2026-01-04T23:59:59-12:00", dt.datetime(2026, 1, 5, 11, 59, 59)),
    ("2028-02-29T23:00:00-01:00", dt.datetime(2028, 3, 1)),
]
TIMES_WITHOUT_OFFSET: list[tuple[str, dt.datetime]] = [
    ("2026-01-05T12:00:00", _NOON),
    ("2026-01-05 12:00:00", _NOON),
    ("2026-01-05T12:00", _NOON),
    ("2026-01-05 12:00", _NOON),
    ("2026-07-05T12:00:00", dt.datetime(2026, 7, 5, 12, 0)),
    ("2026-03-08T02:30:00", dt.datetime(2026, 3, 8, 2, 30)),
]
TIMES_BELOW_MINUTES: list[tuple[str, dt.datetime]] = [
    ("2026-01-05T12:00Z", _NOON),
    ("2026-01-05T14:00+02:00", _NOON),
    ("2026-01-05T14:00+0200", _NOON),
    ("2026-01-05T12:00:00.5Z", _NOON.replace(microsecond=500_000)),
    ("2026-01-05T12:00:00.123456Z", _NOON.replace(microsecond=123_456)),
    ("2026-01-05T12:00:00.123456789Z", _NOON.replace(microsecond=123_456)),
    ("2026-01-05T14:00:00.250+0200", _NOON.replace(microsecond=250_000)),
    ("2026-01-05 12:00:00.75", _NOON.replace(microsecond=750_000)),
]
TIMES = [
    given
    for pairs in (TIMES_WITH_OFFSET, TIMES_WITHOUT_OFFSET, TIMES_BELOW_MINUTES)
    for given, _ in pairs
]
FILE_TIMES: list[tuple[str, dt.datetime]] = [
    ("2026-01-05", dt.datetime(2026, 1, 5)),
    (" 2026-01-05 ", dt.datetime(2026, 1, 5)),
    ("01/05/2026", dt.datetime(2026, 1, 5)),
    ("12/31/1999", dt.datetime(1999, 12, 31)),
    ("2026/01/05", dt.datetime(2026, 1, 5)),
    ("20260105", dt.datetime(2026, 1, 5)),
    ("02/29/2028", dt.datetime(2028, 2, 29)),
    ("01/05/2026 23:05", dt.datetime(2026, 1, 5, 23, 5)),
    ("01/05/2026 23:05:09", dt.datetime(2026, 1, 5, 23, 5, 9)),
    ("2026/01/05 23:05:09", dt.datetime(2026, 1, 5, 23, 5, 9)),
    ("2026-01-05 23:05:09", dt.datetime(2026, 1, 5, 23, 5, 9)),
    ("2026-01-05T23:05:09Z", dt.datetime(2026, 1, 5, 23, 5, 9)),
    ("2026-01-05T23:05:09-05:00", dt.datetime(2026, 1, 6, 4, 5, 9)),
]
"""What files write, and its moment in UTC; but for the last, on the day that is written."""
FILE_DAYS = [
    *((given, at.date()) for given, at in FILE_TIMES[:-1]),
    ("2026-01-05T23:05:09-05:00", dt.date(2026, 1, 5)),
    ("2026-01-05T00:30:00+0200", dt.date(2026, 1, 5)),
]
NO_FILE_TIMES = [
    "13/01/2026",
    "31/12/2025",
    "02/29/2026",
    "2026-02-30",
    "2026-13-01",
    "00/00/0000",
    "0000-00-00",
    "20261301",
    "2026010",
    "202601055",
    "1/5/2026",
    "01-05-2026",
    "05.01.2026",
    "01/05/26",
    "27-Jan-2023",
    "2026-01-05T",
    "01/05/2026 24:00",
    "01/05/2026 11:05 PM",
    "01/05/2026T11:05",
    "20260105 11:05",
    "unknown",
    "0",
    "1767614400",
]
"""What is neither a date nor a time in a file."""
NO_TIMES: list[Any] = [
    None,
    "",
    " ",
    "soon",
    "2026-01-05",
    "2026-01-05T12",
    "2026-01-05T12Z",
    "12:00:00",
    "05.01.2026 12:00",
    "2026-1-5T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-02-29T12:00:00Z",
    "2026-02-30T12:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T12:60:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-05T12:00:00.Z",
    "2026-01-05t12:00:00Z",
    "2026-01-05T12:00:00z",
    "2026-01-05T12:00:00+2",
    "2026-01-05T12:00:00+02",
    "2026-01-05T12:00:00 +02:00",
    "2026-01-05T12:00:00+15:00",
    "2026-01-05T12:00:00+00:00Z",
    "2026-01-05T12:00:00ZZ",
    "2026-01-05T12:00:00 Europe/Paris",
    "2026-01-05T12:00:00 PM",
    " 2026-01-05T12:00:00Z",
    "2026-01-05T12:00:00Z ",
    "2026-01-05T12:00:00Z later",
    "1767614400",
    1767614400,
    1767614400000,
    True,
    {"at": "2026-01-05T12:00:00Z"},
    ["2026-01-05T12:00:00Z"],
]

WHOLE_NUMBERS: list[tuple[Any, int]] = [
    (44, 44),
    ("44", 44),
    (" 44 ", 44),
    ("+44", 44),
    (-3, -3),
    ("-3", -3),
    (0, 0),
    ("-0", 0),
    ("007", 7),
    ("1e3", 1000),
    ("12E-1", 1),
    (44.0, 44),
    ("44.4", 44),
    ("44.5", 45),
    ("45.5", 46),
    ("-44.5", -45),
    ("0.49999", 0),
]
HUNDREDTHS: list[tuple[Any, str | None]] = [
    ("2.675", "2.68"),
    ("1.005", "1.01"),
    (71.256, "71.26"),
    ("-2.675", "-2.68"),
    (".5", "0.5"),
    ("5.", "5"),
    (1e3, "1000"),
    ("99999999.99", "99999999.99"),
    ("99999999.994", "99999999.99"),
    ("99999999.995", None),
    ("100000000", None),
    ("-100000000", None),
    ("1e300", None),
    (1e300, None),
]
"""As number(10, 2)."""
NO_NUMBERS: list[Any] = [
    None,
    "",
    " ",
    "old",
    "44 years",
    "4 4",
    "1,000",
    "1_000",
    "0x2C",
    "NaN",
    "Infinity",
    "1e",
    ".",
    "--1",
    True,
    False,
    "true",
    [44],
    {"years": 44},
]

NUMBERS = [*(given for given, _ in WHOLE_NUMBERS), *(given for given, _ in HUNDREDTHS), *NO_NUMBERS]

TEXTS: list[tuple[Any, str | None]] = [
    ("P1", "P1"),
    ("  P 1 ", "P 1"),
    ("", None),
    ("   ", None),
    (None, None),
    ("null", "null"),
    (17, "17"),
    (True, "true"),
    ('"quoted" \\ text', '"quoted" \\ text'),
    ("it's", "it's"),
    ("São João 東", "São João 東"),
    ("two\nlines", "two\nlines"),
    ("\ttab\t", "\ttab\t"),
]

UNREADABLE: list[tuple[str | None, str]] = [
    (None, "NULL_MESSAGE"),
    ("", "EMPTY_MESSAGE"),
    ("   ", "EMPTY_MESSAGE"),
    ("{", "NOT_JSON"),
    ("admitted", "NOT_JSON"),
    ("{'event_id': 'E'}", "NOT_JSON"),
    ('{"event_id": "E"} {"event_id": "F"}', "NOT_JSON"),
    ("null", "NOT_AN_OBJECT"),
    ("5", "NOT_AN_OBJECT"),
    ("true", "NOT_AN_OBJECT"),
    ('"event_id"', "NOT_AN_OBJECT"),
    ('[{"event_id": "E"}]', "NOT_AN_OBJECT"),
    ('{"event_type": "TRANSFER"}', "UNKNOWN_EVENT_TYPE"),
    ('{"event_type": 1}', "UNKNOWN_EVENT_TYPE"),
]
"""Payload of patient flow -> why it is rejected."""

DEPARTMENTS: list[tuple[str | None, str | None, str]] = [
    ("Cardiology", "Cardiology", "CLEAN"),
    (" Cardiology ", "Cardiology", "CLEAN"),
    ("cardiology", "Cardiology", "DEPT_TYPO"),
    ("CARDIOLOGY", "Cardiology", "DEPT_TYPO"),
    ("Cardiolgy", "Cardiology", "DEPT_TYPO"),
    ("Carrdiology", "Cardiology", "DEPT_TYPO"),
    ("Cadriology", "Cardiology", "DEPT_TYPO"),
    ("Crdiolgy", "Crdiolgy", "UNKNOWN_DEPT"),
    ("Cardiologist", "Cardiologist", "UNKNOWN_DEPT"),
    ("icu", "ICU", "DEPT_TYPO"),
    ("ICCU", "ICU", "DEPT_TYPO"),
    ("IC", "IC", "UNKNOWN_DEPT"),
    ("CIU", "CIU", "UNKNOWN_DEPT"),
    ("Dermatology", "Dermatology", "UNKNOWN_DEPT"),
    ("", None, "MISSING_DEPARTMENT"),
    (None, None, "MISSING_DEPARTMENT"),
]
"""Given, kept and flagged."""

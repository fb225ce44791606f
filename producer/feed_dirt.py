"""The faults of the files' rows: at most one per row, drawn anew for every file of every night."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random

from producer.clock import DAY, HOUR, iso, iso_date, seconds_of

BROKEN_LINE, WRONG_ENCODING = "broken_line", "wrong_encoding"
OTHER_DATE_FORMAT, IMPOSSIBLE_DATE = "other_date_format", "impossible_date"
NEGATIVE_COST, STOP_BEFORE_START = "negative_cost", "stop_before_start"
IMPOSSIBLE_BIRTH_DATE = "impossible_birth_date"

DATE_FORMATS = ("%m/%d/%Y", "%Y/%m/%d", "%Y%m%d")
TIME_FORMATS = ("%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")
"""What other systems make of a date and a time; all of them can be read, in one way only."""
IMPOSSIBLE_DATES = ("2023-02-30", "2023-13-01", "00/00/0000", "unknown")

_DATES = {
    *("START", "STOP", "DATE", "BIRTHDATE", "DEATHDATE", "FROMDATE", "TODATE"),
    *("CURRENTILLNESSDATE", "SERVICEDATE"),
}
_KEY_DATES = {"START", "DATE"}
"""Part of the key where rows have no id: another date would make another row, not a wrong one."""
_COSTS = {
    *("BASE_ENCOUNTER_COST", "TOTAL_CLAIM_COST", "PAYER_COVERAGE", "BASE_COST", "AMOUNT"),
    *("PAYMENTS", "HEALTHCARE_EXPENSES", "HEALTHCARE_COVERAGE", "REVENUE", "AMOUNT_COVERED"),
}
_TEXTS = {"FIRST", "LAST", "NAME", "ADDRESS", "CITY", "DESCRIPTION", "NOTES", "DEPARTMENT"}
_STOP_OF_START = {"START": "STOP", "FROMDATE": "TODATE"}
_NO_UTF8 = ("\udce9", "\udcff", "\udcc3(")
"""Bytes as surrogates (see FeedFile): a Latin-1 letter, one that is never UTF-8, a torn pair."""
_OLDEST_YEARS, _DAYS_PER_YEAR = 120, 366


class FeedDirt:
    """Decides which row of one file is spoiled, and how."""

    def __init__(self, columns: Sequence[str], as_of: int, rate: float, rng: Random) -> None:
        self._as_of = as_of
        self._rate = rate
        self._rng = rng
        self._dates = [i for i, column in enumerate(columns) if column in _DATES]
        spared = set() if "ID" in columns[0].upper() else _KEY_DATES
        self._fallible_dates = [i for i in self._dates if columns[i] not in spared]
        self._costs = [i for i, column in enumerate(columns) if column in _COSTS]
        self._texts = [i for i, column in enumerate(columns) if column in _TEXTS]
        self._births = [i for i, column in enumerate(columns) if column == "BIRTHDATE"]
        self._spans = {
            columns.index(stop): columns.index(start)
            for start, stop in _STOP_OF_START.items()
            if stop in columns
        }
        self.faults: Counter[str] = Counter()

    def spoil(self, row: Sequence[object]) -> str | None:
        """The line to write instead of a row, its end included; none where the row is good.

        All faults that can befall the row are equally likely, and so are its fields.
        """
        rng = self._rng
        if rng.random() >= self._rate:
            return None
        fields = [str(field) for field in row]
        places = self._places(fields)
        fault = rng.choice(list(places))
        self.faults[fault] += 1
        if fault == BROKEN_LINE:
            return self._broken(_line(fields))
        place = rng.choice(places[fault])
        fields[place] = self._spoiled(fault, place, fields)
        return _line(fields)

    def _places(self, fields: list[str]) -> dict[str, list[int]]:
        """Where each fault can befall the row."""
        spans = [stop for stop, start in self._spans.items() if fields[stop] and fields[start]]
        places = {
            BROKEN_LINE: [0],
            WRONG_ENCODING: [i for i in self._texts if fields[i]],
            OTHER_DATE_FORMAT: [i for i in self._dates if fields[i]],
            IMPOSSIBLE_DATE: [i for i in self._fallible_dates if fields[i]],
            NEGATIVE_COST: [i for i in self._costs if fields[i].strip("0.")],
            STOP_BEFORE_START: spans,
            IMPOSSIBLE_BIRTH_DATE: self._births,
        }
        return {fault: found for fault, found in places.items() if found}

    def _spoiled(self, fault: str, place: int, fields: list[str]) -> str:
        rng, text = self._rng, fields[place]
        if fault == WRONG_ENCODING:
            middle = len(text) // 2
            return text[:middle] + rng.choice(_NO_UTF8) + text[middle:]
        if fault == OTHER_DATE_FORMAT:
            moment = datetime.fromisoformat(text)
            return moment.strftime(rng.choice(TIME_FORMATS if "T" in text else DATE_FORMATS))
        if fault == IMPOSSIBLE_DATE:
            return rng.choice(IMPOSSIBLE_DATES)
        if fault == NEGATIVE_COST:
            return f"-{text}"
        if fault == STOP_BEFORE_START:
            return self._before(fields[self._spans[place]])
        return self._impossible_birth()

    def _before(self, start: str) -> str:
        """One hour to three days earlier; of a date, one day to three."""
        started_at = seconds_of(datetime.fromisoformat(start))
        if "T" in start:
            return iso(started_at - HOUR - int(self._rng.random() * 71) * HOUR)
        return iso_date(started_at - self._rng.randint(1, 3) * DAY)

    def _impossible_birth(self) -> str:
        if self._rng.random() < 0.5:
            return iso_date(self._as_of + self._rng.randint(1, 4000) * DAY)
        years = _OLDEST_YEARS + self._rng.randint(1, 60)
        return iso_date(self._as_of - years * _DAYS_PER_YEAR * DAY)

    def _broken(self, line: str) -> str:
        """Cut off, one field too many, or a quote that is never closed."""
        way = self._rng.randrange(3)
        if way == 0:
            return line[: 1 + self._rng.randrange(line.rindex(","))] + "\n"
        return line[:-1] + ",?\n" if way == 1 else '"' + line


def _line(fields: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()

"""CSV text into raw lines: nothing is dropped, nothing is guessed.

A record of the right shape becomes a JSON object of its fields. Whatever is not one stays as it is,
one raw line per physical line, and reading goes on with the next: so a stray quote can never
swallow the records behind it.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

from loader.columns import encode
from loader.errors import LoaderError

JSON = "json"

# A varchar holds 16 MB; the default, 128 kB, would call a good line with a long note broken.
csv.field_size_limit(16 * 1024 * 1024)


class Line(NamedTuple):
    """A record of a file: where it starts (the header is line 1), its text, how that is encoded."""

    number: int
    payload: str
    encoding: str


class HeaderError(LoaderError):
    """The header cannot name the fields."""


def read_lines(text: Iterator[str], key_columns: Sequence[str | tuple[str, ...]]) -> Iterator[Line]:
    """Yield every record behind the header, in order; HeaderError if the header will not do.

    Of a key column with several names, the header must have one. `text` yields physical lines with
    their ends, undecodable bytes as surrogate escapes. The lines depend on the text alone, so
    reading again yields the same ones.
    """
    lines = _Lines(text)
    columns = _header(lines, key_columns)
    reader = csv.reader(lines, strict=True)
    while True:
        number = lines.number + 1
        fields = _next_record(reader, lines)
        if lines.number < number:
            return
        if fields is None or len(fields) != len(columns):
            lines.give_back(lines.taken[1:])
            reader = csv.reader(lines, strict=True)  # the old one may be inside a quote
            yield _as_it_is(number, lines.taken[0])
        elif (record := "".join(lines.taken)).isascii() or _is_text(record):
            payload = orjson.dumps(dict(zip(columns, fields, strict=True))).decode()
            yield Line(number, payload, JSON)
        else:
            yield _as_it_is(number, record)


class _Lines:
    """Physical lines that can be given back; remembers those taken since the last record."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._given_back: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._text)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)


def _next_record(reader: "Iterator[list[str]]", lines: _Lines) -> list[str] | None:
    """Return the fields of the next record, None if there are none or it is not CSV."""
    lines.taken.clear()
    try:
        return next(reader, None)
    except csv.Error:
        return None


def _header(lines: _Lines, key_columns: Sequence[str | tuple[str, ...]]) -> list[str]:
    fields = _next_record(csv.reader(lines, strict=True), lines)
    if not fields:
        raise HeaderError("has no header line")
    columns = [field.strip() for field in fields]
    if not all(map(_is_text, columns)):
        raise HeaderError("has a header that is not UTF-8; save it as UTF-8")
    unnamed = [str(place) for place, column in enumerate(columns, start=1) if not column]
    if unnamed:
        raise HeaderError(f"has no name for column {', '.join(unnamed)}")
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    if doubled:
        raise HeaderError(f"has more than one column {', '.join(doubled)}")
    needed = [(one,) if isinstance(one, str) else one for one in key_columns]
    missing = [" or ".join(names) for names in needed if not set(names) & set(columns)]
    if missing:
        raise HeaderError(
            f"has no column {', '.join(missing)}; its columns are {', '.join(columns)}"
        )
    return columns


def _as_it_is(number: int, text: str) -> Line:
    payload, encoding = encode(text.rstrip("\r\n").encode("utf-8", "surrogateescape"))
    return Line(number, payload or "", encoding or "")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

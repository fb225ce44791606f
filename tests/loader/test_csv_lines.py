"""CSV text into raw lines."""

import io
import json
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.csv_lines import HeaderError, Line, read_lines


def lines(data: bytes, *key_columns: str) -> list[Line]:
    text = io.TextIOWrapper(
        io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline=""
    )
    return list(read_lines(text, key_columns))


def record(number: int, **fields: str) -> Line:
    return Line(number, json.dumps(fields, separators=(",", ":"), ensure_ascii=False), "json")


def test_values_stay_text_untouched_and_a_name_comes_from_the_header() -> None:
    assert lines(b"Id,NAME,REVENUE\n7, Saint  Mary ,0.00\n8,,1e3\n", "Id") == [
        record(2, Id="7", NAME=" Saint  Mary ", REVENUE="0.00"),
        record(3, Id="8", NAME="", REVENUE="1e3"),
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xef\xbb\xbfId,N\n1,a\n", "byte order mark"),
        (b"Id,N\r\n1,a\r\n", "CRLF"),
        (b"Id,N\r1,a\r", "CR"),
        (b"Id,N\n1,a", "no end of the last line"),
        (b" Id , N\n1,a\n", "blanks around names"),
        (b'"Id","N"\n"1","a"\n', "all quoted"),
    ],
)
def test_the_same_record_however_the_file_is_written(data: bytes, name: str) -> None:
    assert lines(data, "Id") == [record(2, Id="1", N="a")], name


def test_a_quoted_newline_is_part_of_the_value_and_lines_are_physical() -> None:
    assert lines(b'Id,N\n1,"a\nb"\n2,"c""d, e"\n') == [
        record(2, Id="1", N="a\nb"),
        record(4, Id="2", N='c"d, e'),
    ]


@pytest.mark.parametrize(
    ("broken", "rest"),
    [
        (b"1\n", 3),
        (b"1,a,b\n", 3),
        (b"\n", 3),
        (b'1,"a"b\n', 3),
        (b'1,"never closed\n', 3),
        (b'1,"closed by the next, with too many\n5","x,y\n', 4),
    ],
)
def test_a_broken_line_stays_as_it_is_and_the_next_is_read(broken: bytes, rest: int) -> None:
    first, *others = broken.decode().splitlines()
    read = lines(b"Id,N\n" + broken + b"8,h\n9,i\n")
    assert read[0] == Line(2, first, "utf-8")
    assert [line.payload for line in read[1 : rest - 2]] == others
    assert read[-2:] == [record(rest, Id="8", N="h"), record(rest + 1, Id="9", N="i")]


def test_a_stray_quote_never_swallows_more_than_its_line() -> None:
    rows = b"".join(b"%d,name %d\n" % (n, n) for n in range(50_000))
    read = lines(b'Id,N\n1,"open\n' + rows)
    assert read[0] == Line(2, '1,"open', "utf-8")
    assert len(read) == 50_001
    assert read[-1] == record(50_002, Id="49999", N="name 49999")


def test_what_is_not_utf_8_is_kept_as_base64() -> None:
    assert lines(b"Id,N\n1,caf\xe9\n2,ok\n3,\xff,too many\r\n\\N\n") == [
        Line(2, b64encode(b"1,caf\xe9").decode(), "base64"),
        record(3, Id="2", N="ok"),
        Line(4, b64encode(b"3,\xff,too many").decode(), "base64"),
        Line(5, b64encode(b"\\N").decode(), "base64"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "has no header line"),
        (b"NAME,CITY\n", "has no column Id; its columns are NAME, CITY"),
        (b"Id,N,N\n", "has more than one column N"),
        (b"Id,,N,\n", "has no name for column 2, 4"),
        (b"Id,\xff\n", "has a header that is not UTF-8; save it as UTF-8"),
    ],
)
def test_a_header_that_cannot_name_the_fields_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(HeaderError, match=f"^{reason}$"):
        lines(data, "Id")


def test_a_long_field_is_a_field() -> None:
    note = "x" * 1_000_000
    assert lines(f"Id,N\n1,{note}\n".encode()) == [record(2, Id="1", N=note)]


def test_a_header_alone_has_no_rows() -> None:
    assert lines(b"Id,N\n", "Id") == []


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_no_byte_of_any_file_is_lost(parts: list[bytes]) -> None:
    body = b"".join(part + b"\n" for part in parts)
    read = lines(b"Id,N\n" + body)
    assert b"".join(map(_bytes_of, read)) == _essence(body)
    numbers = [line.number for line in read]
    assert numbers == sorted(set(numbers))


def _bytes_of(line: Line) -> bytes:
    if line.encoding == "json":
        return _essence("".join(json.loads(line.payload).values()).encode())
    raw = b64decode(line.payload) if line.encoding == "base64" else line.payload.encode()
    return _essence(raw)


def _essence(data: bytes) -> bytes:
    """Everything but the characters that CSV uses for itself."""
    return data.translate(None, b'",\r\n')

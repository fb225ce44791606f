"""Bytes into text columns."""

from base64 import b64encode
from datetime import datetime

import pytest

from loader.columns import broker_times, headers_text, text_and_encoding


@pytest.mark.parametrize(
    ("values", "texts", "encodings"),
    [
        ([b"a", b"\xc3\xa9"], ["a", "é"], ["utf-8", "utf-8"]),
        ([b"a", None, b""], ["a", None, ""], ["utf-8", None, "utf-8"]),
        ([None], [None], [None]),
        ([b"a", b"\xff", None], ["a", "/w==", None], ["utf-8", "base64", None]),
        ([b"\\N", b"N"], [b64encode(b"\\N").decode(), "N"], ["base64", "utf-8"]),
        ([b"\xed\xa0\x80"], [b64encode(b"\xed\xa0\x80").decode()], ["base64"]),
        ([b"a\x00b"], ["a\x00b"], ["utf-8"]),
    ],
)
def test_text_is_untouched_and_bytes_that_are_none_are_base64(
    values: list[bytes | None], texts: list[str | None], encodings: list[str | None]
) -> None:
    text, encoding = text_and_encoding(values)
    assert (text.to_pylist(), encoding.to_pylist()) == (texts, encodings)


def test_headers_keep_their_order_and_their_doubles() -> None:
    headers = [("b", b"1"), ("a", None), ("b", b"\xff")]
    assert headers_text(headers) == '[["b","1"],["a",null],["b","/w==","base64"]]'


def test_no_timestamp_of_a_producer_stops_the_load() -> None:
    assert broker_times([1_767_600_000_123, -1, 2**62]).to_pylist() == [
        datetime(2026, 1, 5, 8, 0, 0, 123_000),
        datetime(1970, 1, 1),
        datetime(9999, 12, 30, 23, 59, 59, 999_000),
    ]

"""docs/conformance.md says what the cases say."""

from __future__ import annotations

from support.conformance_table import PAGE, written


def test_the_page_shows_the_cases() -> None:
    assert PAGE.read_text() == written(), "run `make conformance-table`"

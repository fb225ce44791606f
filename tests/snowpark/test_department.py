"""The typing errors that are read as a department."""

from itertools import combinations

import pytest
from carefloe.reference.department import DEPARTMENTS, typing_errors


def test_a_short_name_stands_for_itself_and_doubled_letters_only() -> None:
    assert typing_errors("ICU") == ("iccu", "icu", "icuu", "iicu")


def test_a_name_stands_for_one_letter_missing_doubled_or_swapped() -> None:
    assert set(typing_errors("Ward")) == {
        "ward",
        *("ard", "wrd", "wad", "war"),
        *("wward", "waard", "warrd", "wardd"),
        *("awrd", "wrad", "wadr"),
    }


def test_a_doubled_letter_of_the_name_itself_is_no_swap() -> None:
    assert set(typing_errors("Abba")) == {
        "abba",
        *("bba", "aba", "abb"),
        *("aabba", "abbba", "abbaa"),
        *("baba", "abab"),
    }


@pytest.mark.parametrize(("one", "other"), [*combinations(DEPARTMENTS, 2)])
def test_no_text_is_read_as_two_departments(one: str, other: str) -> None:
    assert not set(typing_errors(one)) & set(typing_errors(other))


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_two_errors_are_one_too_many(department: str) -> None:
    assert department.lower()[2:] not in typing_errors(department)

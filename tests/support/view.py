"""A view of the account against rows written out by hand."""

from collections.abc import Sequence
from typing import Any

from support.account import Project
from support.comparison import assert_same_rows


def assert_view(
    project: Project, view: str, columns: str, expected: Sequence[tuple[Any, ...]]
) -> None:
    """Fail unless the view has these rows and these columns, named in one text, in any order."""
    rows = [dict(zip(columns.split(), row, strict=True)) for row in expected]
    assert_same_rows(view, project.rows(view), rows)

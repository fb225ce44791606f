"""Snowpark may give up its search for repeated frames silently: a MERGE then grows tenfold."""

import sys
from collections.abc import Mapping

import pytest
from snowflake.snowpark import DataFrame, Session
from support.account import Project
from support.procedure import GOLD, SILVER, Procedure


@pytest.mark.parametrize("procedure", [*SILVER, *GOLD], ids=lambda procedure: procedure.name)
def test_a_procedure_sends_one_merge_of_bounded_length(
    project: Project, procedure: Procedure, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules[procedure.handler.__module__]
    if hasattr(module, "filled"):
        monkeypatch.setattr(module, "filled", as_if_filled)
    with project.session.query_history() as history:
        procedure.handler(project.session)
    sent = [query.sql_text for query in history.queries]
    assert [text.split()[0].upper() for text in sent] == ["MERGE"]
    assert len(sent[0]) < 60_000
    most = max(6, len(procedure.streams) + 2)
    assert sent[0].count("_STREAM") <= most, "a stream is written out at every use"


def as_if_filled(session: Session, streams: Mapping[str, str]) -> dict[str, DataFrame]:
    """Every stream, so that the plan is as long as it can be."""
    return {key: session.table(name) for key, name in streams.items()}

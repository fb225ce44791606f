"""Snowpark may give up its search for repeated frames silently: a MERGE then grows tenfold."""

import pytest
from support.account import Project
from support.procedure import GOLD, SILVER, Procedure


@pytest.mark.parametrize("procedure", [*SILVER, *GOLD], ids=lambda procedure: procedure.name)
def test_a_procedure_sends_one_merge_of_bounded_length(
    project: Project, procedure: Procedure
) -> None:
    with project.session.query_history() as history:
        procedure.handler(project.session)
    sent = [query.sql_text for query in history.queries]
    assert [text.split()[0].upper() for text in sent] == ["MERGE"]
    assert len(sent[0]) < 60_000
    most = max(6, len(procedure.streams) + 2)
    assert sent[0].count("_STREAM") <= most, "a stream is written out at every use"

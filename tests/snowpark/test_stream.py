"""Which streams a plan is made of."""

from typing import Any

import pytest
from carefloe.gold import dim_patient, fact_claim, fact_encounter, fact_patient_flow
from carefloe.stream import filled
from support.account import Project
from support.message import admission
from support.procedure import GOLD, SILVER
from support.raw import FLOW, events

PROCEDURES = [dim_patient, fact_claim, fact_encounter, fact_patient_flow]


@pytest.mark.parametrize("module", PROCEDURES, ids=lambda module: module.__name__)
def test_no_stream_is_read_until_it_has_rows_and_none_after(project: Project, module: Any) -> None:
    assert filled(project.session, module.STREAMS) == {}

    project.land_events(events(FLOW, admission("e1", "2026-01-01T08:00:00Z")))
    project.run(SILVER[0])
    assert [*filled(project.session, module.STREAMS)] == ["flow"]

    module.load(project.session)
    assert filled(project.session, module.STREAMS) == {}


@pytest.mark.parametrize("module", PROCEDURES, ids=lambda module: module.__name__)
def test_a_call_without_new_rows_changes_nothing(project: Project, module: Any) -> None:
    project.land_events(events(FLOW, admission("e1", "2026-01-01T08:00:00Z")))
    project.run_all()

    assert module.load(project.session) in (
        "inserted 0, updated 0, deleted 0",
        "inserted 0, updated 0",
    )


@pytest.mark.parametrize("module", PROCEDURES, ids=lambda module: module.__name__)
def test_every_stream_of_a_procedure_is_one_that_it_asks(module: Any) -> None:
    [procedure] = [one for one in GOLD if one.handler is module.load]

    assert {name.upper() for name in procedure.streams} == {*module.STREAMS.values()}


@pytest.mark.parametrize(
    ("module", "key"),
    [(one, key) for one in PROCEDURES for key in one.STREAMS if key != "flow"],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_rows_that_come_after_the_question_wait_for_the_next_run(
    project: Project, module: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.land_events(events(FLOW, admission("e1", "2026-01-01T08:00:00Z")))
    project.run(SILVER[0])

    with monkeypatch.context() as earlier:
        earlier.setattr(module, "filled", lambda session, names: {key: session.table(names[key])})
        module.load(project.session)

    assert [*filled(project.session, module.STREAMS)] == ["flow"]

"""governance.replay_silver: with another rule, silver and gold become what a fresh run makes."""

from dataclasses import replace

import pytest
from carefloe.silver import patient_flow
from snowflake.connector.errors import ProgrammingError
from support.account import Project
from support.comparison import assert_same_rows
from support.message import admission
from support.procedure import GOLD, SILVER
from support.raw import FLOW, events

RUN = (
    "silver.load_patient_flow",
    "ops.load_rejected_patient_flow",
    "gold.load_dim_department",
)
EVENTS = events(
    FLOW,
    admission("e1", "2026-01-01T08:00:00Z", hospital_id="H9", department="Surgrey"),
    admission("e2", "2026-01-01T09:00:00Z", hospital_id="H1", department="Surgery"),
    "{",
)


def run(project: Project) -> None:
    for procedure in (*SILVER, *GOLD):
        if procedure.name in RUN:
            project.run(procedure)


def state(project: Project) -> dict[str, list[tuple[object, ...]]]:
    asked = {
        "silver": "select event_id, hospital_id, department, dq_flags from silver.patient_flow",
        "department": "select department from gold.dim_department where department_key <> '-1'",
        "rejected": "select reason, payload from ops.rejected_event",
    }
    return {name: sorted(project.execute(query)) for name, query in asked.items()}


def test_a_changed_rule_is_applied_to_all_of_raw(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.land_events(EVENTS)
    kept = [one for one in patient_flow.RULES if one.flag != "DEPT_TYPO"]
    with monkeypatch.context() as older:
        older.setattr(patient_flow, "SOURCE", replace(patient_flow.SOURCE, rules=kept))
        run(project)
    assert state(project)["silver"][0] == ("e1", None, "Surgrey", "INVALID_HOSPITAL_ID")
    assert state(project)["department"] == [("Surgery",), ("Surgrey",)]

    (told,) = project.execute("call governance.replay_silver()")
    assert "streams set to their beginning" in str(told[0])
    assert state(project) == {"silver": [], "department": [], "rejected": []}
    run(project)

    assert state(project) == {
        "silver": [
            ("e1", None, "Surgery", "DEPT_TYPO|INVALID_HOSPITAL_ID"),
            ("e2", "H1", "Surgery", "CLEAN"),
        ],
        # One of no known hospital, one of H1.
        "department": [("Surgery",), ("Surgery",)],
        "rejected": [("NOT_JSON", "{")],
    }
    unknown = project.rows("gold.dim_department", "department_key = '-1'")
    assert len(unknown) == 1


def test_what_arrives_after_a_replay_comes_once(project: Project) -> None:
    project.land_events(EVENTS[:1])
    run(project)
    project.execute("call governance.replay_silver()")
    project.land_events(EVENTS[1:])
    run(project)
    run(project)
    rows = project.rows("ops.reconciliation", "source = 'patient_flow_event'")
    figures = [
        {name: int(row[name]) for name in ("silver_rows", "rejected_rows", "unexplained_rows")}
        for row in rows
    ]
    assert_same_rows(
        "ops.reconciliation",
        figures,
        [{"silver_rows": 2, "rejected_rows": 1, "unexplained_rows": 0}],
    )


def test_it_waits_for_every_graph_to_be_suspended(project: Project) -> None:
    stream = "raw.patient_flow_event_to_silver_stream"
    project.execute(
        "create task ops.load_late warehouse = carefloe_wh"
        f" when system$stream_has_data('{stream}') as select 1"
    )
    try:
        project.execute("alter task ops.load_late resume")
        with pytest.raises(ProgrammingError, match=r"run sql/15_pause\.sql first"):
            project.execute("call governance.replay_silver()")
        project.execute("alter task ops.load_late suspend")
        project.execute("call governance.replay_silver()")
    finally:
        project.execute("drop task ops.load_late")

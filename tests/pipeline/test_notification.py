"""What people are told: of breaches, of runs, and by mail."""

import datetime as dt
import json
import time
from typing import Any

from carefloe.ops import notification
from support.account import Project
from support.comparison import assert_same_rows
from support.message import reading
from support.procedure import SILVER
from support.raw import VITALS, at, event

LOAD_VITALS = next(one for one in SILVER if one.name == "silver.load_vitals")
NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
TOLD = ("patient_id", "alert_type", "severity", "is_suppressed", "happened_at")


def ago(minutes: float) -> str:
    return f"{(NOW - dt.timedelta(minutes=minutes)).isoformat()}Z"


def land(project: Project, *readings: dict[str, Any]) -> None:
    landed = len(project.rows("raw.vitals_event"))
    project.land_events(
        [
            event(VITALS, fields, offset, broker_time=str(NOW))
            for offset, fields in enumerate(readings, start=landed)
        ]
    )
    project.run(LOAD_VITALS)


def told(project: Project) -> list[dict[str, Any]]:
    rows = project.rows("ops.notification", "kind = 'ALERT'")
    assert all(row["created_at"] >= NOW for row in rows)
    return [{name: row[name] for name in TOLD} for row in rows]


def rows(*given: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(TOLD, one, strict=True)) for one in given]


def test_high_and_critical_breaches_are_told_once_per_window_and_moderate_ones_not(
    project: Project,
) -> None:
    at_nine = NOW - dt.timedelta(days=1)
    at_nine = at_nine.replace(hour=9, minute=0, second=0)
    times = [at_nine + dt.timedelta(minutes=minutes) for minutes in (0, 1, 14, 15)]
    beats = (110, 111, 130, 55)
    land(
        project,
        *(
            reading(f"r{n}", f"{one}Z", heart_rate=beat)
            for n, (one, beat) in enumerate(zip(times, beats, strict=True))
        ),
        reading("r9", f"{times[1]}Z", "", heart_rate=130),
    )
    notification.load(project.session, 10 * 86_400)

    assert_same_rows(
        "ops.notification",
        told(project),
        rows(
            ("P1", "HEART_RATE_HIGH", "HIGH", False, times[1]),
            ("P1", "HEART_RATE_HIGH", "CRITICAL", False, times[2]),
        ),
    )


def test_a_breach_too_old_when_it_is_loaded_pages_nobody_until_a_young_one_lifts_that(
    project: Project,
) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    window = now.replace(minute=now.minute // 15 * 15, second=0) - dt.timedelta(minutes=60)
    old, young = window + dt.timedelta(seconds=10), window + dt.timedelta(minutes=14)
    limit = int((now - window).total_seconds()) - 420  # half the window is too old
    land(project, reading("a", f"{old}Z", consciousness="V"))
    notification.load(project.session, limit)
    land(project, reading("b", f"{old}Z", consciousness="P"))
    notification.load(project.session, limit)
    assert_same_rows(
        "ops.notification", told(project), rows(("P1", "CONSCIOUSNESS", "CRITICAL", True, old))
    )
    assert project.rows("ops.undelivered_notification") == []

    land(project, reading("c", f"{young}Z", consciousness="C"))
    notification.load(project.session, limit)
    land(project, reading("d", f"{old}Z", consciousness="U"))
    notification.load(project.session, limit)

    assert_same_rows(
        "ops.notification", told(project), rows(("P1", "CONSCIOUSNESS", "CRITICAL", False, young))
    )
    assert len(project.rows("ops.undelivered_notification")) == 1


def test_what_was_told_is_not_withdrawn_by_a_correction(project: Project) -> None:
    land(project, reading("a", ago(2), oxygen_saturation=88))
    notification.load(project.session, 3600)
    land(project, reading("a", ago(1), oxygen_saturation=99))
    notification.load(project.session, 3600)

    assert_same_rows(
        "ops.notification",
        told(project),
        rows(("P1", "OXYGEN_SATURATION_LOW", "CRITICAL", False, at(ago(2)[:-1]))),
    )


def run_of(group: str, *stages: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Rows of ops.pipeline_run, a minute apart: task, state, attempt."""
    return [
        {
            "graph_run_group_id": group,
            "task_name": task,
            "attempt_number": attempt,
            "state": state,
            "error_code": 100357 if state == "FAILED" else None,
            "started_at": f"2026-01-05 08:{place:02d}:00",
            "completed_at": f"2026-01-05 08:{place:02d}:30",
        }
        for place, (task, state, attempt) in enumerate(stages)
    ]


def test_a_run_is_told_with_its_outcome_per_stage_and_the_failing_ones_named(
    project: Project,
) -> None:
    project.execute("delete from ops.pipeline_run")
    failed = run_of("g1", ("ROOT", "SUCCEEDED", 1), ("B", "FAILED", 1), ("A", "FAILED", 1))
    healed = run_of("g2", ("ROOT", "SUCCEEDED", 1), ("A", "FAILED", 1), ("A", "SUCCEEDED", 2))
    project.insert("ops.pipeline_run", [*failed, *healed])

    for _ in range(2):
        project.execute(
            "insert into ops.notification select * from ops.run_notification as one"
            " where not exists (select 1 from ops.notification as other"
            " where one.notification_id = other.notification_id)"
        )

    columns = ("pipeline", "outcome", "failed_stage", "is_suppressed", "happened_at")
    assert_same_rows(
        "ops.notification",
        [{name: row[name] for name in columns} for row in project.rows("ops.notification")],
        [
            dict(zip(columns, one, strict=True))
            for one in [
                ("ROOT", "FAILED", "B, A", False, at("2026-01-05 08:02:30")),
                ("ROOT", "SUCCEEDED", None, False, at("2026-01-05 08:02:30")),
            ]
        ],
    )
    ((stages,),) = project.execute(
        "select to_json(stages) from ops.run_outcome where graph_run_group_id = 'g1'"
    )
    assert [(one["task"], one["state"]) for one in json.loads(stages)] == [
        ("ROOT", "SUCCEEDED"),
        ("B", "FAILED"),
        ("A", "FAILED"),
    ]
    assert json.loads(stages)[1] == {
        "task": "B",
        "state": "FAILED",
        "error_code": 100357,
        "started_at": "2026-01-05T08:01:00.000Z",
        "completed_at": "2026-01-05T08:01:30.000Z",
    }
    project.execute("delete from ops.pipeline_run")


def test_a_failed_run_is_mailed_in_counts(project: Project) -> None:
    row = {"kind": "RUN", "is_suppressed": False, "pipeline": "ROOT", "failed_stage": "A"}
    recently = {"created_at": ago(10)}
    project.insert(
        "ops.notification",
        [
            row | recently | {"notification_id": "r1", "outcome": "FAILED"},
            row | recently | {"notification_id": "r2", "outcome": "SUCCEEDED"},
        ],
    )
    before = len(project.mails())
    project.execute("execute alert ops.failed_run")

    deadline = time.monotonic() + 20
    while len(mails := project.mails()[before:]) == 0:
        assert time.monotonic() < deadline, "no mail"
        time.sleep(0.1)
    (mail,) = mails
    assert mail.recipients == ("carefloe@example.com",)
    assert mail.content.startswith("1 of 2 runs of the last 24 hours have failed.")

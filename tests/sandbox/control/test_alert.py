"""When alerts are evaluated, with a clock that the test moves, and the mails they record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

from sandbox.alert.definition import KIND, Alert
from sandbox.alert.keeper import AlertKeeper
from sandbox.notification.mail import Mail, recorded_mail
from sandbox.warehouse.account import Account
from sandbox.warehouse.names import ObjectName

START = datetime(2026, 1, 5, 9, 3, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def account() -> Iterator[Account]:
    with Account() as made:
        made.create_database("DB")
        yield made


def kept(account: Account, **changes: Any) -> None:
    """An alert every ten minutes, resumed at the start."""
    values: dict[str, Any] = {"schedule": "10 minute", "resumed_on": START} | changes
    name = ObjectName("DB", "PUBLIC", "WATCH")
    alert = Alert(name, "select 1 where false", "select 1", created_on=START, **values)
    with closing(account.connect("DB")) as session, session.ddl():
        session.catalog.put(session, KIND, name, alert.to_json())


def evaluations(keeper: AlertKeeper, clock: Clock) -> list[tuple[str, datetime]]:
    keeper.close()
    rows = keeper.history.table({"SCHEDULED_TIME_RANGE_START": START}, clock.now).rows()
    return sorted((row[7], row[10]) for row in rows)


def test_a_resumed_alert_is_evaluated_at_its_times(account: Account) -> None:
    clock = Clock()
    keeper = AlertKeeper(account, clock)
    kept(account)
    assert keeper.tick() == START + timedelta(minutes=10)
    clock.now = START + timedelta(minutes=9, seconds=59)
    assert keeper.tick() == START + timedelta(minutes=10)
    clock.now = START + timedelta(minutes=10, seconds=1)
    assert keeper.tick() == START + timedelta(minutes=20)
    assert evaluations(keeper, clock) == [("CONDITION_FALSE", START + timedelta(minutes=10))]


def test_a_suspended_alert_waits_for_nobody(account: Account) -> None:
    clock = Clock()
    keeper = AlertKeeper(account, clock)
    kept(account, resumed_on=None)
    assert keeper.tick() is None
    clock.now = START + timedelta(hours=1)
    assert keeper.tick() is None
    assert evaluations(keeper, clock) == []


def test_times_that_passed_while_nobody_looked_are_evaluated_once(account: Account) -> None:
    clock = Clock()
    keeper = AlertKeeper(account, clock)
    kept(account)
    keeper.tick()
    clock.now = START + timedelta(minutes=45)
    assert keeper.tick() == START + timedelta(minutes=50)
    assert len(evaluations(keeper, clock)) == 1


def test_a_mail_is_recorded_with_its_text(warehouse: Any, sql: Any) -> None:
    sql(
        "create notification integration test_mail type = email enabled = true "
        "allowed_recipients = ('ward@example.com', 'it@example.com')"
    )
    call = "call system$send_email('TEST_MAIL', 'ward@example.com, it@example.com', 'Runs', {})"
    assert sql(call.format("(select 'failed: ' || count(*) from values (1), (2))")) == [(True,)]
    with pytest.raises(ProgrammingError, match="ALLOWED_RECIPIENTS"):
        sql("call system$send_email('TEST_MAIL', 'other@example.com', 'Runs', 'x')")
    with closing(warehouse.account.connect("CAREFLOE")) as session:
        assert recorded_mail(session) == [
            Mail(
                "TEST_MAIL",
                ("ward@example.com", "it@example.com"),
                "Runs",
                "failed: 2",
                "text/plain",
            )
        ]
    history = "select status from table(information_schema.notification_history())"
    assert sql(f"{history} where integration_name = 'TEST_MAIL'") == [("SUCCESS",)]

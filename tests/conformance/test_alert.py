"""Alerts, the mails they send, and the integrations that let them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-alert"
ALTER = "sql-reference/sql/alter-alert"
EXECUTE = "sql-reference/sql/execute-alert"
SHOW = "sql-reference/sql/show-alerts"
EMAIL = "sql-reference/sql/create-notification-integration-email"
SEND = "sql-reference/stored-procedures/system_send_email"

HISTORY = """
    select state, scheduled_from, sql_error_code is not null
    from table(information_schema.alert_history(alert_name => 'WATCH'))
    where schema_name = current_schema()
    order by scheduled_time
"""


@pytest.fixture
def gauge(account: Account) -> Account:
    """A table to watch and one that the action fills."""
    account("create table gauge (value int)")
    account("create table log (text varchar, moment timestamp_ltz)")
    account(
        "create alert watch schedule = '60 minute' "
        "if (exists (select value from gauge where value > 200)) "
        "then insert into log (text) values ('too high')"
    )
    return account


@pytest.fixture
def email(account: Account) -> Iterator[str]:
    """An e-mail integration of its own, for these are objects of the account."""
    name = f"CONFORMANCE_{uuid.uuid4().hex[:8].upper()}"
    account(
        f"create notification integration {name} type = email enabled = true "
        "comment = 'of a conformance case'"
    )
    yield name
    account(f"drop integration if exists {name}")


def evaluations(account: Account, count: int) -> Any:
    return account.until(HISTORY, lambda rows: len(rows) >= count)


@documented(CREATE, "create alert ... if (exists (...)) then ...")
def test_a_new_alert_is_suspended(gauge: Account) -> None:
    shown = gauge.rows("show alerts in schema")
    assert [(row["name"], row["state"], row["schedule"]) for row in shown] == [
        ("WATCH", "suspended", "60 minute")
    ]
    assert shown[0]["condition"] == "select value from gauge where value > 200"
    assert shown[0]["action"] == "insert into log (text) values ('too high')"


@documented(EXECUTE, "execute alert")
def test_the_action_runs_only_when_the_condition_returns_a_row(gauge: Account) -> None:
    gauge("execute alert watch")
    assert evaluations(gauge, 1) == [("CONDITION_FALSE", "EXECUTE ALERT", False)]
    gauge("insert into gauge values (250), (300)")
    gauge("execute alert watch")
    assert evaluations(gauge, 2)[1] == ("TRIGGERED", "EXECUTE ALERT", False)
    assert gauge("select text from log") == [("too high",)]
    assert gauge.rows("show alerts in schema")[0]["state"] == "suspended"


@documented(CREATE, "create alert: names are looked up when it runs")
def test_a_condition_that_fails_is_told_by_the_history(account: Account) -> None:
    account(
        "create alert watch schedule = '60 minute' if (exists (select 1 from nowhere)) "
        "then select 1"
    )
    account("execute alert watch")
    assert evaluations(account, 1) == [("CONDITION_FAILED", "EXECUTE ALERT", True)]


@documented(CREATE, "create alert: names are looked up when it runs")
def test_an_action_that_fails_is_told_by_the_history(account: Account) -> None:
    account(
        "create alert watch schedule = '60 minute' if (exists (select 1)) "
        "then insert into nowhere values (1)"
    )
    account("execute alert watch")
    assert evaluations(account, 1) == [("ACTION_FAILED", "EXECUTE ALERT", True)]


@documented("sql-reference/functions/scheduled_time", "snowflake.alert.scheduled_time()")
def test_an_alert_knows_when_it_was_due_and_when_it_last_was(account: Account) -> None:
    account("create table log (due timestamp_ltz, before timestamp_ltz)")
    account(
        "create alert watch schedule = '60 minute' if (exists (select 1)) then "
        "insert into log select snowflake.alert.scheduled_time(), "
        "snowflake.alert.last_successful_scheduled_time()"
    )
    account("execute alert watch")
    evaluations(account, 1)
    account("execute alert watch")
    evaluations(account, 2)
    first, second = account("select due, before from log order by due")
    assert second[1] == first[0] < second[0]
    account.error("select snowflake.alert.scheduled_time()")


@documented(CREATE, "create alert ... config")
def test_the_configuration_is_read_in_condition_and_action(account: Account) -> None:
    account("create table log (text varchar)")
    account(
        "create alert watch schedule = '60 minute' "
        """config = $${"most": 10, "notify": "ops"}$$ """
        "if (exists (select 1 where parse_json(system$get_alert_config()):most < 11)) "
        "then insert into log select parse_json(system$get_alert_config()):notify::varchar"
    )
    account("execute alert watch")
    evaluations(account, 1)
    assert account("select text from log") == [("ops",)]


@documented(ALTER, "alter alert ... resume, suspend")
def test_resuming_starts_it_and_suspending_stops_it(gauge: Account) -> None:
    gauge("alter alert watch resume")
    assert gauge.rows("show alerts in schema")[0]["state"] == "started"
    gauge("alter alert watch suspend")
    assert gauge.rows("describe alert watch")[0]["state"] == "suspended"
    gauge.error("alter alert nowhere resume")
    gauge("alter alert if exists nowhere resume")


@documented(ALTER, "alter alert ... set, unset, modify condition, modify action")
def test_properties_condition_and_action_can_be_changed(gauge: Account) -> None:
    gauge("alter alert watch set schedule = 'using cron 0 6 * * * UTC' comment = 'gauge'")
    gauge("alter alert watch modify condition exists (select value from gauge where value > 300)")
    gauge("alter alert watch modify action delete from gauge")
    row = gauge.rows("describe alert watch")[0]
    assert (row["schedule"], row["comment"]) == ("using cron 0 6 * * * UTC", "gauge")
    assert row["condition"] == "select value from gauge where value > 300"
    assert row["action"] == "delete from gauge"
    gauge("alter alert watch unset comment")
    assert not gauge.rows("describe alert watch")[0]["comment"]


@documented(CREATE, "create or alter alert")
def test_create_or_alter_changes_it_and_leaves_it_started(gauge: Account) -> None:
    gauge("alter alert watch resume")
    gauge(
        "create or alter alert watch schedule = '5 minute' comment = 'often' "
        "if (exists (select 1)) then select 1"
    )
    row = gauge.rows("describe alert watch")[0]
    assert (row["schedule"], row["comment"], row["state"]) == ("5 minute", "often", "started")


@documented(CREATE, "create alert if not exists, create or replace alert")
def test_an_alert_of_that_name_is_kept_refused_or_replaced(gauge: Account) -> None:
    other = "watch schedule = '7 minute' if (exists (select 1)) then select 1"
    gauge.error(f"create alert {other}")
    gauge(f"create alert if not exists {other}")
    assert gauge.rows("describe alert watch")[0]["schedule"] == "60 minute"
    gauge(f"create or replace alert {other}")
    assert gauge.rows("describe alert watch")[0]["schedule"] == "7 minute"


@documented("sql-reference/sql/drop-alert", "drop alert")
def test_a_dropped_alert_is_gone(gauge: Account) -> None:
    gauge("drop alert watch")
    assert gauge.rows("show alerts in schema") == []
    gauge.error("drop alert watch")
    gauge("drop alert if exists watch")


@documented(SHOW, "show [terse] alerts")
def test_alerts_are_listed_by_pattern(gauge: Account) -> None:
    assert gauge.rows("show alerts like 'w%' in schema")[0]["name"] == "WATCH"
    assert gauge.rows("show alerts like 'x%' in schema") == []
    assert list(gauge.rows("show terse alerts in schema")[0]) == [
        "created_on", "name", "kind", "database_name", "schema_name", "schedule", "state",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "schedule", ["0 minute", "11521 minute", "soon", "using cron 61 * * * * UTC"]
)
@documented(CREATE, "create alert ... schedule")
def test_a_schedule_that_cannot_be_is_an_error(account: Account, schedule: str) -> None:
    account.error(
        f"create alert watch schedule = '{schedule}' if (exists (select 1)) then select 1"
    )


@documented(CREATE, "create alert without schedule (alert on new data)", "refused")
def test_an_alert_on_new_data_has_no_schedule(account: Account) -> None:
    account("create table gauge (value int)")
    account("alter table gauge set change_tracking = true")
    account(
        "create alert watch if (exists (select value from gauge where value > 1)) then select 1"
    )


@documented(CREATE, "create alert ... clone", "refused")
def test_an_alert_can_be_cloned(gauge: Account) -> None:
    gauge("create alert second clone watch")


@documented(EMAIL, "create notification integration ... type = email", "recorded")
def test_an_email_integration_is_shown(account: Account, email: str) -> None:
    shown = account.rows(f"show notification integrations like '{email}'")
    assert [
        (row["name"], row["type"], row["category"], row["enabled"], row["direction"])
        for row in shown
    ] == [(email, "EMAIL", "NOTIFICATION", "true", "OUTBOUND")]
    account(f"create notification integration if not exists {email} type = email enabled = true")
    account.error(f"create notification integration {email} type = email enabled = true")
    account(f"alter notification integration {email} set enabled = false")
    assert account.rows(f"show integrations like '{email}'")[0]["enabled"] == "false"
    described = account.rows(f"describe integration {email}")
    properties = {row["property"]: row["property_value"] for row in described}
    assert (properties["ENABLED"], properties["DIRECTION"]) == ("false", "OUTBOUND")


@pytest.mark.sandbox_only  # on an account the integration would stay behind
@documented(EMAIL, "create notification integration ... type = queue, webhook", "refused")
def test_a_webhook_integration_can_be_created(account: Account) -> None:
    account(
        "create notification integration conformance_hook type = webhook enabled = true "
        "webhook_url = 'https://hooks.slack.com/services/x'"
    )


@documented(SEND, "call system$send_email(...)", "recorded")
def test_a_mail_needs_an_integration_recipients_a_subject_and_content(
    account: Account, email: str
) -> None:
    account.error("call system$send_email('no_such_integration', 'a@example.com', 's', 'c')")
    account.error(f"call system$send_email('{email}', 'a@example.com', '', 'c')")
    account.error(f"call system$send_email('{email}', 'a@example.com', 's', '')")


@pytest.mark.sandbox_only  # an account needs an integration of that name
@documented(
    "sql-reference/stored-procedures/system_send_snowflake_notification",
    "call system$send_snowflake_notification(...)",
    "refused",
)
def test_a_notification_is_sent_to_a_queue(account: Account) -> None:
    account(
        "call system$send_snowflake_notification("
        "snowflake.notification.text_plain('x'), snowflake.notification.integration('some'))"
    )

"""Objects of security that are kept and shown, and have no effect on the sandbox."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented
from support.staff import Staff


@documented(
    "sql-reference/sql/create-network-rule",
    "create, alter, describe, show, drop network rule",
    "recorded",
)
def test_a_network_rule_is_kept(account: Account) -> None:
    account("create network rule office type = ipv4 mode = ingress value_list = ('192.0.2.0/24')")
    [row] = account.rows("show network rules in schema")
    assert (row["name"], row["type"], row["mode"]) == ("OFFICE", "IPV4", "INGRESS")
    assert int(row["entries_in_valuelist"]) == 1
    account("alter network rule office set value_list = ('192.0.2.0/24', '198.51.100.7')")
    assert int(account.rows("show network rules in schema")[0]["entries_in_valuelist"]) == 2
    account("drop network rule office")
    assert account.rows("show network rules in schema") == []


@documented(
    "sql-reference/sql/create-network-policy",
    "create, alter, show, drop network policy",
    "recorded",
)
def test_a_network_policy_is_kept_and_set_on_a_user(account: Account, staff: Staff) -> None:
    name = staff.name("np")
    account("create network rule office type = ipv4 mode = ingress value_list = ('192.0.2.0/24')")
    account(
        f"create network policy {name} allowed_network_rule_list = "
        f"('{account.database}.{account.schema}.office') comment = 'c'"
    )
    user = staff.user("loader", "type = service")
    try:
        [row] = account.rows(f"show network policies like '{name}'")
        assert (row["comment"], int(row["entries_in_allowed_network_rules"])) == ("c", 1)
        account(f"alter user {user} set network_policy = {name}")
        account(f"alter user {user} unset network_policy")
        account(f"alter network policy {name} set comment = 'd'")
        assert account.rows(f"show network policies like '{name}'")[0]["comment"] == "d"
    finally:
        account(f"drop network policy {name}")
    account.error(f"drop network policy {name}")
    account(f"drop network policy if exists {name}")


@documented(
    "sql-reference/sql/create-resource-monitor",
    "create, alter, show, drop resource monitor",
    "recorded",
)
def test_a_resource_monitor_is_kept(account: Account, staff: Staff) -> None:
    name = staff.name("rm")
    account(
        f"create resource monitor {name} with credit_quota = 20 frequency = monthly "
        "start_timestamp = immediately triggers on 80 percent do notify on 100 percent do suspend"
    )
    try:
        [row] = account.rows(f"show resource monitors like '{name}'")
        assert float(row["credit_quota"]) == 20
        assert (row["notify_at"], row["suspend_at"]) == ("80%", "100%")
        account(f"alter resource monitor {name} set credit_quota = 30")
        [row] = account.rows(f"show resource monitors like '{name}'")
        assert float(row["credit_quota"]) == 30
    finally:
        account(f"drop resource monitor {name}")
    assert account.rows(f"show resource monitors like '{name}'") == []


@documented(
    "sql-reference/sql/create-warehouse",
    "warehouse size, auto_suspend, resource_monitor",
    "recorded",
)
def test_a_warehouse_keeps_its_settings(account: Account, staff: Staff) -> None:
    name, monitor = staff.name("wh"), staff.name("rm")
    account(f"create resource monitor {monitor} with credit_quota = 1")
    try:
        account(
            f"create warehouse {name} warehouse_size = xsmall auto_suspend = 60 auto_resume = true "
            f"initially_suspended = true resource_monitor = {monitor} comment = 'c'"
        )
        [row] = account.rows(f"show warehouses like '{name}'")
        assert (row["size"].upper().replace("-", ""), row["comment"]) == ("XSMALL", "c")
        assert (int(row["auto_suspend"]), row["resource_monitor"]) == (60, monitor)
        account(f"alter warehouse {name} set auto_suspend = 120")
        account(f"alter warehouse {name} unset resource_monitor")
        [row] = account.rows(f"show warehouses like '{name}'")
        assert int(row["auto_suspend"]) == 120
        assert row["resource_monitor"] in (None, "null")
    finally:
        account(f"drop warehouse if exists {name}")
        account(f"drop resource monitor {monitor}")


@documented(
    "sql-reference/sql/create-session-policy",
    "session, password and authentication policies",
    "recorded",
)
@pytest.mark.parametrize(
    ("kind", "plural", "options"),
    [
        ("session policy", "session policies", "session_idle_timeout_mins = 30"),
        ("password policy", "password policies", "password_min_length = 14"),
        (
            "authentication policy",
            "authentication policies",
            "authentication_methods = ('KEYPAIR')",
        ),
    ],
)
def test_policies_of_sessions_are_kept(
    account: Account, kind: str, plural: str, options: str
) -> None:
    account(f"create {kind} p {options} comment = 'c'")
    [row] = account.rows(f"show {plural} in schema")
    assert (row["name"], row["comment"]) == ("P", "c")
    account(f"alter {kind} p set comment = 'd'")
    assert account.rows(f"show {plural} in schema")[0]["comment"] == "d"
    account(f"drop {kind} p")
    account(f"drop {kind} if exists p")


@documented(
    "sql-reference/sql/comment", "comment on table, view, column, schema, stage, stream, task, tag"
)
def test_any_object_can_be_commented(account: Account) -> None:
    account("create table t (id int)")
    account("create view v as select id from t")
    account("create stage st")
    account("create stream s on table t append_only = true")
    account("create task k schedule = '60 minute' as select 1")
    account("create tag g")
    for kind, name, shown in (
        ("table", "t", "tables"), ("view", "v", "views"), ("stage", "st", "stages"),
        ("stream", "s", "streams"), ("task", "k", "tasks"), ("tag", "g", "tags"),
    ):  # fmt: skip
        account(f"comment on {kind} {name} is 'about {kind}'")
        assert account.rows(f"show {shown} in schema")[0]["comment"] == f"about {kind}"
    account("comment on column t.id is 'key'")
    assert account.rows("describe table t")[0]["comment"] == "key"
    account(f"comment on schema {account.schema} is 'cases'")
    [row] = account.rows(f"show schemas like '{account.schema}' in {account.database}")
    assert row["comment"] == "cases"
    account("comment if exists on table missing is 'x'")
    account.error("comment on table missing is 'x'")


@documented("sql-reference/sql/comment", "comment on role, warehouse, user")
def test_objects_of_the_account_can_be_commented(account: Account, staff: Staff) -> None:
    role, user = staff.role("nurse"), staff.user("ann")
    account(f"comment on role {role} is 'r'")
    account(f"comment on user {user} is 'u'")
    assert account.rows(f"show roles like '{role}'")[0]["comment"] == "r"
    assert account.rows(f"show users like '{user}'")[0]["comment"] == "u"


@documented("user-guide/views-secure", "secure view: its definition is the owner's")
def test_the_definition_of_a_secure_view_is_hidden(account: Account, staff: Staff) -> None:
    role = staff.visitor("reader")
    account("create table t as select 1 as id, 42 as secret")
    account("create secure view v as select id from t where secret = 42")
    account("create view plain as select id from t")
    account(f"grant select on all views in schema {account.schema} to role {role}")
    owned = {row["name"]: row for row in account.rows("show views in schema")}
    assert owned["V"]["is_secure"] == "true"
    assert "secret = 42" in owned["V"]["text"]
    with staff.acting(role):
        assert account("select * from v") == [(1,)]
        shown = {row["name"]: row for row in account.rows("show views in schema")}
        assert "secret" not in (shown["V"]["text"] or "")
        assert "select id from t" in shown["PLAIN"]["text"]
        account.error("select get_ddl('view', 'v')")


@documented("sql-reference/functions/get_ddl", "get_ddl of table, view, policy")
def test_a_definition_can_be_asked(account: Account) -> None:
    account("create table t (id number(10, 2) not null, name varchar(20))")
    account("create view v as select id from t")
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    table = " ".join(account.one("get_ddl('table', 't')").upper().split())
    assert table.startswith("CREATE OR REPLACE TABLE T (")
    assert "ID NUMBER(10,2) NOT NULL" in table
    assert "NAME VARCHAR(20)" in table
    assert "select id from t" in account.one("get_ddl('view', 'v')")
    assert "RETURNS VARCHAR" in account.one("get_ddl('policy', 'hide')").upper()
    account("alter table t rename to old")
    account(account("select get_ddl('table', 'old')")[0][0].replace("OLD", "T"))
    assert [row["name"] for row in account.rows("describe table t")] == ["ID", "NAME"]
    account.error("select get_ddl('table', 'missing')")


@documented("sql-reference/sql/create-event-table", "create, show, drop event table", "recorded")
def test_an_event_table_is_kept(account: Account) -> None:
    account("create event table if not exists events comment = 'c'")
    [row] = account.rows("show event tables in schema")
    assert (row["name"], row["comment"]) == ("EVENTS", "c")
    columns = [row["name"] for row in account.rows("describe event table events")]
    assert columns[:2] == ["TIMESTAMP", "START_TIMESTAMP"]
    assert {"RECORD_TYPE", "RECORD", "RECORD_ATTRIBUTES", "VALUE"} <= set(columns)
    assert account("select record_type, value from events") == []
    account("drop event table events")
    assert account.rows("show event tables in schema") == []


@documented(
    "sql-reference/sql/alter-database",
    "alter database set comment, log_level, event_table",
    "recorded",
)
def test_a_database_keeps_its_levels(account: Account, staff: Staff) -> None:
    name = staff.name("db")
    account(f"create database {name}")
    try:
        account(f"create event table {name}.public.events")
        account(f"alter database {name} set log_level = 'INFO' trace_level = 'ON_EVENT'")
        account(f"alter database {name} set event_table = {name}.public.events")
        account(f"alter database {name} set comment = 'c'")
        assert account.rows(f"show databases like '{name}'")[0]["comment"] == "c"
        account(f"alter database {name} unset log_level")
    finally:
        account(f"drop database {name}")
        account(f"use schema {account.database}.{account.schema}")

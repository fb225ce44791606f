"""Sessions: parameters, variables, the current place."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented

ALTER = "sql-reference/sql/alter-session"
SHOW = "sql-reference/sql/show-parameters"
VARIABLES = "sql-reference/session-variables"


@documented(ALTER, "alter session set, unset")
def test_a_parameter_is_set_and_unset(account: Account) -> None:
    account("alter session set query_tag = 'ward', timezone = 'Europe/Vienna'")
    shown = account.rows("show parameters like 'query_tag' in session")
    assert [(row["key"], row["value"], row["level"]) for row in shown] == [
        ("QUERY_TAG", "ward", "SESSION")
    ]
    assert (
        account.one("to_char('2026-07-01 12:00:00 +0000'::timestamp_tz::timestamp_ltz)")[-5:]
        == "+0200"
    )
    account("alter session unset query_tag")
    assert account.rows("show parameters like 'query_tag'")[0]["value"] == ""


@documented(ALTER, "alter session set: what cannot be")
def test_a_parameter_that_cannot_be_is_an_error(account: Account) -> None:
    account.error("alter session set no_such_parameter = 1")
    account.error("alter session set timezone = 'Mars/North'")


@pytest.mark.parametrize(
    "setting",
    [
        "statement_timeout_in_seconds = 60",
        "lock_timeout = 30",
        "use_cached_result = false",
        "abort_detached_query = true",
    ],
)
@documented("sql-reference/parameters", "alter session set: limits, caches", "recorded")
def test_limits_are_kept(account: Account, setting: str) -> None:
    account(f"alter session set {setting}")
    name, value = setting.split(" = ")
    assert account.rows(f"show parameters like '{name}'")[0]["value"] == value


@documented(VARIABLES, "set x = ..., $x, unset")
def test_a_variable_stands_for_its_value(account: Account) -> None:
    account("create table bed (id int, ward varchar)")
    account("insert into bed values (1, 'ICU'), (2, 'SUR')")
    account("set wanted = 'ICU'")
    account("set least = 1 + 0")
    assert account("select id from bed where ward = $wanted and id >= $least") == [(1,)]
    account("set wanted = (select max(ward) from bed)")
    assert account.one("$wanted") == "SUR"
    with account.another() as other:
        other.error("select $wanted")
    account("unset wanted")
    account.error("select $wanted")


@documented(VARIABLES, "set (x, y) = (..., ...)")
def test_several_variables_are_set_at_once(account: Account) -> None:
    account("set (first, last) = (1, 'z')")
    assert account("select $first, $last") == [(1, "z")]


@documented(VARIABLES, "identifier($x), table($x)")
def test_a_variable_names_an_object(account: Account) -> None:
    account("create table bed (id int)")
    account("insert into bed values (7)")
    account("set name = 'bed'")
    assert account("select id from identifier($name)") == [(7,)]


@documented(VARIABLES, "show variables")
def test_variables_are_listed(account: Account) -> None:
    account("set ward = 'ICU'")
    shown = account.rows("show variables like 'ward'")
    assert [(row["name"], row["value"]) for row in shown] == [("WARD", "ICU")]


@documented("sql-reference/sql/use-schema", "use schema, use database, current_schema()")
def test_the_current_place_can_be_changed(account: Account) -> None:
    other = f"{account.schema}_OTHER"
    account(f"create schema {other}")
    try:
        account(f"use schema {account.schema}")
        assert account.one("current_schema()") == account.schema
        account(f"use schema {account.database}.{other}")
        assert account("select current_database(), current_schema()") == [(account.database, other)]
        account.error("use schema no_such_schema")
        account.error("use database no_such_database")
        account(f"use {account.database}.{account.schema}")
        assert account.one("current_schema()") == account.schema
    finally:
        account(f"drop schema {other}")


@documented("sql-reference/functions/last_query_id", "last_query_id(), result_scan()")
def test_the_last_result_is_read_again(account: Account) -> None:
    account("select 1 as a, 'x' as b")
    assert account("select b from table(result_scan(last_query_id()))") == [("x",)]


@pytest.mark.sandbox_only  # an account has other warehouses and users
@pytest.mark.parametrize("of", ["account", "warehouse compute_wh", "user somebody"])
@documented(SHOW, "show parameters in account, warehouse, user, ...", "refused")
def test_parameters_of_other_objects_are_listed(account: Account, of: str) -> None:
    account(f"show parameters in {of}")

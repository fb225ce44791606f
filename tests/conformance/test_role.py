"""Roles, their hierarchy and the roles of a session."""

from __future__ import annotations

import json

from support.conformance import Account, documented
from support.staff import Staff


@documented("sql-reference/sql/create-role", "create role, comment = ...")
def test_a_role_is_shown_with_its_comment_and_owner(account: Account, staff: Staff) -> None:
    name = staff.made("role", staff.name("nurse"))
    account(f"create role {name} comment = 'on the ward'")
    [row] = account.rows(f"show roles like '{name}'")
    assert (row["name"], row["comment"], row["owner"]) == (name, "on the ward", staff.admin)
    assert "already exists" in account.error(f"create role {name}")
    account(f"create role if not exists {name}")


@documented("sql-reference/sql/create-role", "create or alter role")
def test_create_or_alter_changes_the_comment_and_keeps_the_grants(
    account: Account, staff: Staff
) -> None:
    name = staff.visitor("nurse")
    account(f"create or alter role {name} comment = 'new'")
    assert account.rows(f"show roles like '{name}'")[0]["comment"] == "new"
    assert {row["privilege"] for row in account.rows(f"show grants to role {name}")} == {"USAGE"}


@documented("sql-reference/sql/alter-role", "alter role ... rename to, set comment, unset comment")
def test_a_renamed_role_keeps_its_grants(account: Account, staff: Staff) -> None:
    name = staff.visitor("nurse")
    new = staff.made("role", staff.name("midwife"))
    account(f"alter role {name} set comment = 'c'")
    account(f"alter role {name} rename to {new}")
    [row] = account.rows(f"show roles like '{new}'")
    assert row["comment"] == "c"
    account(f"alter role {new} unset comment")
    assert account.rows(f"show roles like '{new}'")[0]["comment"] in ("", None)
    granted = {
        (r["privilege"], r["granted_on"]) for r in account.rows(f"show grants to role {new}")
    }
    assert ("USAGE", "SCHEMA") in granted


@documented("sql-reference/sql/drop-role", "drop role [if exists]")
def test_a_dropped_role_is_gone_with_its_grants(account: Account, staff: Staff) -> None:
    name = staff.role("nurse")
    account("create table t (id int)")
    account(f"grant select on table t to role {name}")
    account(f"drop role {name}")
    assert account.rows(f"show roles like '{name}'") == []
    grantees = {row["grantee_name"] for row in account.rows("show grants on table t")}
    assert grantees == {staff.admin}
    account(f"drop role if exists {name}")
    assert "does not exist or not authorized" in account.error(f"drop role {name}")


@documented("sql-reference/sql/use-role", "use role, current_role()")
def test_a_session_takes_a_role_it_was_granted(account: Account, staff: Staff) -> None:
    name = staff.role("nurse")
    with staff.acting(name):
        assert account.one("current_role()") == name
    assert account.one("current_role()") == staff.admin
    account.error(f"use role {staff.name('nobody')}")


@documented("sql-reference/sql/use-role", "use role of a role that was not granted")
def test_a_limited_role_cannot_take_a_role_it_was_not_granted(
    account: Account, staff: Staff
) -> None:
    nurse, doctor = staff.role("nurse"), staff.role("doctor")
    user = staff.user("ann", f"default_role = {nurse} default_secondary_roles = ()")
    account(f"grant role {nurse} to user {user}")
    assert [row["role"] for row in account.rows(f"show grants to user {user}")] == [nurse]
    assert doctor not in str(account.rows(f"show grants to user {user}"))


@documented("sql-reference/sql/grant-role", "grant role ... to role: privileges are inherited")
def test_a_role_inherits_what_the_roles_granted_to_it_may(account: Account, staff: Staff) -> None:
    nurse, doctor = staff.visitor("nurse"), staff.role("doctor")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {nurse}")
    with staff.acting(doctor):
        assert "does not exist or not authorized" in account.error(
            f"select * from {account.database}.{account.schema}.t"
        )
    account(f"grant role {nurse} to role {doctor}")
    with staff.acting(doctor):
        assert account(f"select * from {account.database}.{account.schema}.t") == [(1,)]
    account(f"revoke role {nurse} from role {doctor}")
    with staff.acting(doctor):
        account.error(f"select * from {account.database}.{account.schema}.t")


@documented("sql-reference/sql/grant-role", "grant role: no circles")
def test_a_circle_of_roles_is_refused(account: Account, staff: Staff) -> None:
    nurse, doctor = staff.role("nurse"), staff.role("doctor")
    account(f"grant role {nurse} to role {doctor}")
    account.error(f"grant role {doctor} to role {nurse}")


@documented("sql-reference/sql/use-secondary-roles", "use secondary roles all, none")
def test_secondary_roles_add_what_the_users_other_roles_may(account: Account, staff: Staff) -> None:
    reader, other = staff.visitor("reader"), staff.visitor("other")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {reader}")
    with staff.acting(other):
        account.error("select * from t")
        account("use secondary roles all")
        assert account("select * from t") == [(1,)]
        assert json.loads(account.one("current_secondary_roles()"))["value"] == "ALL"
        account("use secondary roles none")
        account.error("select * from t")


@documented("sql-reference/functions/is_role_in_session", "is_role_in_session")
def test_a_role_is_in_the_session_with_all_it_inherits(account: Account, staff: Staff) -> None:
    nurse, doctor, other = staff.role("nurse"), staff.role("doctor"), staff.role("other")
    account(f"grant role {nurse} to role {doctor}")
    with staff.acting(doctor):
        found = account(
            f"select is_role_in_session('{doctor}'), is_role_in_session('{nurse}'),"
            f" is_role_in_session('{other}'), is_role_in_session('PUBLIC')"
        )
    assert found == [(True, True, False, True)]


@documented("sql-reference/functions/current_available_roles", "current_available_roles")
def test_the_roles_a_user_can_take_are_a_json_array(account: Account, staff: Staff) -> None:
    name = staff.role("nurse")
    assert {name, "PUBLIC"} <= set(json.loads(account.one("current_available_roles()")))


@documented("sql-reference/sql/create-database-role", "create, show, drop database role")
def test_a_database_role_is_shown_in_its_database(account: Account, staff: Staff) -> None:
    name = staff.name("dr")
    account(f"create database role {name} comment = 'c'")
    try:
        [row] = [
            row
            for row in account.rows(f"show database roles in database {account.database}")
            if row["name"] == name
        ]
        assert row["comment"] == "c"
        account.error(f"create database role {name}")
    finally:
        account(f"drop database role {name}")
    account(f"drop database role if exists {name}")


@documented("sql-reference/sql/grant-database-role", "grant database role ... to role")
def test_a_role_inherits_a_database_role(account: Account, staff: Staff) -> None:
    reader, name = staff.visitor("reader"), f"{account.database}.{staff.name('dr')}"
    account("create table t as select 1 as id")
    account(f"create database role {name}")
    try:
        account(f"grant select on table t to database role {name}")
        account(f"grant database role {name} to role {reader}")
        with staff.acting(reader):
            assert account("select * from t") == [(1,)]
            assert account.one(f"is_database_role_in_session('{staff.name('dr')}')") is True
        account(f"revoke database role {name} from role {reader}")
        with staff.acting(reader):
            account.error("select * from t")
    finally:
        account(f"drop database role {name}")


@documented("sql-reference/sql/show-grants", "show grants of role, to user")
def test_who_holds_a_role_is_shown(account: Account, staff: Staff) -> None:
    nurse, doctor = staff.role("nurse"), staff.role("doctor")
    account(f"grant role {nurse} to role {doctor}")
    found = {
        (row["granted_to"], row["grantee_name"])
        for row in account.rows(f"show grants of role {nurse}")
    }
    assert found == {("USER", staff.user_name), ("ROLE", doctor)}
    mine = account.rows(f'show grants to user "{staff.user_name}"')
    assert {nurse, doctor} <= {row["role"] for row in mine}
    assert {row["role"] for row in account.rows("show grants")} >= {nurse, doctor}


@documented("user-guide/security-access-control-overview", "the system's roles")
def test_the_systems_roles_have_their_own_tasks(account: Account, staff: Staff) -> None:
    database, role = staff.name("db"), staff.made("role", staff.name("r"))
    with staff.acting("useradmin"):
        account(f"create role {role}")
        account.error(f"create database {database}")
    with staff.acting("sysadmin"):
        account.error(f"create role {staff.name('other')}")
        account(f"create database {database}")
        try:
            account(f"create schema {database}.s")
            account(f"create table {database}.public.t as select 1 as id")
            assert account(f"select * from {database}.public.t") == [(1,)]
            [row] = account.rows(f"show databases like '{database}'")
            assert row["owner"] == "SYSADMIN"
        finally:
            account(f"drop database {database}")

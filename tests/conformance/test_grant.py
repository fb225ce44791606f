"""Grants, future grants, ownership, and what SHOW GRANTS says of them."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented
from support.staff import Staff


def granted(account: Account, role: str, kind: str = "TABLE") -> set[tuple[str, str]]:
    """Privilege and last part of the object's name, of a role."""
    return {
        (row["privilege"], row["name"].rpartition(".")[2])
        for row in account.rows(f"show grants to role {role}")
        if row["granted_on"] == kind
    }


@documented("sql-reference/sql/grant-privilege", "grant ... on table to role, show grants on")
def test_a_grant_is_shown_on_the_object_and_to_the_role(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create table t (id int)")
    account(f"grant select, insert on table t to role {reader}")
    shown = {
        (row["privilege"], row["granted_to"], row["grantee_name"], row["grant_option"])
        for row in account.rows("show grants on table t")
    }
    assert shown == {
        ("OWNERSHIP", "ROLE", staff.admin, "true"),
        ("SELECT", "ROLE", reader, "false"),
        ("INSERT", "ROLE", reader, "false"),
    }
    assert granted(account, reader) == {("SELECT", "T"), ("INSERT", "T")}
    account(f"revoke insert on table t from role {reader}")
    assert granted(account, reader) == {("SELECT", "T")}


@documented("sql-reference/sql/grant-privilege", "grant all privileges on table")
def test_all_privileges_are_those_of_the_kind_without_ownership(
    account: Account, staff: Staff
) -> None:
    reader = staff.visitor("reader")
    account("create table t (id int)")
    account(f"grant all privileges on table t to role {reader}")
    names = {privilege for privilege, _ in granted(account, reader)}
    assert {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES"} <= names
    assert "OWNERSHIP" not in names
    account(f"revoke all on table t from role {reader}")
    assert granted(account, reader) == set()


@documented("sql-reference/sql/grant-privilege", "grant of a privilege the object does not have")
@pytest.mark.parametrize(
    "grant", ["operate on table t", "select on schema {schema}", "nonsense on table t"]
)
def test_a_privilege_must_fit_the_object(account: Account, staff: Staff, grant: str) -> None:
    reader = staff.visitor("reader")
    account("create table t (id int)")
    account.error(f"grant {grant.format(schema=account.schema)} to role {reader}")


@documented(
    "sql-reference/sql/grant-privilege", "grant to a role or on an object that is not there"
)
def test_what_is_granted_must_be_there(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create table t (id int)")
    assert "does not exist or not authorized" in account.error(
        f"grant select on table missing to role {reader}"
    )
    assert "does not exist or not authorized" in account.error(
        f"grant select on table t to role {staff.name('missing')}"
    )


@documented("sql-reference/sql/grant-privilege", "grant ... on all tables in schema")
def test_on_all_grants_on_what_is_there_now(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create table a (id int)")
    account("create table b (id int)")
    account("create view v as select id from a")
    account(f"grant select on all tables in schema {account.schema} to role {reader}")
    account("create table later (id int)")
    assert granted(account, reader) == {("SELECT", "A"), ("SELECT", "B")}
    assert granted(account, reader, "VIEW") == set()
    account(f"revoke select on all tables in schema {account.schema} from role {reader}")
    assert granted(account, reader) == set()


@documented("sql-reference/sql/grant-privilege", "grant ... on future tables in schema")
def test_a_future_grant_acts_on_new_objects_only(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create table before (id int)")
    account(f"grant select on future tables in schema {account.schema} to role {reader}")
    [row] = account.rows(f"show future grants in schema {account.schema}")
    assert (row["privilege"], row["grant_on"], row["grantee_name"]) == ("SELECT", "TABLE", reader)
    assert [r["privilege"] for r in account.rows(f"show future grants to role {reader}")] == [
        "SELECT"
    ]
    account("create table later (id int)")
    assert granted(account, reader) == {("SELECT", "LATER")}
    with staff.acting(reader):
        assert account("select * from later") == []
        account.error("select * from before")
    account(f"revoke select on future tables in schema {account.schema} from role {reader}")
    account("create table last (id int)")
    assert granted(account, reader) == {("SELECT", "LATER")}


@documented(
    "sql-reference/sql/grant-privilege", "future grants: the schema's go before the database's"
)
def test_future_grants_of_the_schema_hide_those_of_the_database(
    account: Account, staff: Staff
) -> None:
    reader, other = staff.visitor("reader"), staff.visitor("other")
    account(f"grant select on future views in database {account.database} to role {other}")
    try:
        account("create view one as select 1 as id")
        account(f"grant select on future views in schema {account.schema} to role {reader}")
        account("create view two as select 1 as id")
    finally:
        account(f"revoke select on future views in database {account.database} from role {other}")
    assert granted(account, other, "VIEW") == {("SELECT", "ONE")}
    assert granted(account, reader, "VIEW") == {("SELECT", "TWO")}


@documented("sql-reference/sql/grant-privilege", "with grant option")
def test_the_grant_option_lets_a_role_pass_a_privilege_on(account: Account, staff: Staff) -> None:
    reader, other = staff.visitor("reader"), staff.visitor("other")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {reader}")
    with staff.acting(reader):
        account.error(f"grant select on table t to role {other}")
    account(f"grant select on table t to role {reader} with grant option")
    with staff.acting(reader):
        account(f"grant select on table t to role {other}")
    [row] = [r for r in account.rows("show grants on table t") if r["grantee_name"] == other]
    assert (row["granted_by"], row["grant_option"]) == (reader, "false")
    revoke = f"revoke grant option for select on table t from role {reader}"
    account.error(revoke)
    account.error(f"{revoke} restrict")
    account(f"{revoke} cascade")
    assert granted(account, other) == set()
    with staff.acting(reader):
        assert account("select * from t") == [(1,)]
        account.error(f"grant select on table t to role {other}")


@documented("sql-reference/sql/revoke-privilege", "revoke ... restrict, cascade")
def test_a_privilege_that_was_passed_on_is_revoked_with_cascade_only(
    account: Account, staff: Staff
) -> None:
    first, second, third = (staff.visitor(stem) for stem in ("first", "second", "third"))
    account("create table t (id int)")
    account(f"grant select, insert on table t to role {first} with grant option")
    with staff.acting(first):
        account(f"grant select on table t to role {second} with grant option")
    with staff.acting(second):
        account(f"grant select on table t to role {third}")
    account(f"revoke insert on table t from role {first}")
    account.error(f"revoke select on table t from role {first}")
    assert granted(account, third) == {("SELECT", "T")}
    account(f"revoke select on table t from role {first} cascade")
    assert {row["privilege"] for row in account.rows("show grants on table t")} == {"OWNERSHIP"}


@documented("sql-reference/sql/grant-ownership", "grant ownership ... copy current grants")
def test_ownership_changes_hands_with_the_grants_copied(account: Account, staff: Staff) -> None:
    owner, reader = staff.visitor("owner"), staff.visitor("reader")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {reader}")
    account(f"grant ownership on table t to role {owner} copy current grants")
    shown = {
        (row["privilege"], row["grantee_name"], row["granted_by"])
        for row in account.rows("show grants on table t")
    }
    assert shown == {("OWNERSHIP", owner, owner), ("SELECT", reader, owner)}
    assert account.rows("show tables like 'T'")[0]["owner"] == owner
    with staff.acting(owner):
        account("insert into t values (2)")
        account("drop table t")


@documented(
    "sql-reference/sql/grant-ownership", "grant ownership ... revoke current grants, or neither"
)
def test_ownership_does_not_change_hands_silently_with_grants(
    account: Account, staff: Staff
) -> None:
    owner, reader = staff.visitor("owner"), staff.visitor("reader")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {reader}")
    account.error(f"grant ownership on table t to role {owner}")
    account(f"grant ownership on table t to role {owner} revoke current grants")
    assert {row["privilege"] for row in account.rows("show grants on table t")} == {"OWNERSHIP"}


@documented("sql-reference/sql/create-table", "create or replace table: grants are gone")
def test_a_replaced_table_has_no_grants_unless_copied(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create table t (id int)")
    account(f"grant select on table t to role {reader}")
    account("create or replace table t (id int) copy grants")
    assert granted(account, reader) == {("SELECT", "T")}
    account("create or replace table t (id int)")
    assert granted(account, reader) == set()


@documented("sql-reference/sql/create-view", "create or replace view ... copy grants")
def test_a_replaced_view_keeps_copied_grants(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create view v as select 1 as id")
    account(f"grant select on view v to role {reader}")
    account("create or replace view v copy grants as select 2 as id")
    with staff.acting(reader):
        assert account("select id from v") == [(2,)]
    account("create or replace view v as select 3 as id")
    with staff.acting(reader):
        account.error("select id from v")


@documented("sql-reference/sql/create-or-alter", "create or alter table keeps the grants")
def test_create_or_alter_keeps_the_grants(account: Account, staff: Staff) -> None:
    reader = staff.visitor("reader")
    account("create or alter table t (id int)")
    account(f"grant select on table t to role {reader}")
    account("create or alter table t (id int, name varchar)")
    assert granted(account, reader) == {("SELECT", "T")}


@documented("user-guide/security-access-control-configure", "create schema ... with managed access")
def test_in_a_managed_schema_its_owner_grants(account: Account, staff: Staff) -> None:
    owner, reader = staff.visitor("owner"), staff.visitor("reader")
    schema = f"{account.schema}_MANAGED"
    account(f"create schema {schema} with managed access")
    try:
        account(f"grant usage, create table on schema {schema} to role {owner}")
        with staff.acting(owner):
            account(f"create table {schema}.t (id int)")
            account.error(f"grant select on table {schema}.t to role {reader}")
        account(f"grant select on table {schema}.t to role {reader}")
        assert granted(account, reader) == {("SELECT", "T")}
    finally:
        account(f"drop schema {schema}")


@documented("sql-reference/sql/grant-privilege", "grant ... on account")
def test_privileges_on_the_account_are_shown(account: Account, staff: Staff) -> None:
    admin = staff.role("admin")
    account(f"grant execute task, apply masking policy on account to role {admin}")
    shown = {
        (row["privilege"], row["granted_on"])
        for row in account.rows(f"show grants to role {admin}")
        if row["granted_on"] == "ACCOUNT"
    }
    assert shown == {("EXECUTE TASK", "ACCOUNT"), ("APPLY MASKING POLICY", "ACCOUNT")}
    account(f"revoke execute task on account from role {admin}")
    assert "EXECUTE TASK" not in str(account.rows(f"show grants to role {admin}"))


@documented(
    "sql-reference/sql/grant-privilege", "grant ... on stage, stream, task, procedure, warehouse"
)
def test_other_objects_have_their_own_privileges(account: Account, staff: Staff) -> None:
    role = staff.visitor("operator")
    account("create table t (id int)")
    account("create stage st")
    account("create stream s on table t append_only = true")
    account("create task k schedule = '60 minute' as select 1")
    account(
        "create procedure p(n int) returns int language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') handler = 'f' as 'def f(session, n): return n'"
    )
    for grant in (
        "read, write on stage st", "select on stream s", "operate on task k",
        "usage on procedure p(int)",
    ):  # fmt: skip
        account(f"grant {grant} to role {role}")
    shown = {
        (row["privilege"], row["granted_on"])
        for row in account.rows(f"show grants to role {role}")
        if row["granted_on"] in ("STAGE", "STREAM", "TASK", "PROCEDURE")
    }
    assert shown == {
        ("READ", "STAGE"), ("WRITE", "STAGE"), ("SELECT", "STREAM"), ("OPERATE", "TASK"),
        ("USAGE", "PROCEDURE"),
    }  # fmt: skip

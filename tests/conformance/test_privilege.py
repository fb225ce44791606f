"""What a role may do: what it was granted, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError, ProgrammingError
from snowflake.connector.pandas_tools import write_pandas
from support.conformance import Account, documented
from support.staff import Staff

MISSING, FORBIDDEN = "does not exist or not authorized", "Insufficient privileges"


@documented("user-guide/security-access-control-privileges", "usage on database and schema")
def test_without_usage_on_the_schema_its_objects_are_not_there(
    account: Account, staff: Staff
) -> None:
    role = staff.role("reader")
    table = f"{account.database}.{account.schema}.t"
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        assert MISSING in account.error(f"select * from {table}")
    account(f"grant usage on database {account.database} to role {role}")
    with staff.acting(role):
        assert MISSING in account.error(f"select * from {table}")
        assert MISSING in account.error(f"use schema {account.database}.{account.schema}")
    account(f"grant usage on schema {account.schema} to role {role}")
    with staff.acting(role):
        assert account(f"select * from {table}") == [(1,)]
        account(f"use schema {account.database}.{account.schema}")


@documented("sql-reference/sql/select", "select without the privilege")
def test_a_table_without_a_grant_is_not_there(account: Account, staff: Staff) -> None:
    role = staff.visitor("reader")
    account("create table t (id int)")
    with staff.acting(role):
        assert MISSING in account.error("select * from t")
        assert MISSING in account.error("select * from missing")
        assert MISSING in account.error("describe table t")
        assert account.rows("show tables like 'T'") == []


@documented(
    "user-guide/security-access-control-privileges", "insert, update, delete, truncate on table"
)
@pytest.mark.parametrize(
    ("privileges", "statement", "left"),
    [
        ("insert", "insert into t values (2, 'b')", [(1, "a"), (2, "b")]),
        ("update", "update t set name = 'c'", [(1, "c")]),
        ("delete", "delete from t", []),
        ("truncate", "truncate table t", []),
    ],
)
def test_each_change_needs_its_own_privilege(
    account: Account, staff: Staff, privileges: str, statement: str, left: list[tuple[int, str]]
) -> None:
    role = staff.visitor("writer")
    account("create table t as select 1 as id, 'a' as name")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        assert FORBIDDEN in account.error(statement)
    account(f"grant {privileges} on table t to role {role}")
    with staff.acting(role):
        account(statement)
    assert account("select * from t order by id") == left


@documented("sql-reference/sql/merge", "merge needs the privileges of its clauses")
def test_a_merge_needs_what_its_clauses_do(account: Account, staff: Staff) -> None:
    role = staff.visitor("writer")
    account("create table t as select 1 as id, 'a' as name")
    account("create table s as select 1 as id, 'b' as name")
    merge = "merge into t using s on t.id = s.id when matched then update set name = s.name"
    account(f"grant select on table s to role {role}")
    account(f"grant select, insert on table t to role {role}")
    with staff.acting(role):
        assert FORBIDDEN in account.error(merge)
        assert account("select * from t") == [(1, "a")]
    account(f"grant update on table t to role {role}")
    with staff.acting(role):
        account(merge)
    assert account("select * from t") == [(1, "b")]


@documented("sql-reference/sql/insert", "insert ... select needs select on its source")
def test_the_source_of_a_change_must_be_readable(account: Account, staff: Staff) -> None:
    role = staff.visitor("writer")
    account("create table t (id int)")
    account("create table s as select 1 as id")
    account(f"grant insert on table t to role {role}")
    with staff.acting(role):
        assert MISSING in account.error("insert into t select id from s")
    account(f"grant select on table s to role {role}")
    with staff.acting(role):
        account("insert into t select id from s")
    assert account("select * from t") == [(1,)]


@documented("user-guide/views-introduction", "a view is read with its owner's privileges")
def test_a_view_is_read_without_a_grant_on_its_tables(account: Account, staff: Staff) -> None:
    role = staff.visitor("reader")
    account("create table t as select 1 as id")
    account("create view v as select id from t")
    account(f"grant select on view v to role {role}")
    with staff.acting(role):
        assert account("select * from v") == [(1,)]
        assert MISSING in account.error("select * from t")


@documented("sql-reference/sql/create-table", "create table on schema")
def test_creating_needs_a_privilege_on_the_schema(account: Account, staff: Staff) -> None:
    role = staff.visitor("maker")
    with staff.acting(role):
        assert FORBIDDEN in account.error("create table t (id int)")
        account("create temporary table scratch (id int)")
        account("insert into scratch values (1)")
        assert account("select * from scratch") == [(1,)]
    account(f"grant create table on schema {account.schema} to role {role}")
    with staff.acting(role):
        account("create table t (id int)")
        assert account.rows("show tables like 'T'")[0]["owner"] == role
        assert FORBIDDEN in account.error("create view v as select 1 as id")
    assert {row["grantee_name"] for row in account.rows("show grants on table t")} == {role}


@documented("sql-reference/sql/create-view", "create view needs select on what it reads")
def test_a_view_can_only_be_made_over_what_its_maker_reads(account: Account, staff: Staff) -> None:
    role = staff.visitor("maker")
    account("create table t as select 1 as id")
    account(f"grant create view on schema {account.schema} to role {role}")
    with staff.acting(role):
        assert MISSING in account.error("create view v as select id from t")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        account("create view v as select id from t")
        assert account("select * from v") == [(1,)]


@documented("sql-reference/sql/drop-table", "drop and alter need ownership")
@pytest.mark.parametrize(
    "statement",
    ["drop table t", "alter table t add column x int", "create or replace table t (id int)",
     "comment on table t is 'x'"],
)  # fmt: skip
def test_only_the_owner_changes_an_object(account: Account, staff: Staff, statement: str) -> None:
    role = staff.visitor("maker")
    account("create table t (id int)")
    account(f"grant all privileges on table t to role {role}")
    account(f"grant create table on schema {account.schema} to role {role}")
    with staff.acting(role):
        assert FORBIDDEN in account.error(statement)
    account(f"grant ownership on table t to role {role} revoke current grants")
    with staff.acting(role):
        account(statement)


@documented("sql-reference/sql/create-role", "create role, user, database, warehouse on account")
@pytest.mark.parametrize(
    "statement",
    ["create role {name}", "create user {name}", "create database {name}",
     "create warehouse {name} warehouse_size = xsmall initially_suspended = true",
     "create schema {name}"],
)  # fmt: skip
def test_objects_of_the_account_need_privileges_on_it(
    account: Account, staff: Staff, statement: str
) -> None:
    role = staff.visitor("maker")
    with staff.acting(role):
        assert FORBIDDEN in account.error(statement.format(name=staff.name("x")))


@documented("sql-reference/sql/create-stream", "select on stream")
def test_a_stream_needs_select_on_it_and_on_its_table(account: Account, staff: Staff) -> None:
    role = staff.visitor("consumer")
    account("create table t (id int)")
    account("create stream s on table t append_only = true")
    account("insert into t values (1)")
    account(f"grant select on stream s to role {role}")
    with staff.acting(role):
        assert MISSING in account.error("select id from s")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        assert account("select id from s") == [(1,)]


@documented("sql-reference/sql/put", "read and write on stage")
def test_a_stage_is_listed_with_read_and_emptied_with_write(account: Account, staff: Staff) -> None:
    role = staff.visitor("loader")
    account("create stage st")
    with staff.acting(role):
        assert MISSING in account.error("list @st")
    account(f"grant read on stage st to role {role}")
    with staff.acting(role):
        assert account("list @st") == []
        assert FORBIDDEN in account.error("remove @st")
    account(f"grant write on stage st to role {role}")
    with staff.acting(role):
        assert account("remove @st") == []


PROCEDURE = """
create procedure who() returns varchar language python runtime_version = '3.11'
packages = ('snowflake-snowpark-python') handler = 'run' {rights} as $$
def run(session):
    return str(session.sql('select count(*) from t').collect()[0][0])
$$
"""


@documented(
    "developer-guide/stored-procedure/stored-procedures-rights",
    "usage on procedure; owner's rights",
)
def test_an_owners_procedure_runs_with_its_owners_privileges(
    account: Account, staff: Staff
) -> None:
    role = staff.visitor("caller")
    account("create table t as select 1 as id")
    account(PROCEDURE.format(rights=""))
    with staff.acting(role):
        account.error("call who()")
    account(f"grant usage on procedure who() to role {role}")
    with staff.acting(role):
        assert account("call who()") == [("1",)]
        assert account.one("current_role()") == role
        assert MISSING in account.error("select * from t")


@documented("developer-guide/stored-procedure/stored-procedures-rights", "execute as caller")
def test_a_callers_procedure_runs_with_the_callers_privileges(
    account: Account, staff: Staff
) -> None:
    role = staff.visitor("caller")
    account("create table t as select 1 as id")
    account(PROCEDURE.format(rights="execute as caller"))
    account(f"grant usage on procedure who() to role {role}")
    with staff.acting(role):
        assert MISSING in account.error("call who()")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        assert account("call who()") == [("1",)]


@documented("user-guide/tasks-intro", "operate on task; a task runs as its owner")
def test_a_task_runs_as_its_owner(account: Account, staff: Staff) -> None:
    owner, operator = staff.visitor("owner"), staff.visitor("operator")
    account("create table ran (role varchar)")
    account("create table secret as select 1 as id")
    account(f"grant create task on schema {account.schema} to role {owner}")
    account(f"grant execute task, execute managed task on account to role {owner}")
    account(f"grant insert, select on table ran to role {owner}")
    with staff.acting(owner):
        account(
            "create task k schedule = '11520 minute' "
            "user_task_managed_initial_warehouse_size = 'xsmall' "
            "as insert into ran select current_role()"
        )
    with staff.acting(operator):
        account.error("execute task k")
    account(f"grant operate on task k to role {operator}")
    with staff.acting(operator):
        account("execute task k")
    assert account.until("select role from ran", bool) == [(owner,)]


@documented("sql-reference/sql/show-tables", "show lists what the role has a privilege on")
def test_show_lists_what_a_role_may_see(account: Account, staff: Staff) -> None:
    role = staff.visitor("reader")
    account("create table a (id int)")
    account("create table b (id int)")
    account("create view v as select 1 as id")
    account(f"grant select on table a to role {role}")
    with staff.acting(role):
        assert [row["name"] for row in account.rows("show tables")] == ["A"]
        assert account.rows("show views") == []
        schemas = account.rows(f"show schemas like '{account.schema}' in {account.database}")
        assert [row["name"] for row in schemas] == [account.schema]


@documented("user-guide/admin-user-management", "log in with a user and one of its roles")
def test_a_session_begins_with_the_users_role(account: Account, staff: Staff) -> None:
    """The user's own key or password is the account's business: the session is the case's."""
    role = staff.visitor("reader")
    account("create table t as select 1 as id")
    account(f"grant select on table t to role {role}")
    with snowflake.connector.connect(
        **account.parameters | {"database": account.database, "role": role}
    ) as session:
        cursor = session.cursor()
        cursor.execute("use secondary roles none")
        assert cursor.execute("select current_role()").fetchall() == [(role,)]
        assert cursor.execute(f"select * from {account.schema}.t").fetchall() == [(1,)]
        with pytest.raises(ProgrammingError, match=FORBIDDEN):
            cursor.execute(f"delete from {account.schema}.t")


@documented(
    "developer-guide/python-connector/python-connector-connect", "connect with a role not granted"
)
def test_a_session_cannot_begin_with_a_role_that_is_not_there(
    account: Account, staff: Staff
) -> None:
    with pytest.raises(DatabaseError):
        snowflake.connector.connect(**account.parameters | {"role": staff.name("missing")})


@documented(
    "developer-guide/python-connector/python-connector-api", "write_pandas with insert on the table"
)
@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_a_loader_needs_insert_and_usage_only(account: Account, staff: Staff) -> None:
    role = staff.visitor("loader")
    account("create table t (ID int, NAME varchar)")
    account(f"grant insert on table t to role {role}")
    account(f"grant create stage, create file format on schema {account.schema} to role {role}")
    rows = pd.DataFrame({"ID": [1, 2], "NAME": ["a", "b"]})
    with staff.acting(role):
        account(f"use schema {account.database}.{account.schema}")
        done, _, count, _ = write_pandas(account.connection, rows, "T")
        assert (done, count) == (True, 2)
        account.error("select * from t")
    assert account("select * from t order by id") == [(1, "a"), (2, "b")]

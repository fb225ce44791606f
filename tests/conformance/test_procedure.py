"""Stored procedures: arguments, results, rights, transactions, imports."""

from __future__ import annotations

import datetime
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from snowflake.connector.errors import ProgrammingError
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-procedure"
CALL = "sql-reference/sql/call"
PYTHON = "developer-guide/stored-procedure/python/procedure-python-overview"
RIGHTS = "developer-guide/stored-procedure/stored-procedures-rights"
TRANSACTIONS = "sql-reference/transactions"
ARGUMENTS = "developer-guide/udf-stored-procedure-arguments"

HEADER = (
    "language python runtime_version = '3.11' packages = ('snowflake-snowpark-python') "
    "handler = 'main'"
)


def inline(
    account: Account, name: str, body: str, arguments: str = "", returns: str = "varchar"
) -> None:
    account(f"create procedure {name}({arguments}) returns {returns} {HEADER} as $$\n{body}\n$$")


@pytest.mark.parametrize(
    ("returns", "expression", "value"),
    [
        ("varchar", "'two words'", "two words"),
        ("varchar", "None", None),
        ("int", "7", 7),
        ("number(10, 2)", "__import__('decimal').Decimal('7.25')", Decimal("7.25")),
        ("float", "0.5", 0.5),
        ("boolean", "True", True),
        ("date", "__import__('datetime').date(2026, 1, 5)", datetime.date(2026, 1, 5)),
    ],
)
@documented(PYTHON, "create procedure ... language python: returned values")
def test_a_returned_value_has_the_declared_type(
    account: Account, returns: str, expression: str, value: object
) -> None:
    inline(account, "give", f"def main(session): return {expression}", returns=returns)
    assert account("call give()") == [(value,)]


@documented(PYTHON, "create procedure ... returns variant")
def test_a_variant_is_a_dict_or_a_list_of_the_handler(account: Account) -> None:
    body = "def main(session, a): return {'given': a, 'twice': [a['n'] * 2, None]}"
    inline(account, "give", body, "a variant", "variant")
    found = account("call give(parse_json('{\"n\": 3}'))")[0][0]
    assert json.loads(found) == {"given": {"n": 3}, "twice": [6, None]}


@documented(CALL, "call: the result is named after the procedure")
def test_the_result_column_is_named_after_the_procedure(account: Account) -> None:
    inline(account, "give", "def main(session): return 'x'")
    assert account.rows("call give()") == [{"give": "x"}]


@documented(ARGUMENTS, "call: expressions, binds, named arguments, defaults")
def test_arguments_are_expressions_binds_names_and_defaults(account: Account) -> None:
    inline(
        account,
        "say",
        "def main(session, a, b, c): return repr((a, b, c))",
        "a int, b varchar default 'x' || 'y', c varchar default null",
    )
    assert account("call say(1 + 1)") == [("(2, 'xy', None)",)]
    assert account("call say(5, 'it''s', 'c')") == [("(5, \"it's\", 'c')",)]
    assert account("call say(b => 'n', a => -3)") == [("(-3, 'n', None)",)]
    assert account("call say(?, ?)", 4, "bound") == [("(4, 'bound', None)",)]
    account.error("call say()")
    account.error("call say(1, d => 2)")


@documented(
    "developer-guide/udf-stored-procedure-naming-conventions", "create procedure: overloads"
)
def test_overloads_are_told_apart_by_their_arguments(account: Account) -> None:
    inline(account, "over", "def main(session): return 'none'")
    inline(account, "over", "def main(session, a): return 'number'", "a int")
    inline(account, "over", "def main(session, a): return 'text'", "a varchar")
    assert account("call over()") == [("none",)]
    assert account("call over(1)") == [("number",)]
    assert account("call over('1')") == [("text",)]


@documented(CALL, "call: a procedure that is not there")
def test_an_unknown_procedure_is_an_error(account: Account) -> None:
    account.error("call nowhere(1)")


@documented(PYTHON, "create procedure ... language python: Snowpark in the handler")
def test_a_handler_reads_and_writes_through_snowpark(account: Account) -> None:
    account("create table source (id int, ward varchar)")
    account("insert into source values (1, 'ICU'), (2, 'ICU'), (3, 'SUR')")
    account("create table target (ward varchar, beds int)")
    inline(
        account,
        "count_beds",
        """
from snowflake.snowpark.functions import count, when_not_matched

def main(session):
    beds = session.table("source").group_by("ward").agg(count("*").alias("beds"))
    target = session.table("target")
    result = target.merge(beds, target["ward"] == beds["ward"], [
        when_not_matched().insert({"ward": beds["ward"], "beds": beds["beds"]})])
    return str(result.rows_inserted)
""",
    )
    assert account("call count_beds()") == [("2",)]
    assert account("select ward, beds from target order by ward") == [("ICU", 2), ("SUR", 1)]


@documented(
    "developer-guide/stored-procedure/python/procedure-python-tabular-data",
    "create procedure ... returns table(...)",
)
def test_a_handler_returns_a_table(account: Account) -> None:
    account("create table bed (id int, ward varchar)")
    account("insert into bed values (1, 'ICU'), (2, 'SUR')")
    inline(
        account,
        "beds_of",
        "def main(session, ward):\n"
        "    return session.table('bed').filter(f\"ward = '{ward}'\").select('id', 'ward')",
        "ward varchar",
        "table (id int, ward varchar)",
    )
    assert account("call beds_of('ICU')") == [(1, "ICU")]
    assert account.rows("call beds_of('SUR')") == [{"id": 2, "ward": "SUR"}]


@documented(TRANSACTIONS, "call inside a transaction")
def test_a_procedure_takes_part_in_its_callers_transaction(account: Account) -> None:
    account("create table t (id int)")
    body = """
def main(session):
    session.sql("insert into t select count(*) from t").collect()
    return str(session.table("t").count())
"""
    inline(account, "add", body)
    account("begin")
    account("insert into t values (100)")
    assert account("call add()") == [("2",)]
    account("rollback")
    assert account("select * from t") == []
    account("call add()")
    assert account("select * from t") == [(0,)]


@documented(TRANSACTIONS, "call: an error in the handler")
def test_an_error_undoes_the_transaction_the_handler_opened_and_nothing_committed(
    account: Account,
) -> None:
    account("create table t (id int)")
    body = """
def main(session):
    session.sql("insert into t values (1)").collect()
    session.sql("begin").collect()
    session.sql("insert into t values (2)").collect()
    raise ValueError("no such ward")
"""
    inline(account, "fail", body)
    assert "no such ward" in account.error("call fail()")
    assert account("select * from t") == [(1,)]


@documented(TRANSACTIONS, "call: a transaction that the handler leaves open")
def test_a_transaction_left_open_is_an_error_and_rolled_back(account: Account) -> None:
    account("create table t (id int)")
    body = """
def main(session):
    session.sql("begin").collect()
    session.sql("insert into t values (1)").collect()
"""
    inline(account, "forget", body)
    account.error("call forget()")
    assert account("select * from t") == []


@documented(TRANSACTIONS, "call in a transaction: DDL, commit, rollback in the handler")
@pytest.mark.parametrize("ending", ["create table made (i int)", "commit", "rollback"])
def test_a_handler_cannot_end_its_callers_transaction(account: Account, ending: str) -> None:
    account("create table t (id int)")
    inline(account, "finish", f"def main(session): session.sql('{ending}').collect()")
    account("begin")
    account("insert into t values (1)")
    assert "different scope" in account.error("call finish()")
    assert account("select * from t") == [(1,)]
    account("rollback")
    assert account("select * from t") == []


@documented(TRANSACTIONS, "call with autocommit off: what the handler leaves open")
def test_without_autocommit_a_handlers_changes_are_rolled_back(account: Account) -> None:
    account("create table t (id int)")
    inline(account, "add", "def main(session): session.sql('insert into t values (1)').collect()")
    account("alter session set autocommit = false")
    account.error("call add()")
    assert account("select * from t") == []
    account("begin")
    account("call add()")
    account("commit")
    assert account("select * from t") == [(1,)]


@documented(TRANSACTIONS, "call in a transaction: a transaction of the handler", "refused")
def test_a_handlers_own_transaction_is_no_part_of_its_callers(account: Account) -> None:
    account("create table t (id int)")
    body = """
def main(session):
    for text in ("begin", "insert into t values (2)", "commit"):
        session.sql(text).collect()
"""
    inline(account, "add", body)
    account("begin")
    account("call add()")
    account("rollback")
    assert account("select * from t") == [(2,)]


@documented(PYTHON, "create procedure ... imports = ('@stage/file')")
def test_a_handler_in_a_staged_archive_sees_what_is_beside_it(
    account: Account, tmp_path: Path
) -> None:
    account("create stage code")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("care/__init__.py", "")
        archive.writestr("care/number.py", "NUMBER = 42\n")
        source = "from care.number import NUMBER\ndef load(session):\n    return NUMBER\n"
        archive.writestr("care/bed.py", source)
    account(f"put file://{tmp_path}/app.zip @code auto_compress = false")
    account(
        "create procedure load() returns int language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') imports = ('@code/app.zip') "
        "handler = 'care.bed.load'"
    )
    assert account("call load()") == [(42,)]
    account.error(
        "create procedure other() returns int language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') imports = ('@code/missing.zip') "
        "handler = 'care.bed.load'"
    )


@documented(RIGHTS, "create procedure ... execute as owner, caller")
def test_owners_rights_use_the_procedures_schema_and_callers_rights_the_sessions(
    account: Account,
) -> None:
    body = "def main(session): return session.sql('select current_schema()').collect()[0][0]"
    inline(account, "of_owner", body)
    account(
        "create procedure of_caller() returns varchar language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') handler = 'main' execute as caller "
        f"as $$\n{body}\n$$"
    )
    other = f"{account.schema}_OTHER"
    account(f"create schema {other}")
    try:
        assert account(f"call {account.schema}.of_owner()") == [(account.schema,)]
        assert account(f"call {account.schema}.of_caller()") == [(other,)]
        assert account.one("current_schema()") == other
    finally:
        account(f"drop schema {other}")
        account(f"use schema {account.schema}")


@documented(CALL, "call: a procedure that calls another")
def test_procedures_call_each_other(account: Account) -> None:
    inline(account, "inner_one", "def main(session): return 'inner'")
    inline(account, "outer_one", "def main(session): return 'outer ' + session.call('inner_one')")
    assert account("call outer_one()") == [("outer inner",)]


@documented(CREATE, "create temporary procedure")
def test_a_temporary_procedure_is_seen_by_its_session_alone(account: Account) -> None:
    account(
        f"create temporary procedure hidden() returns varchar {HEADER} "
        "as $$\ndef main(session): return 'h'\n$$"
    )
    assert account("call hidden()") == [("h",)]
    with account.another() as other:
        other.error("call hidden()")


@documented(CREATE, "create or replace procedure, create or alter procedure")
def test_a_procedure_of_that_name_is_refused_replaced_or_altered(account: Account) -> None:
    inline(account, "say", "def main(session): return 'old'")
    with pytest.raises(ProgrammingError):
        inline(account, "say", "def main(session): return 'new'")
    for verb, value in (("or replace", "new"), ("or alter", "newer")):
        account(
            f"create {verb} procedure say() returns varchar {HEADER} "
            f"as $$\ndef main(session): return '{value}'\n$$"
        )
        assert account("call say()") == [(value,)]


@documented("sql-reference/sql/drop-procedure", "drop procedure")
def test_a_dropped_procedure_is_gone(account: Account) -> None:
    inline(account, "say", "def main(session, a): return 'said'", "a int")
    account.error("drop procedure say(varchar)")
    account("drop procedure say(number)")
    account.error("drop procedure say(int)")
    account("drop procedure if exists say(int)")
    account.error("call say(1)")


@documented("sql-reference/sql/show-procedures", "show procedures")
def test_procedures_are_listed_with_their_arguments(account: Account) -> None:
    inline(account, "say", "def main(session, a, b): ...", "a int, b varchar default 'x'")
    shown = account.rows("show procedures like 'sa%' in schema")
    assert [(row["name"], row["min_num_arguments"], row["max_num_arguments"]) for row in shown] == [
        ("SAY", 1, 2)
    ]
    assert shown[0]["arguments"] == "SAY(NUMBER, DEFAULT VARCHAR) RETURN VARCHAR"


@documented("sql-reference/sql/desc-procedure", "describe procedure")
def test_a_procedure_is_described_by_its_properties(account: Account) -> None:
    inline(account, "say", "def main(session, a): ...", "a int")
    described = {r["property"]: r["value"] for r in account.rows("describe procedure say(int)")}
    assert (described["signature"], described["returns"]) == ("(A NUMBER)", "VARCHAR")
    assert (described["language"], described["handler"]) == ("PYTHON", "main")
    assert described["execute as"] == "OWNER"
    assert "def main" in described["body"]
    account.error("describe procedure say(varchar)")


@documented("sql-reference/sql/call-with", "with ... as procedure ... call ...")
def test_an_anonymous_procedure_lives_for_one_call(account: Account) -> None:
    assert account(
        "with twice as procedure (a int) returns int language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') handler = 'main' "
        "as $$\ndef main(session, a): return a * 2\n$$ call twice(4)"
    ) == [(8,)]
    assert account(
        "with twice as procedure (a int) returns int language sql "
        "as $$ begin return a * 2; end $$ call twice(5)"
    ) == [(10,)]
    account.error("call twice(4)")


@documented(CREATE, "create procedure: definitions that cannot be")
def test_a_definition_that_cannot_be_is_an_error(account: Account) -> None:
    python = "create procedure p() returns varchar language python runtime_version = '3.11'"
    account.error(f"{python} packages = () handler = 'main' as 'def main(s): ...'")
    account.error(
        f"{python} packages = ('snowflake-snowpark-python', 'no-such-package-at-all==1') "
        "handler = 'main' as 'def main(s): ...'"
    )
    account.error(f"{python} packages = ('snowflake-snowpark-python') as 'def main(s): ...'")


@pytest.mark.parametrize("language", ["javascript", "java", "scala"])
@documented(CREATE, "create procedure ... language javascript, java, scala", "refused")
def test_a_procedure_may_be_written_in_other_languages(account: Account, language: str) -> None:
    account(
        f"create procedure p() returns varchar language {language} "
        "packages = ('com.snowflake:snowpark:latest') handler = 'A.main' as $$ return 'x'; $$"
        if language != "javascript"
        else "create procedure p() returns varchar language javascript as $$ return 'x'; $$"
    )


@documented(CREATE, "create procedure ... external_access_integrations, secrets", "refused")
def test_a_procedure_may_reach_the_internet(account: Account) -> None:
    account(
        f"create procedure p() returns varchar {HEADER} external_access_integrations = (some) "
        "as $$\ndef main(session): return 'x'\n$$"
    )

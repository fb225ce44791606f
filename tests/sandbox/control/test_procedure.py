"""Procedures through the real connector: handlers run with a real Snowpark session."""

from __future__ import annotations

import datetime
import importlib.metadata
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from snowflake.snowpark import Session
from snowflake.snowpark.types import IntegerType

HEADER = (
    "language python runtime_version = 3.11 packages = ('snowflake-snowpark-python') "
    "handler = 'main' as"
)


def inline(sql: Any, name: str, body: str, arguments: str = "", returns: str = "varchar") -> None:
    sql(f"create or replace procedure {name}({arguments}) returns {returns} {HEADER} $${body}$$")


def staged(sql: Any, folder: Path, files: dict[str, str], name: str = "app.zip") -> None:
    """Upload a zip to the stage CODE."""
    archive = folder / name
    with zipfile.ZipFile(archive, "w") as zipped:
        for file, text in files.items():
            zipped.writestr(file, text)
    sql(f"put file://{archive} @code auto_compress=false overwrite=true")


def deployed(sql: Any, handler: str, rights: str = "") -> None:
    sql(
        "create or replace procedure load() copy grants returns varchar language python "
        f"runtime_version=3.11 imports=('@code/app.zip') handler='{handler}' "
        f"packages=('snowflake-snowpark-python>=1.2') {rights}"
    )


@pytest.mark.parametrize(
    ("returns", "expression", "value"),
    [
        ("varchar", "'two words'", "two words"),
        ("varchar", "7", "7"),
        ("varchar", "None", None),
        ("int", "7", 7),
        ("number(10,2)", "__import__('decimal').Decimal('7.25')", Decimal("7.25")),
        ("float", "0.5", 0.5),
        ("boolean", "True", True),
        ("variant", "{'a': [1, None]}", '{"a": [1, null]}'),
        (
            "date",
            "__import__('datetime').date(2026, 1, 5)",
            datetime.date(2026, 1, 5),
        ),
    ],
)
def test_a_return_value_has_the_declared_type(
    sql: Any, returns: str, expression: str, value: object
) -> None:
    inline(sql, "give", f"def main(session): return {expression}", returns=returns)
    assert sql("call give()") == [(value,)]


def test_the_result_column_is_named_after_the_procedure(sql: Any) -> None:
    inline(sql, "give", "def main(session): return 1")
    assert sql.dicts("call give()") == [{"GIVE": "1"}]


def test_arguments_are_expressions_binds_names_and_defaults(sql: Any) -> None:
    inline(
        sql,
        "say",
        "def main(session, a, b, c): return repr((a, b, c))",
        "a int, b varchar default 'x' || 'y', c variant default null",
    )
    assert sql("call say(1 + 1)") == [("(2, 'xy', None)",)]
    assert sql("call say('5', 'it''s', parse_json('{\"k\": [1]}'))") == [
        ("(5, \"it's\", {'k': [1]})",)
    ]
    assert sql("call say(b => 'n', a => -3)") == [("(-3, 'n', None)",)]
    assert sql("call say(%s, %s)", 4, "bound") == [("(4, 'bound', None)",)]


def test_overloads_are_told_apart_by_the_number_of_arguments(sql: Any) -> None:
    inline(sql, "over", "def main(session): return 'none'")
    inline(sql, "over", "def main(session, a): return 'one'", "a int")
    assert sql("call over()") == [("none",)]
    assert sql("call over(1)") == [("one",)]


def test_an_unknown_procedure_is_an_error(sql: Any) -> None:
    with pytest.raises(
        ProgrammingError, match=r"Unknown user-defined function CAREFLOE\.TEST_\d+\.NOPE with 1"
    ):
        sql("call nope(1)")


def test_a_handler_reads_and_writes_through_snowpark(sql: Any) -> None:
    sql("create table source(id int, ward varchar)")
    sql("insert into source values (1, 'ICU'), (2, 'ICU'), (3, 'SUR')")
    sql("create table target(ward varchar, beds int)")
    inline(
        sql,
        "count_beds",
        """
from snowflake.snowpark.functions import count, when_matched, when_not_matched

def main(session):
    beds = session.table("source").group_by("ward").agg(count("*").alias("beds"))
    target = session.table("target")
    result = target.merge(beds, target["ward"] == beds["ward"], [
        when_not_matched().insert({"ward": beds["ward"], "beds": beds["beds"]})])
    return str(result.rows_inserted)
""",
    )
    assert sql("call count_beds()") == [("2",)]
    assert sql("select ward, beds from target order by ward") == [("ICU", 2), ("SUR", 1)]


def test_a_handler_shares_the_transaction_of_its_caller(sql: Any) -> None:
    sql("create table t(id int)")
    inline(
        sql,
        "add",
        """
def main(session):
    session.sql("insert into t select count(*) from t").collect()
    return str(session.table("t").count())
""",
    )
    sql("begin")
    sql("insert into t values (100)")
    assert sql("call add()") == [("2",)]
    sql("rollback")
    assert sql("select * from t") == []
    sql("call add()")
    assert sql("select * from t") == [(0,)]


def test_a_failing_handler_undoes_the_transaction_it_opened(sql: Any) -> None:
    sql("create table t(id int)")
    inline(
        sql,
        "fail",
        """
def main(session):
    session.sql("begin").collect()
    session.sql("insert into t values (1)").collect()
    raise ValueError("no such ward")
""",
    )
    with pytest.raises(ProgrammingError) as raised:
        sql("call fail()")
    assert raised.value.errno == 100357
    assert raised.value.sqlstate == "P0000"
    assert raised.value.raw_msg.splitlines() == [
        "Python Interpreter Error:",
        "Traceback (most recent call last):",
        '  File "<procedure>", line 5, in main',
        "ValueError: no such ward",
        " in function FAIL with handler main",
    ]
    sql("insert into t values (2)")
    assert sql("select * from t") == [(2,)]


def test_a_transaction_left_open_by_a_handler_is_an_error_and_rolled_back(sql: Any) -> None:
    sql("create table t(id int)")
    body = """
def main(session):
    session.sql("begin").collect()
    session.sql("insert into t values (1)").collect()
"""
    inline(sql, "forget", body)
    with pytest.raises(ProgrammingError, match="incomplete and it was rolled back"):
        sql("call forget()")
    assert sql("select * from t") == []


def test_ddl_in_a_handler_commits_the_callers_transaction(sql: Any) -> None:
    sql("create table t(id int)")
    body = """
def main(session):
    session.sql("create table made(id int)").collect()
    return "made"
"""
    inline(sql, "make", body)
    sql("begin")
    sql("insert into t values (1)")
    assert sql("call make()") == [("made",)]
    sql("rollback")
    assert sql("select * from t") == [(1,)]


def test_an_error_names_the_place_in_the_archive_and_no_path_of_the_server(
    sql: Any, tmp_path: Path
) -> None:
    sql("create stage code")
    source = 'def load(session):\n    session.table("nowhere").collect()\n'
    staged(sql, tmp_path, {"care/__init__.py": "", "care/bed.py": source})
    deployed(sql, "care.bed.load")
    with pytest.raises(ProgrammingError) as raised:
        sql("call load()")
    message = raised.value.raw_msg
    assert 'File "care/bed.py", line 2, in load' in message
    assert "NOWHERE" in message
    assert "does not exist" in message
    assert "site-packages" not in message
    assert "/tmp" not in message  # noqa: S108


def test_a_redeploy_loads_the_new_code_of_every_module(sql: Any, tmp_path: Path) -> None:
    sql("create stage code")
    load = "from care.number import NUMBER\ndef load(session):\n    return NUMBER\n"
    for number in (1, 2, 3):
        files = {"care/__init__.py": "", "care/number.py": f"NUMBER = {number}\n"}
        staged(sql, tmp_path, {**files, "care/bed.py": load})
        deployed(sql, "care.bed.load")
        assert sql("call load()") == [(str(number),)]


def test_a_handler_imports_lazily_reads_its_data_and_uses_dataclasses(
    sql: Any, tmp_path: Path
) -> None:
    sql("create stage code")
    files = {
        "care/__init__.py": "",
        "care/bed.py": (
            "from __future__ import annotations\n"
            "from dataclasses import dataclass\n"
            "from importlib.resources import files\n"
            "@dataclass(frozen=True)\n"
            "class Bed:\n"
            "    ward: str\n"
            "def load(session):\n"
            "    import care.late\n"
            "    return files('care').joinpath('ward.txt').read_text() + care.late.NAME\n"
        ),
        "care/late.py": "NAME = '!'\n",
        "care/ward.txt": "ICU",
    }
    staged(sql, tmp_path, files)
    deployed(sql, "care.bed.load")
    assert sql("call load()") == [("ICU!",)]


def test_owners_rights_resolve_names_in_the_procedures_schema(sql: Any, tmp_path: Path) -> None:
    sql("create stage code")
    source = "def load(session):\n    return session.get_current_schema().strip('\"')\n"
    staged(sql, tmp_path, {"bed.py": source})
    home = sql("select current_schema()")[0][0]
    deployed(sql, "bed.load")
    sql("create schema elsewhere")
    sql("use schema elsewhere")
    try:
        assert sql(f"call {home}.load()") == [(home,)]
        assert sql("select current_schema()") == [("ELSEWHERE",)]
        sql(f"use schema {home}")
        deployed(sql, "bed.load", "execute as caller")
        sql("use schema elsewhere")
        assert sql(f"call {home}.load()") == [("ELSEWHERE",)]
    finally:
        sql("drop schema elsewhere")
        sql(f"use schema {home}")


def test_procedures_call_each_other(sql: Any) -> None:
    inline(sql, "inner_one", "def main(session): return 'inner'")
    inline(sql, "outer_one", "def main(session): return 'outer ' + session.call('inner_one')")
    assert sql("call outer_one()") == [("outer inner",)]


def test_snowpark_registers_and_calls_a_procedure(warehouse: Any, sql: Any) -> None:
    schema = sql("select current_schema()")[0][0]
    parameters = {**warehouse.connection_parameters, "database": "CAREFLOE", "schema": schema}
    with Session.builder.configs(parameters).create() as session:

        def add_ten(_: Session, a: int) -> int:
            return a + 10

        session.sproc.register(
            add_ten,
            return_type=IntegerType(),
            input_types=[IntegerType()],
            name="add_ten",
            packages=["snowflake-snowpark-python"],
        )
        assert session.call("add_ten", 5) == 15


def test_a_temporary_procedure_is_seen_by_its_session_alone(warehouse: Any, sql: Any) -> None:
    sql(f"create temporary procedure hidden() returns varchar {HEADER} $$def main(s): return 'h'$$")
    assert sql("call hidden()") == [("h",)]
    other = warehouse.account.connect("CAREFLOE", sql("select current_schema()")[0][0])
    with pytest.raises(ProgrammingError, match="Unknown user-defined function"):
        other.execute("call hidden()")
    other.close()


def test_describe_and_show_tell_what_was_created(sql: Any, tmp_path: Path) -> None:
    sql("create stage code")
    staged(sql, tmp_path, {"bed.py": ""})
    deployed(sql, "bed.load", "execute as caller")
    inline(sql, "say", "def main(session, a, b): ...", "a int, b varchar default 'x'")
    schema = sql("select current_schema()")[0][0]
    version = importlib.metadata.version("snowflake-snowpark-python")
    assert sql("describe procedure identifier('load')()") == [
        ("signature", "()"),
        ("returns", "VARCHAR"),
        ("language", "PYTHON"),
        ("null handling", "CALLED ON NULL INPUT"),
        ("volatility", "VOLATILE"),
        ("execute as", "CALLER"),
        ("body", None),
        ("imports", f"[@CAREFLOE.{schema}.CODE/app.zip]"),
        ("handler", "bed.load"),
        ("runtime_version", "3.11"),
        ("packages", "['snowflake-snowpark-python>=1.2']"),
        ("installed_packages", f"['snowflake-snowpark-python=={version}']"),
    ]
    shown = sql.dicts("show procedures in schema")
    assert [(row["name"], row["arguments"], row["min_num_arguments"]) for row in shown] == [
        ("LOAD", "LOAD() RETURN VARCHAR", 0),
        ("SAY", "SAY(NUMBER, DEFAULT VARCHAR) RETURN VARCHAR", 1),
    ]
    assert [row["name"] for row in sql.dicts("show procedures like 's%' in schema")] == ["SAY"]


def test_a_dropped_procedure_is_gone(sql: Any) -> None:
    inline(sql, "say", "def main(session, a): return 'said'", "a int")
    sql("drop procedure say(number)")
    with pytest.raises(ProgrammingError, match="does not exist"):
        sql("drop procedure say(int)")
    sql("drop procedure if exists say(int)")
    with pytest.raises(ProgrammingError, match="Unknown"):
        sql("call say(1)")


def test_create_without_replace_refuses_an_existing_one(sql: Any) -> None:
    inline(sql, "say", "def main(session): return 'old'")
    with pytest.raises(ProgrammingError, match="already exists"):
        sql(f"create procedure say() returns varchar {HEADER} $$def main(s): return 'new'$$")
    sql(f"create procedure if not exists say() returns varchar {HEADER} $$def main(s): return 1$$")
    assert sql("call say()") == [("old",)]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "create procedure p() returns varchar language sql as $$ begin return 1; end $$",
            "language SQL",
        ),
        (
            "create procedure p() returns varchar language python runtime_version='3.10' "
            "packages=('snowflake-snowpark-python') handler='f' as $$$$",
            "runs Python 3.11",
        ),
        (
            "create procedure p() returns varchar language python runtime_version='3.11' "
            "packages=() handler='f' as $$$$",
            "'snowflake-snowpark-python' is required",
        ),
        (
            "create procedure p() returns varchar language python runtime_version='3.11' "
            "packages=('snowflake-snowpark-python', 'no-such-package==1') handler='f' as $$$$",
            "packages not found: no-such-package",
        ),
        (
            f"create procedure p() returns table(a int) {HEADER} $$$$",
            "return a table",
        ),
        (
            "create procedure p() returns varchar language python runtime_version='3.11' "
            "packages=('snowflake-snowpark-python') secrets=('a'=b) handler='f' as $$$$",
            "SECRETS",
        ),
    ],
)
def test_what_the_sandbox_cannot_run_is_refused_at_creation(
    sql: Any, statement: str, message: str
) -> None:
    with pytest.raises(ProgrammingError, match=message):
        sql(statement)


def test_an_import_that_is_not_staged_is_refused_at_creation(sql: Any) -> None:
    sql("create stage code")
    with pytest.raises(ProgrammingError, match=r"@code/app\.zip"):
        deployed(sql, "bed.load")


def test_a_handler_that_ends_its_process_fails_and_the_next_call_works(sql: Any) -> None:
    inline(sql, "crash", "import os\ndef main(session): os._exit(3)")
    inline(sql, "fine", "def main(session): return 'fine'")
    with pytest.raises(ProgrammingError, match="ended unexpectedly"):
        sql("call crash()")
    assert sql("call fine()") == [("fine",)]


def test_a_call_costs_little_before_the_handlers_own_work(sql: Any) -> None:
    inline(sql, "nothing", "def main(session): return None")
    sql("call nothing()")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        sql("call nothing()")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.06

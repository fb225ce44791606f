"""Procedures through the real connector: handlers run with a real Snowpark session."""

from __future__ import annotations

import importlib.metadata
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

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


def test_an_unknown_procedure_is_an_error(sql: Any) -> None:
    with pytest.raises(
        ProgrammingError, match=r"Unknown user-defined function CAREFLOE\.TEST_\d+\.NOPE with 1"
    ):
        sql("call nope(1)")


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


@pytest.mark.parametrize(
    ("statement", "message"),
    [
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
            "create procedure p() returns varchar language javascript as $$ return 1; $$",
            "language JAVASCRIPT",
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

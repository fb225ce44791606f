"""What outlives a session: restarts, kills, locks."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import ProgrammingError

from sandbox.warehouse.account import Account
from sandbox.warehouse.lock import Locks
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.server import serve

_WRITER = """
import sys
from pathlib import Path
from sandbox.warehouse import statements
from sandbox.warehouse.account import Account

session = Account(Path(sys.argv[1])).connect("D", "S")
number = 0
while True:
    session.execute("insert into t (id) values (?)", (number,))
    print(number, flush=True)
    number += 1
    if number % 3 == 0:
        session.execute("insert into u select id from s")
"""


def values(account: Account, text: str) -> list[tuple[Any, ...]]:
    session = account.connect("D", "S")
    try:
        return session.execute(text).rows()
    finally:
        session.close()


def filled(path: Path) -> None:
    with Account(path) as account:
        account.create_database("D")
        session = account.connect("D", "S")
        for statement in (
            "create schema s",
            "create table t (id number, at timestamp_ntz default '2026-01-05 08:30:00') "
            "comment = 'c'",
            "create table u (id number)",
            "create stream s on table t append_only = true comment = 'kept'",
            "create stage st",
            "insert into t (id) values (1)",
            "create view v as select id, convert_timezone('UTC', 'America/New_York', at) as ny, "
            "equal_null(id, 1) as is_one, regexp_like(id::varchar, '[0-9]') as is_digit, "
            "id / 3 as third, parse_json('{\"a\": 1}'):a::number as a from t",
            "create view w as select count(*) as n from s",
        ):
            session.execute(statement)
        session.close()


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    filled(tmp_path)
    with Account(tmp_path) as account:
        [row] = values(account, "select id, third, is_one, is_digit, a, to_char(ny) from v")
        assert [str(value) for value in row] == [
            "1",
            "0.333333",
            "True",
            "True",
            "1",
            "2026-01-05 03:30:00.000",
        ]
        assert values(account, "select n from w") == [(1,)]
        assert values(account, "insert into u select id from s") == [(1,)]
        assert values(account, "insert into t (id) values (2)") == [(1,)]
    with Account(tmp_path) as account:
        assert values(account, "select id from s") == [(2,)]
        assert account.databases() == ["D"]
        assert values(account, "select comment from information_schema.tables where comment = 'c'")


def test_a_kill_loses_no_commit_and_no_row_of_a_stream(tmp_path: Path) -> None:
    filled(tmp_path)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert writer.stdout is not None
    confirmed = [int(writer.stdout.readline()) for _ in range(20)]
    writer.kill()
    confirmed += [int(line) for line in writer.stdout.read().split()]
    writer.wait(30)
    writer.stdout.close()
    with Account(tmp_path) as account:
        table = [row[0] for row in values(account, "select id from t order by id")]
        assert set(confirmed) <= set(table)
        values(account, "insert into u select id from s")
        assert [row[0] for row in values(account, "select id from u order by id")] == table


def test_a_database_lives_in_its_own_file_and_can_be_dropped(tmp_path: Path) -> None:
    filled(tmp_path)
    with Account(tmp_path) as account:
        values(account, "drop database d")
        assert account.databases() == []
    with Account(tmp_path) as account:
        assert account.databases() == []


def test_two_processes_cannot_open_one_folder(tmp_path: Path) -> None:
    filled(tmp_path)
    with Account(tmp_path):
        program = f"from sandbox.warehouse.account import Account; Account({str(tmp_path)!r})"
        program = program.replace("Account('", "Account(__import__('pathlib').Path('") + ")"
        other = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[3],
            check=False,
        )
        assert other.returncode != 0
        assert "lock" in other.stderr.lower()


def test_serve_gives_the_parameters_of_a_connection() -> None:
    with (
        Account() as account,
        serve(account) as parameters,
        snowflake.connector.connect(**parameters) as connection,
    ):
        assert connection.cursor().execute("select 1").fetchall() == [(1,)]
        with pytest.raises(ProgrammingError, match="current database"):
            connection.cursor().execute("create table t (id number)")


def test_a_client_of_a_stopped_server_gets_an_error_at_once() -> None:
    with Account() as account:
        with serve(account) as parameters:
            connection = snowflake.connector.connect(**parameters)
        with pytest.raises(ProgrammingError, match="stopped"):
            connection.cursor().execute("select 1")
        connection.close()


def test_a_lock_is_held_until_its_owner_lets_go() -> None:
    locks, name, got = Locks(), ObjectName("D", "S", "T"), threading.Event()
    locks.acquire("first", name)
    locks.acquire("first", name)

    def wait() -> None:
        locks.acquire("second", name)
        got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not got.wait(0.2)
    locks.release("first")
    assert got.wait(10)
    thread.join(10)


def test_two_who_share_a_lock_cannot_both_have_it_alone() -> None:
    locks, name = Locks(), ObjectName("D", "S", "T")
    locks.acquire("first", name, is_shared=True)
    locks.acquire("second", name, is_shared=True)
    waiting = threading.Thread(target=locks.acquire, args=("first", name))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    with pytest.raises(ProgrammingError, match="Deadlock"):
        locks.acquire("second", name)
    locks.release("second")
    waiting.join(10)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("raw.t", ("RAW", "T")),
        ('"a.b"."C d"', ("a.b", "C d")),
        ('db."s""x".t', ("DB", 's"x', "T")),
    ],
)
def test_names_fold_to_upper_case_unless_quoted(text: str, parts: tuple[str, ...]) -> None:
    assert split_name(text) == parts


@pytest.mark.parametrize("text", ['"open', "a..b", "", '"a"b'])
def test_text_that_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ProgrammingError):
        split_name(text)


def test_files_of_a_stage_are_found_below_a_folder_that_was_named_relatively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1\n")

    with (
        Account(Path("account")) as account,
        serve(account) as parameters,
        snowflake.connector.connect(**parameters) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("create database d")
        cursor.execute("create stage d.public.files")
        cursor.execute(f"put file://{tmp_path}/a.csv @d.public.files/in auto_compress=false")
        found = cursor.execute("list @d.public.files").fetchall()

    assert [row[0] for row in found] == ["files/in/a.csv"]

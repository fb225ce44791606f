"""The stopwatches tell which part a CALL's time went to."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import stopwatch
from benchmarks.stopwatch import DUCKDB, SEAMS, TRANSLATION, Stopwatch
from sandbox.warehouse.account import Account
from sandbox.warehouse.session import Session


def test_the_time_of_a_part_within_another_counts_for_the_inner_one(tmp_path: Path) -> None:
    watch = Stopwatch()
    inner = watch.timing(DUCKDB, lambda: time.sleep(0.05))

    def translate(*_: Any) -> Any:
        inner()
        time.sleep(0.02)
        inner()

    began = time.perf_counter()
    watch.written(tmp_path / "none", watch.timing(TRANSLATION, translate))(None, "select 1")  # type: ignore[arg-type]
    whole = time.perf_counter() - began
    assert watch.seconds[DUCKDB] >= 0.1
    assert 0.02 <= watch.seconds[TRANSLATION] <= whole - watch.seconds[DUCKDB]


def test_statements_spend_time_in_both_parts_and_a_call_writes_it_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch, written = Stopwatch(), tmp_path / "stopwatch.json"
    for part, owner, name in SEAMS:
        monkeypatch.setattr(owner, name, watch.timing(part, getattr(owner, name)))
    monkeypatch.setattr(Session, "execute", watch.written(written, Session.execute))
    with Account() as account:
        session = account.connect()
        session.run("select count(*) from range(100000)")
        assert watch.seconds == {DUCKDB: 0.0, TRANSLATION: 0.0}  # what is no statement
        session.execute("select count(*) from table(generator(rowcount => 100000))")
        assert not written.exists()
        before = dict(watch.seconds)
        with pytest.raises(Exception, match="NO_SUCH"):
            session.execute("call no_such.schema.no_such()")
    spent = {part: watch.seconds[part] - before[part] for part in before}
    assert spent == json.loads(written.read_text()) == stopwatch.read(tmp_path)
    assert all(seconds > 0.0005 for seconds in before.values())

"""The account edge: what an error means, and what a session is."""

from datetime import datetime

import pytest

import loader.account
from loader.account import Account
from loader.batch import EventBatch
from loader.columns import constant, frame
from loader.errors import (
    DoubtfulError,
    LoaderError,
    UnreachableError,
    UnreachableInDoubtError,
    UsageError,
)
from loader.sink import EventSink
from tests.loader.proxy import AccountProxy, LostError
from tests.loader.rig import RawAccount, toml_table
from tests.loader.test_batch import Rec


@pytest.fixture
def connection(raw: RawAccount, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", toml_table("here", raw.parameters))
    return "here"


@pytest.fixture
def account(connection: str) -> Account:
    return Account(connection)


def batch(*offsets: int, value: bytes = b"secret") -> EventBatch:
    made = EventBatch("t", "patient_flow_event")
    made.add(0, [Rec(offset, value) for offset in offsets])
    return made


def session_of(account: Account) -> str:
    return str(account.rows("select current_session()", (), "x")[0][0])


def test_marks_are_per_topic_and_partition_and_start_at_the_floor(account: Account) -> None:
    sink = EventSink(account, clock=lambda: datetime(2026, 1, 5))
    sink.load(batch(0, 1, 7))
    other = EventBatch("u", "patient_flow_event")
    other.add(0, [Rec(99)])
    other.add(3, [Rec(5)])
    sink.load(other)
    assert sink.high_water_marks("t", "patient_flow_event") == {0: 7}
    assert sink.high_water_marks("u", "patient_flow_event") == {0: 99, 3: 5}
    assert sink.high_water_marks("u", "patient_flow_event", floor=6) == {0: 99}
    assert sink.high_water_marks("t", "encounter_event") == {}


def test_a_missing_table_is_terminal_and_says_deploy(account: Account) -> None:
    with pytest.raises(LoaderError, match="make deploy CONNECTION=here") as told:
        account.copy(frame({"A": constant(1, 1)}), "not_there")
    assert not isinstance(told.value, DoubtfulError)
    assert told.value.exit_code == 1


def test_rows_that_do_not_fit_are_terminal_and_not_quoted(account: Account) -> None:
    with pytest.raises(LoaderError) as told:
        account.copy(frame({"TOPIC": constant("Mrs Secret", 1)}), "patient_flow_event")
    assert not isinstance(told.value, DoubtfulError)
    assert "Secret" not in str(told.value)
    assert "patient_flow_event" in str(told.value)


def test_sessions_are_replaced_before_their_temporary_stages_pile_up(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader.account, "_LOADS_PER_CONNECTION", 2)
    sink = EventSink(account)
    sessions = []
    for offset in range(5):
        sink.load(batch(offset))
        sessions.append(session_of(account))
    assert [sessions.index(session) for session in sessions] == [0, 0, 2, 2, 4]


def test_an_account_that_is_gone_is_doubtful_then_unreachable(
    raw: RawAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader.account, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(loader.account, "LOGIN_SECONDS", 1)

    def lose() -> None:
        raise LostError

    with AccountProxy(raw.parameters["port"]).running() as proxy:
        behind_proxy = raw.parameters | {"port": proxy.port}
        monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", toml_table("here", behind_proxy))
        account = Account("here")
        proxy.before = lose
        with pytest.raises(DoubtfulError):
            EventSink(account).load(batch(1))
    with pytest.raises(UnreachableInDoubtError) as told:
        account.reconnect()
    assert told.value.exit_code == 3
    with pytest.raises(UnreachableError, match="connection 'here'"):
        Account("here")


def test_the_session_is_utc_whatever_the_account_says(account: Account) -> None:
    sink = EventSink(account, clock=lambda: datetime(2026, 1, 5, 23, 59, 59, 123_456))
    made = EventBatch("t", "patient_flow_event")
    made.add(0, [Rec(0, timestamp=1_767_657_599_001)])
    sink.load(made)
    assert account.rows(
        "select broker_time, loaded_at from raw.patient_flow_event", (), "patient_flow_event"
    ) == [(datetime(2026, 1, 5, 23, 59, 59, 1_000), datetime(2026, 1, 5, 23, 59, 59, 123_456))]


def test_an_unknown_connection_names_the_known_ones(connection: str) -> None:
    with pytest.raises(UsageError, match=f"it has: {connection}"):
        Account("prod")

"""Settings: all problems at once, each with its variable and an example."""

from pathlib import Path

import pytest

from loader.errors import UsageError
from loader.settings import AccountSettings, RunSettings, read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for settings in (AccountSettings, RunSettings):
        for name in settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)


def test_only_the_broker_has_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker-1:9092,broker-2:9092")
    settings = read_settings(RunSettings)
    assert settings.snowflake_default_connection_name == "default"
    assert settings.loader_topics == {
        "carefloe.patient_flow": "patient_flow_event",
        "carefloe.encounters": "encounter_event",
        "carefloe.vitals": "vitals_event",
    }
    assert read_settings(AccountSettings).loader_flush_rows == 100_000


def test_all_wrong_settings_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "hunter2")
    monkeypatch.setenv("KAFKA_SSL_CAFILE", "/not/there.pem")
    monkeypatch.setenv("LOADER_FLUSH_ROWS", "many")
    monkeypatch.setenv("LOADER_FLUSH_SECONDS", "0")
    monkeypatch.setenv("LOADER_TOPICS", "carefloe.patient_flow=raw.t; drop table x")
    with pytest.raises(UsageError) as told:
        read_settings(RunSettings)
    message = str(told.value)
    assert told.value.exit_code == 2
    for name in (
        "KAFKA_BOOTSTRAP_SERVERS: must be host:port",
        "KAFKA_SASL_MECHANISM: is required because KAFKA_SECURITY_PROTOCOL is SASL_SSL",
        "KAFKA_SASL_USERNAME: is required because KAFKA_SECURITY_PROTOCOL is SASL_SSL",
        "KAFKA_SSL_CAFILE: is not a file",
        "LOADER_FLUSH_ROWS: ",
        "LOADER_FLUSH_SECONDS: ",
        "LOADER_TOPICS: must be topic=table",
    ):
        assert name in message
    assert len(message.splitlines()) == 8
    assert "example: KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092" in message
    assert "hunter2" not in message


def test_a_missing_or_empty_broker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    with pytest.raises(UsageError, match="KAFKA_BOOTSTRAP_SERVERS: is required"):
        read_settings(RunSettings)


def test_the_password_does_not_show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    for name, value in {
        "KAFKA_BOOTSTRAP_SERVERS": "b:9092",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "loader",
        "KAFKA_SASL_PASSWORD": "hunter2",
        "KAFKA_SSL_CAFILE": str(authority),
        "LOADER_TOPICS": "a.b=one_event , c-d=two_event",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(RunSettings)
    assert "hunter2" not in repr(settings) + str(settings)
    assert settings.loader_topics == {"a.b": "one_event", "c-d": "two_event"}


def test_every_setting_is_documented_with_its_default() -> None:
    document = (Path(__file__).parents[2] / "docs" / "loader.md").read_text()
    rows = [line for line in document.splitlines() if line.startswith("| `")]
    for name, field in RunSettings.model_fields.items():
        variable = name.upper()
        if variable.startswith("KAFKA_SASL_"):
            variable = f"_{variable.removeprefix('KAFKA_SASL_')}`"
        (row,) = [row for row in rows if variable in row]
        if isinstance(field.default, int | float) and field.default < 10**6:
            assert f" {field.default:.0f} " in row

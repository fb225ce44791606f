"""Settings: all problems at once, each with its variable and an example."""

from pathlib import Path

import certifi
import pytest
from kafka.net.sasl import SASL_MECHANISMS

from loader.errors import UsageError
from loader.event_log import client_settings
from loader.settings import AccountSettings, RunSettings, read_settings
from tests.loader.rig import environment, load, toml_table


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for settings in (AccountSettings, RunSettings):
        for name in settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
    password = 'account = "a"\nuser = "u"\npassword = "tr0ub4dor"\n'
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", f"[default]\n{password}[prod]\n{password}")


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
    monkeypatch.setenv("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "nowhere")
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
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME: ",
    ):
        assert name in message
    assert len(message.splitlines()) == 9
    assert "example: KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092" in message
    assert "hunter2" not in message


def test_a_missing_or_empty_broker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    with pytest.raises(UsageError, match="KAFKA_BOOTSTRAP_SERVERS: is required"):
        read_settings(RunSettings)


def test_the_password_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "KAFKA_BOOTSTRAP_SERVERS": "b:9092",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "loader",
        "KAFKA_SASL_PASSWORD": "hunter2",
        "KAFKA_SSL_CAFILE": certifi.where(),
        "LOADER_TOPICS": "a.b=one_event , c-d=two_event",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(RunSettings)
    assert "hunter2" not in repr(settings) + str(settings)
    assert settings.loader_topics == {"a.b": "one_event", "c-d": "two_event"}


@pytest.mark.parametrize("address", ["b", "b:", "b:0", "b:65536", "b:9092,", "b:9092 c:9092"])
def test_an_address_without_a_port_that_exists_is_wrong(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", address)
    with pytest.raises(UsageError, match="KAFKA_BOOTSTRAP_SERVERS: must be host:port"):
        read_settings(RunSettings)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        # A user and a password that a forgotten protocol would leave unused, in the clear.
        (
            {"SASL_MECHANISM": "PLAIN", "SASL_USERNAME": "u", "SASL_PASSWORD": "hunter2"},
            ["SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD"],
        ),
        ({"SSL_CAFILE": certifi.where()}, ["SSL_CAFILE"]),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_CAFILE": __file__}, ["SSL_CAFILE"]),
        ({"SECURITY_PROTOCOL": "TLS", "SASL_PASSWORD": "hunter2"}, ["SECURITY_PROTOCOL"]),
        (
            {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "AWS_MSK_IAM"},
            ["AWS_DEFAULT_REGION"],
        ),
        (
            {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_MECHANISM": "AWS_MSK_IAM"},
            ["SECURITY_PROTOCOL", "AWS_DEFAULT_REGION"],
        ),
    ],
)
def test_settings_of_the_cluster_must_fit_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], wrong: list[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b:9092")
    no_region(monkeypatch, tmp_path)
    for name, value in given.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    with pytest.raises(UsageError) as told:
        read_settings(RunSettings)
    named = [line.split(":")[0].strip() for line in str(told.value).splitlines()[1:]]
    assert [name.removeprefix("KAFKA_") for name in named] == wrong
    assert "hunter2" not in str(told.value)


def test_msk_with_iam_needs_a_region_and_neither_user_nor_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_region(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b-1.msk.example:9098")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "AWS_MSK_IAM")
    assert client_settings(read_settings(RunSettings))["sasl_mechanism"] == "AWS_MSK_IAM"
    assert "AWS_MSK_IAM" in SASL_MECHANISMS


def no_region(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """No region from the environment or a file of whoever runs the tests."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "none"))


def test_a_wrong_run_shows_no_secret(tmp_path: Path) -> None:
    """Neither the settings nor the connection, on any of the ways out."""
    table = {"account": "a", "user": "u", "password": "tr0ub4dor", "host": "127.0.0.1", "port": 1}
    (tmp_path / "connections.toml").touch(0o600)
    (tmp_path / "connections.toml").write_text(toml_table("sandbox", table))
    secret = {"KAFKA_SASL_PASSWORD": "hunter2", "KAFKA_SASL_USERNAME": "u"}
    login = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "PLAIN"}
    for settings, code in ((secret, 2), (secret | login, 3)):
        ended = load(environment(tmp_path, "127.0.0.1:1", **settings), "run", "--until-caught-up")
        assert ended.code == code, ended.err
        for word in ("hunter2", "tr0ub4dor"):
            assert word not in ended.out + ended.err


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

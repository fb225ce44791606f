from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from producer.errors import UsageError
from producer.settings import kafka_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "BOOTSTRAP_SERVERS",
        "SECURITY_PROTOCOL",
        "SASL_MECHANISM",
        "SASL_USERNAME",
        "SASL_PASSWORD",
        "SSL_CAFILE",
        "COMPRESSION",
        "MAX_REQUEST_BYTES",
    ):
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)


def test_a_broker_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "a.example:9092, [::1]:9093")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "")
    settings = kafka_settings()
    assert settings.compression == "lz4"
    assert settings.client_options() == {
        "bootstrap_servers": ["a.example:9092", "[::1]:9093"],
        "security_protocol": "PLAINTEXT",
        "sasl_mechanism": None,
        "sasl_plain_username": None,
        "sasl_plain_password": None,
        "ssl_cafile": None,
    }


def test_sasl_over_tls_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ca_file = Path(certifi.where())
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "cloud.example:9092")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", "carefloe")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "s3cret")
    monkeypatch.setenv("KAFKA_SSL_CAFILE", str(ca_file))
    settings = kafka_settings()
    assert settings.client_options() == {
        "bootstrap_servers": ["cloud.example:9092"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "carefloe",
        "sasl_plain_password": "s3cret",
        "ssl_cafile": str(ca_file),
    }
    assert "s3cret" not in repr(settings)


def test_a_missing_address_is_named_with_an_example() -> None:
    with pytest.raises(UsageError) as failure:
        kafka_settings()
    assert str(failure.value) == (
        "these settings are missing or wrong:\n"
        "  KAFKA_BOOTSTRAP_SERVERS: is not set;"
        " for example KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092"
    )


def test_all_problems_are_reported_together_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "s3cret")
    monkeypatch.setenv("KAFKA_SSL_CAFILE", "/nowhere/ca.pem")
    monkeypatch.setenv("KAFKA_COMPRESSION", "brotli")
    monkeypatch.setenv("KAFKA_MAX_REQUEST_BYTES", "12")
    with pytest.raises(UsageError) as failure:
        kafka_settings()
    named = [line.split(":")[0].strip() for line in str(failure.value).splitlines()[1:]]
    assert named == [
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_SASL_MECHANISM",
        "KAFKA_SASL_USERNAME",
        "KAFKA_SSL_CAFILE",
        "KAFKA_COMPRESSION",
        "KAFKA_MAX_REQUEST_BYTES",
    ]
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (
            {"SASL_MECHANISM": "PLAIN", "SASL_USERNAME": "u", "SASL_PASSWORD": "s3cret"},
            ["SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD"],
        ),
        ({"BOOTSTRAP_SERVERS": "b:70000"}, ["BOOTSTRAP_SERVERS"]),
        ({"SSL_CAFILE": certifi.where()}, ["SSL_CAFILE"]),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_CAFILE": __file__}, ["SSL_CAFILE"]),
        (
            {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "AWS_MSK_IAM"},
            ["AWS_DEFAULT_REGION"],
        ),
    ],
)
def test_settings_must_fit_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], wrong: list[str]
) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name, value in {"BOOTSTRAP_SERVERS": "b:9092", **given}.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    with pytest.raises(UsageError) as failure:
        kafka_settings()
    named = [line.split(":")[0].strip() for line in str(failure.value).splitlines()[1:]]
    assert [name.removeprefix("KAFKA_") for name in named] == wrong
    assert "s3cret" not in str(failure.value)


def test_msk_with_iam_needs_neither_user_nor_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b-1.msk.example:9098")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "AWS_MSK_IAM")
    assert kafka_settings().client_options()["sasl_mechanism"] == "AWS_MSK_IAM"

"""The connection: read as `snow` reads it, everything wrong told at once, no secret shown."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import snowflake.connector
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from loader.account import Account
from loader.connection import read_connection
from loader.errors import UsageError
from sandbox.service import Warehouse
from tests.loader.rig import environment, toml_table

PHRASE = "correct horse"
KEY = rsa.generate_private_key(65537, 2048)
DER = KEY.private_bytes(
    serialization.Encoding.DER,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()


def pem(encryption: serialization.KeySerializationEncryption) -> bytes:
    return KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


@pytest.fixture
def encrypted_key(tmp_path: Path) -> Path:
    file = tmp_path / "encrypted.p8"
    file.write_bytes(pem(serialization.BestAvailableEncryption(PHRASE.encode())))
    return file


@pytest.fixture
def plain_key(tmp_path: Path) -> Path:
    file = tmp_path / "plain.p8"
    file.write_bytes(pem(serialization.NoEncryption()))
    return file


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("SNOWFLAKE_") or name == "PRIVATE_KEY_PASSPHRASE":
            monkeypatch.delenv(name)


def given(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", toml_table("prod", values))


def settings_of(problems: tuple[str, ...]) -> list[str]:
    return [problem.split(" ")[0].rstrip(":") for problem in problems]


@pytest.mark.parametrize("name", ["private_key_file", "private_key_path"])
def test_a_key_pair_is_read_by_either_name_with_the_passphrase_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, encrypted_key: Path, name: str
) -> None:
    given(
        monkeypatch,
        account="a",
        user="u",
        authenticator="SNOWFLAKE_JWT",
        **{name: str(encrypted_key)},
    )
    monkeypatch.setenv("PRIVATE_KEY_PASSPHRASE", PHRASE)
    connection = read_connection("prod")
    assert connection.problems == ()
    assert connection.parameters == {
        "account": "a",
        "user": "u",
        "authenticator": "SNOWFLAKE_JWT",
        "private_key": DER,
    }


def test_the_file_may_hold_the_passphrase_too(
    monkeypatch: pytest.MonkeyPatch, encrypted_key: Path
) -> None:
    key = {"private_key_file": str(encrypted_key), "private_key_file_pwd": PHRASE}
    given(monkeypatch, account="a", user="u", **key)
    assert read_connection("prod").parameters["private_key"] == DER


def test_a_key_that_is_not_encrypted_needs_no_passphrase_and_minds_none(
    monkeypatch: pytest.MonkeyPatch, plain_key: Path
) -> None:
    given(monkeypatch, account="a", user="u", private_key_file=str(plain_key))
    monkeypatch.setenv("PRIVATE_KEY_PASSPHRASE", "for another key")
    assert read_connection("prod").parameters["private_key"] == DER


def test_the_environment_of_the_connection_goes_before_the_file_and_that_of_all_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """https://docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/configure-connections"""
    given(monkeypatch, account="a", user="file", password="p", role="file", warehouse="file")
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS_PROD_ROLE", "own")
    monkeypatch.setenv("SNOWFLAKE_WAREHOUSE", "any")
    monkeypatch.setenv("SNOWFLAKE_DATABASE", "any")
    assert read_connection("prod").parameters == {
        "account": "a",
        "user": "file",
        "password": "p",
        "role": "own",
        "warehouse": "file",
        "database": "any",
    }


def test_a_connection_may_stand_in_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS_CI_ACCOUNT", "a")
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS_CI_USER", "u")
    monkeypatch.setenv(
        "SNOWFLAKE_CONNECTIONS_CI_PRIVATE_KEY_RAW", pem(serialization.NoEncryption()).decode()
    )
    connection = read_connection("ci")
    assert (connection.problems, connection.parameters["private_key"]) == ((), DER)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, ["account", "user", "private_key_file"]),
        ({"authenticator": "SNOWFLAKE_JWT"}, ["account", "user", "private_key_file"]),
        ({"account": "a", "authenticator": "externalbrowser"}, []),
        ({"account": "a", "user": "u", "password": "p"}, []),
        ({"user": "u", "private_key_file": "/not/there.p8"}, ["account", "private_key_file"]),
        ({"account": "a", "private_key_file": __file__}, ["user", "private_key_file"]),
    ],
)
def test_everything_that_is_missing_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], wrong: list[str]
) -> None:
    given(monkeypatch, **values)
    assert settings_of(read_connection("prod").problems) == wrong


@pytest.mark.parametrize(
    ("phrase", "problem"),
    [
        (None, "the key is encrypted: set PRIVATE_KEY_PASSPHRASE"),
        ("wrong", "is no private key in PEM, or PRIVATE_KEY_PASSPHRASE is not its passphrase"),
    ],
)
def test_a_passphrase_that_does_not_fit_is_told_before_anything_is_opened(
    monkeypatch: pytest.MonkeyPatch, encrypted_key: Path, phrase: str | None, problem: str
) -> None:
    given(monkeypatch, account="a", user="u", private_key_file=str(encrypted_key))
    if phrase:
        monkeypatch.setenv("PRIVATE_KEY_PASSPHRASE", phrase)
    (told,) = read_connection("prod").problems
    assert problem in told
    assert "private_key_file of [prod]" in told
    assert "SNOWFLAKE_CONNECTIONS_PROD_PRIVATE_KEY_FILE" in told
    with pytest.raises(UsageError, match="private_key_file"):
        Account("prod")


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weak = rsa.generate_private_key(65537, 1024).private_bytes(  # noqa: S505 - weak on purpose
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "weak.p8").write_bytes(weak)
    given(monkeypatch, account="a", user="u", private_key_file=str(tmp_path / "weak.p8"))
    (told,) = read_connection("prod").problems
    assert "RSA keys of 2048 bits" in told


def test_no_secret_shows(monkeypatch: pytest.MonkeyPatch, encrypted_key: Path) -> None:
    given(
        monkeypatch,
        account="a",
        user="u",
        password="hunter2",
        private_key_file=str(encrypted_key),
        private_key_file_pwd="tr0ub4dor",
    )
    connection = read_connection("prod")
    shown = repr(connection) + str(connection) + "".join(connection.problems)
    assert "hunter2" not in shown
    assert "tr0ub4dor" not in shown


def test_loader_and_snow_log_in_with_the_same_file_and_environment(
    tmp_path: Path, encrypted_key: Path
) -> None:
    with Warehouse() as warehouse:
        with snowflake.connector.connect(**warehouse.connection_parameters) as admin:
            make = f"create user loader_svc type = service rsa_public_key = '{PUBLIC}'"
            admin.cursor().execute(make)
        kept = ("account", "host", "port", "protocol")
        profile = {name: warehouse.connection_parameters[name] for name in kept}
        profile |= {"user": "nobody", "authenticator": "SNOWFLAKE_JWT"}
        (tmp_path / "connections.toml").touch(0o600)
        (tmp_path / "connections.toml").write_text(toml_table("keyed", profile))
        settings = environment(
            tmp_path,
            SNOWFLAKE_DEFAULT_CONNECTION_NAME="keyed",
            SNOWFLAKE_CONNECTIONS_KEYED_USER="loader_svc",
            SNOWFLAKE_CONNECTIONS_KEYED_PRIVATE_KEY_PATH=encrypted_key,
            PRIVATE_KEY_PASSPHRASE=PHRASE,
            SNOWFLAKE_DISABLE_PLATFORM_DETECTION="true",
        )
        asked = "select current_user() as u"
        snow = output(settings, "-m", "snowflake.cli._app", "sql", "-q", asked, "--format", "json")
        ours = output(settings, "-c", f"{ASK}; print(a.rows({asked!r}, (), 'x'))")
    assert json.loads(snow) == [{"U": "LOADER_SVC"}]
    assert ours.strip() == "[('LOADER_SVC',)]"


ASK = "from loader.account import Account; a = Account('keyed')"


def output(settings: dict[str, str], *arguments: str) -> str:
    """What a Python process prints; PHRASE must not be in it."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert PHRASE not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout

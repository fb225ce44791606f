"""The connection as all Snowflake tools read it: connections.toml, then the environment.

The connector alone reads less than the `snow` CLI does: no SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>, no
private_key_path, no PRIVATE_KEY_PASSPHRASE. Here one connection serves both.
https://docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/configure-connections
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from snowflake.connector.config_manager import CONFIG_MANAGER
from snowflake.connector.constants import CONNECTIONS_FILE

_PRIVATE_KEY = ("private_key_file", "private_key_path", "private_key_raw")
_KEYS = (
    *("account", "user", "host", "port", "protocol", "database", "schema", "warehouse", "role"),
    *("authenticator", *_PRIVATE_KEY),
    *("private_key_file_pwd", "private_key_passphrase", "password", "token", "token_file_path"),
)
_KEY_PAIR = "SNOWFLAKE_JWT"


@dataclass(frozen=True)
class Connection:
    """A connection and what is wrong with it; shows no parameter, for one of them is the key."""

    name: str
    parameters: Mapping[str, Any] = field(repr=False)
    """The connector's arguments. A private key is there already read, as `private_key`."""
    problems: tuple[str, ...] = ()
    """`setting: what is wrong`, each naming where it is set; empty when it can be tried."""


def read_connection(name: str) -> Connection:
    """Return the connection of that name; nothing is opened but the file of its private key.

    What stands in the environment for this connection (SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>) goes
    before the file, and what stands there for any connection (SNOWFLAKE_<KEY>) behind it.
    """
    try:
        known = dict(CONFIG_MANAGER["connections"])
    except Exception as error:  # noqa: BLE001 - tomlkit, permissions, encoding: all the same to us
        problem = f"{CONNECTIONS_FILE}: cannot be read ({type(error).__name__}); is it 0600, TOML?"
        return Connection(name, {}, (problem,))
    own = _environment(f"SNOWFLAKE_CONNECTIONS_{name.upper()}_")
    if name not in known and not own:
        return Connection(name, {}, (_unknown(name, known),))
    given = _environment("SNOWFLAKE_") | dict(known.get(name, {})) | own
    parameters = {key: value for key, value in given.items() if value not in (None, "")}
    key, key_problems = _take_key(parameters, name)
    if key is not None:
        parameters["private_key"] = key
    return Connection(name, parameters, (*_missing(given, name), *key_problems))


def default_connection_name() -> str:
    """SNOWFLAKE_DEFAULT_CONNECTION_NAME, else what config.toml says, else `default`."""
    try:
        return str(CONFIG_MANAGER["default_connection_name"]) or "default"
    except Exception:  # noqa: BLE001 - read_connection reports the file
        return "default"


def _environment(prefix: str) -> dict[str, str]:
    found = {key: os.environ.get(f"{prefix}{key.upper()}") for key in _KEYS}
    return {key: value for key, value in found.items() if value}


def _take_key(parameters: dict[str, Any], name: str) -> tuple[bytes | None, list[str]]:
    """Take what concerns the private key out of the parameters; the key in DER, or what is wrong.

    The connector would ask for it later, and end with an error of its cryptography library.
    """
    path = parameters.pop("private_key_file", None)
    path = parameters.pop("private_key_path", path)
    raw = parameters.pop("private_key_raw", None)
    phrases = [
        parameters.pop(one, None) for one in ("private_key_file_pwd", "private_key_passphrase")
    ]
    phrase = os.environ.get("PRIVATE_KEY_PASSPHRASE") or phrases[0] or phrases[1]
    if path is None and raw is None:
        return None, []
    setting = _named("private_key_file" if path else "private_key_raw", name)
    try:
        pem = Path(str(path)).expanduser().read_bytes() if path else str(raw).encode()
    except OSError as error:
        return None, [f"{setting}: {path} cannot be read ({error.strerror})"]
    is_encrypted = b"ENCRYPTED" in pem
    if is_encrypted and not phrase:
        return None, [f"{setting}: the key is encrypted: set PRIVATE_KEY_PASSPHRASE"]
    try:
        key = load_pem_private_key(pem, str(phrase).encode() if is_encrypted else None)
    except ValueError:
        wrong = "or PRIVATE_KEY_PASSPHRASE is not its passphrase" if is_encrypted else "in PKCS#8"
        return None, [f"{setting}: is no private key in PEM, {wrong}"]
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        return None, [f"{setting}: Snowflake takes RSA keys of 2048 bits and more"]
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), []


def _missing(parameters: Mapping[str, Any], name: str) -> list[str]:
    authenticator = str(parameters.get("authenticator", "")).upper()
    has_key = any(parameters.get(key) for key in _PRIVATE_KEY)
    has_other = any(parameters.get(key) for key in ("password", "token", "token_file_path"))
    missing = []
    if not parameters.get("account"):
        missing.append(f"{_named('account', name)}: is required")
    if not parameters.get("user") and authenticator in ("", "SNOWFLAKE", _KEY_PAIR):
        missing.append(f"{_named('user', name)}: is required")
    if not has_key and (authenticator == _KEY_PAIR or not (authenticator or has_other)):
        missing.append(f"{_named('private_key_file', name)}: is required")
    return missing


def _named(key: str, name: str) -> str:
    variable = f"SNOWFLAKE_CONNECTIONS_{name.upper()}_{key.upper()}"
    return f"{key} of [{name}] in {CONNECTIONS_FILE} (or {variable})"


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    return (
        f"SNOWFLAKE_DEFAULT_CONNECTION_NAME: {CONNECTIONS_FILE} has no connection {name!r} "
        f"(it has: {', '.join(sorted(known)) or 'none'}). "
        "Add it, set SNOWFLAKE_HOME to the folder of the right file, or `source .sandbox/env`."
    )

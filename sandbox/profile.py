"""The files that make clients talk to the sandbox: connections.toml, config.toml, env."""

from __future__ import annotations

import shlex
from pathlib import Path

CONNECTION = "sandbox"
DATABASE = "CAREFLOE"
WAREHOUSE = "CAREFLOE_WH"
ROLE = "ACCOUNTADMIN"


def write_profile(home: Path, warehouse_address: str, kafka_address: str) -> None:
    """Write all three into `home`, for its owner's eyes only where the clients insist on it."""
    host, _, port = warehouse_address.rpartition(":")
    # The user must be there; its password is not checked behind the address.
    connection = f"""[{CONNECTION}]
account = "sandbox"
user = "sandbox"
password = "sandbox"
host = "{host}"
port = {port}
protocol = "http"
database = "{DATABASE}"
schema = "PUBLIC"
warehouse = "{WAREHOUSE}"
role = "{ROLE}"
"""
    config = f"""default_connection_name = "{CONNECTION}"

[cli]
ignore_new_version_warning = true

[cli.logs]
save_logs = false
"""
    environment = {
        "SNOWFLAKE_HOME": str(home.resolve()),
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME": CONNECTION,
        # It asks the clouds' metadata services: without internet, the name lookup may take 5 s.
        "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_address,
    }
    exports = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    _write(home / "connections.toml", connection)
    _write(home / "config.toml", config)
    _write(home / "env", "\n".join(exports) + "\n")


def _write(file: Path, text: str) -> None:
    """Whole or not at all: clients may read it at any time."""
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)
    fresh.write_text(text)
    fresh.replace(file)

"""Session parameters: those with an effect, and those the clients set that need none here."""

from __future__ import annotations

from typing import Any

from sandbox.warehouse.errors import sql_error

# https://docs.snowflake.com/en/sql-reference/parameters
DEFAULTS: dict[str, Any] = {
    "AUTOCOMMIT": True,
    "MULTI_STATEMENT_COUNT": 1,
    "QUERY_TAG": "",
    "TIMEZONE": "UTC",
}
# Accepted as they are: they steer the client, or limits the sandbox does not have.
_WITHOUT_EFFECT = frozenset(
    {
        "ABORT_DETACHED_QUERY",
        "ERROR_ON_NONDETERMINISTIC_MERGE",
        "JSON_INDENT",
        "LOCK_TIMEOUT",
        "QUOTED_IDENTIFIERS_IGNORE_CASE",
        "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
        "STATEMENT_TIMEOUT_IN_SECONDS",
        "TIMESTAMP_TYPE_MAPPING",
        "TRANSACTION_ABORT_ON_ERROR",
        "USE_CACHED_RESULT",
        "WEEK_OF_YEAR_POLICY",
        "WEEK_START",
        "BINARY_INPUT_FORMAT",
        "BINARY_OUTPUT_FORMAT",
        "DATE_INPUT_FORMAT",
        "DATE_OUTPUT_FORMAT",
        "TIMESTAMP_INPUT_FORMAT",
        "TIMESTAMP_OUTPUT_FORMAT",
        "TIMESTAMP_NTZ_OUTPUT_FORMAT",
        "TIMESTAMP_TZ_OUTPUT_FORMAT",
        "TIMESTAMP_LTZ_OUTPUT_FORMAT",
        "TIME_OUTPUT_FORMAT",
    }
)
# What of these differs from Snowflake's default would change results, and the sandbox ignores it.
_FIXED = {
    "ERROR_ON_NONDETERMINISTIC_MERGE": True,
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "WEEK_OF_YEAR_POLICY": 0,
    "WEEK_START": 0,
}


class Parameters:
    """The parameters of one session, by upper-case name."""

    def __init__(self) -> None:
        self._values: dict[str, object] = dict(DEFAULTS)

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def items(self) -> list[tuple[str, object]]:
        return sorted(self._values.items())

    def set(self, name: str, value: object) -> None:
        """Raises for a parameter nobody knows and for a value that would be silently ignored."""
        if name not in DEFAULTS and name not in _WITHOUT_EFFECT:
            raise sql_error(f"SQL compilation error:\ninvalid parameter '{name}'", 1000, "42000")
        fixed = _FIXED.get(name)
        if name in _FIXED and str(value).upper() != str(fixed).upper():
            raise sql_error(
                f"Unsupported feature in the sandbox warehouse: {name} = {value}; "
                f"it is always {fixed}.",
                2,
                "0A000",
            )
        self._values[name] = value

    def unset(self, name: str) -> None:
        self._values.pop(name, None)
        if name in DEFAULTS:
            self._values[name] = DEFAULTS[name]

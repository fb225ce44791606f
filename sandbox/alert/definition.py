"""An alert as the account remembers it, and what CREATE ALERT and ALTER ALERT say about one.

https://docs.snowflake.com/en/sql-reference/sql/create-alert
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sandbox.script.interpreter import check_body
from sandbox.task.options import read_config
from sandbox.task.schedule import ScheduleError, parse_schedule
from sandbox.warehouse.errors import sql_error, syntax_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.statement import Reader

KIND = "alert"
_MINUTES = re.compile(r"\s*\d+\s*m(inutes?)?\s*$", re.IGNORECASE)
_CRON = re.compile(r"\s*using\s+cron\b", re.IGNORECASE)
_OPTIONS = {
    "WAREHOUSE": "warehouse",
    "SCHEDULE": "schedule",
    "COMMENT": "comment",
    "CONFIG": "config",
    "RUNBOOK": "runbook",
    "SUSPEND_ALERT_AFTER_NUM_FAILURES": "suspend_after",
}


@dataclass(frozen=True)
class Alert:
    """Times are UTC. `suspend_after` is kept and shown, and suspends nothing."""

    name: ObjectName
    condition: str
    action: str
    schedule: str
    created_on: datetime
    warehouse: str | None = None
    comment: str | None = None
    config: str | None = None
    runbook: str | None = None
    suspend_after: str | None = None
    resumed_on: datetime | None = None
    """None while the alert is suspended."""

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict that `from_json` reads back to an equal record."""
        resumed = self.resumed_on.isoformat() if self.resumed_on else None
        return {
            **asdict(self),
            "created_on": self.created_on.isoformat(),
            "resumed_on": resumed,
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Alert:
        resumed = plain["resumed_on"]
        return cls(
            **{
                **plain,
                "name": ObjectName(**plain["name"]),
                "created_on": datetime.fromisoformat(plain["created_on"]),
                "resumed_on": datetime.fromisoformat(resumed) if resumed else None,
            }
        )


def read_alert(reader: Reader, name: ObjectName, now: datetime) -> Alert:
    """What follows the name in CREATE ALERT."""
    if reader.peek() in ("CLONE", "FROM"):
        raise unsupported(f"create alert ... {reader.peek()}.")
    given: dict[str, Any] = {}
    while reader.peek() != "IF":
        given.update(read_option(reader))
    if not given.get("schedule"):
        raise unsupported("alerts on new data (an alert without SCHEDULE).")
    reader.expect("IF")
    outer = reader.parenthesized()
    condition = read_exists(outer)
    outer.end()
    reader.expect("THEN")
    return Alert(name, condition, read_action(reader), created_on=now, **given)


def read_option(reader: Reader) -> dict[str, str]:
    """One `name = value` as a field of Alert; raises for a name that Snowflake does not know."""
    reader.accept(",")
    key = reader.peek()
    if key in ("WITH", "TAG"):
        raise unsupported("tags of an alert.")
    if key not in _OPTIONS or reader.peek(1) != "=":
        raise reader.unexpected("expected an option or IF (EXISTS (...))")
    reader.accept(key, "=")
    value = str(reader.value())
    if key == "SCHEDULE":
        _check_schedule(value)
    if key == "CONFIG":
        read_config(value)
    return {_OPTIONS[key]: value.upper() if key == "WAREHOUSE" else value}


def read_unset(reader: Reader) -> dict[str, None]:
    """Names separated by commas or blanks, to the end of the statement."""
    cleared: dict[str, None] = {}
    while not reader.at_end:
        key = reader.peek()
        if key not in _OPTIONS or key == "SCHEDULE":
            raise reader.unexpected("expected an option that can be unset")
        reader.accept(key)
        reader.accept(",")
        cleared[_OPTIONS[key]] = None
    return cleared


def read_exists(reader: Reader) -> str:
    """The statement in `EXISTS ( ... )`."""
    reader.expect("EXISTS")
    condition = reader.parenthesized().rest()
    head = condition.split(None, 1)[0].upper() if condition else ""
    if head not in ("SELECT", "WITH", "SHOW", "CALL"):
        raise sql_error("SQL compilation error:\nan alert's condition is a SELECT, SHOW or CALL.")
    return condition


def read_action(reader: Reader) -> str:
    action = reader.rest()
    if not action:
        raise syntax_error("an alert needs an action behind THEN.")
    check_body(action)
    return action


def _check_schedule(text: str) -> None:
    try:
        if not (_MINUTES.match(text) or _CRON.match(text)):
            raise ScheduleError(f"'{text}' is neither '<num> MINUTE' nor 'USING CRON ...'")
        parse_schedule(text)
    except ScheduleError as error:
        raise syntax_error(f"invalid value for SCHEDULE: {error}.") from error

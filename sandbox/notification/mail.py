"""SYSTEM$SEND_EMAIL: a mail is checked and recorded, and never leaves the machine.

https://docs.snowflake.com/en/sql-reference/stored-procedures/system_send_email
"""

# ruff: noqa: S608 - the one name in the text is a constant
from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.notification.integration import integration
from sandbox.procedure.system import system_procedure
from sandbox.warehouse.catalog import ACCOUNT_DATABASE, SCHEMA
from sandbox.warehouse.errors import does_not_exist, sql_error, syntax_error
from sandbox.warehouse.names import split_name
from sandbox.warehouse.registry import table_function
from sandbox.warehouse.result import Column, Result, table
from sandbox.warehouse.session import Session

_TABLE = f'"{ACCOUNT_DATABASE}"."{SCHEMA}".mail'
_COLUMNS = (
    Column("CREATED", "timestamp_ltz"),
    Column("PROCESSED", "timestamp_ltz"),
    Column("MESSAGE_SOURCE"),
    Column("INTEGRATION_NAME"),
    Column("STATUS"),
    Column("ERROR_MESSAGE"),
    Column("ID"),
    Column("ATTEMPT", "fixed", 38, 0),
    Column("MESSAGE_SOURCE_INFO", "variant"),
)
_ARGUMENTS = {"START_TIME", "END_TIME", "INTEGRATION_NAME", "RESULT_LIMIT"}
_MIME_TYPES = ("text/plain", "text/html")


@dataclass(frozen=True)
class Mail:
    """A recorded mail."""

    integration: str
    recipients: tuple[str, ...]
    subject: str
    content: str
    mime_type: str


def recorded_mail(session: Session) -> list[Mail]:
    """What SYSTEM$SEND_EMAIL was asked to send on this account, the oldest first."""
    rows = _run(
        session,
        f"select integration, recipients, subject, content, mime_type from {_TABLE} order by sent",
    )
    return [Mail(name, tuple(json.loads(to)), *rest) for name, to, *rest in rows]


@system_procedure("system$send_email")
def send_email(session: Session, arguments: list[Any]) -> bool:
    if not 4 <= len(arguments) <= 5:
        raise syntax_error(f"SYSTEM$SEND_EMAIL takes 4 or 5 arguments, {len(arguments)} given.")
    name, recipients, subject, content, mime_type = [*arguments, "text/plain"][:5]
    mail = Mail(
        split_name(str(name))[-1],
        tuple(one.strip() for one in str(recipients or "").split(",") if one.strip()),
        str(subject or ""),
        str(content or ""),
        str(mime_type),
    )
    _check(session, mail)
    _run(
        session,
        f"insert into {_TABLE} values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            str(uuid.uuid4()), datetime.now(UTC).replace(tzinfo=None), mail.integration,
            json.dumps(mail.recipients), mail.subject, mail.content, mail.mime_type,
            session.last_query_id,
        ],
    )  # fmt: skip
    return True


@table_function("information_schema.notification_history")
def notification_history(session: Session, arguments: dict[str, Any]) -> Result:
    """https://docs.snowflake.com/en/sql-reference/functions/notification_history"""
    if unknown := arguments.keys() - _ARGUMENTS:
        raise syntax_error(f"NOTIFICATION_HISTORY has no argument {min(unknown)}.")
    end = _utc(arguments.get("END_TIME") or datetime.now(UTC))
    start = _utc(arguments.get("START_TIME") or end - timedelta(days=1))
    rows = _run(
        session,
        f"select sent, sent, 'STORED_PROCEDURE', integration, 'SUCCESS', null, id, 1, query_id "
        f"from {_TABLE} where sent between ? and ? "
        "and integration = coalesce(upper(?), integration) order by sent desc limit ?",
        [start, end, arguments.get("INTEGRATION_NAME"), int(arguments.get("RESULT_LIMIT", 100))],
    )
    return table(
        _COLUMNS,
        [
            [*(moment.replace(tzinfo=UTC) for moment in row[:2]), *row[2:8],
             json.dumps({"query_id": row[8]})]
            for row in rows
        ],
    )  # fmt: skip


def _check(session: Session, mail: Mail) -> None:
    known = integration(session, mail.integration)
    if known is None:
        raise does_not_exist("Integration", mail.integration)
    if str(known["ENABLED"]).upper() != "TRUE":
        raise sql_error(f"Integration '{mail.integration}' is not enabled.", 394209, "22023")
    for field in ("recipients", "subject", "content"):
        if not getattr(mail, field):
            raise sql_error(f"SYSTEM$SEND_EMAIL: the {field} must not be empty.", 394209, "22023")
    if mail.mime_type not in _MIME_TYPES:
        raise sql_error(f"Unsupported MIME type '{mail.mime_type}'.", 394209, "22023")
    allowed = known.get("ALLOWED_RECIPIENTS")
    if allowed is not None and not set(mail.recipients) <= set(allowed):
        raise sql_error(
            f"Email recipients in the given list are not allowed by the integration "
            f"'{mail.integration}' (ALLOWED_RECIPIENTS).",
            394209,
            "22023",
        )


def _run(session: Session, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Outside the session's transaction: what was sent is not undone by a rollback."""
    with closing(session.account.connect()) as own:
        own.run(
            f"create table if not exists {_TABLE} (id varchar, sent timestamp, "
            "integration varchar, recipients varchar, subject varchar, content varchar, "
            "mime_type varchar, query_id varchar)"
        )
        return own.run(sql, values)


def _utc(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None)

"""What a task body may be: one statement, or BEGIN ... END around plain statements.

Variables, loops, branches and exception blocks of Snowflake Scripting are refused when the task is
created, not when it runs.
"""

from __future__ import annotations

import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import syntax_error, unsupported

_QUERIES = frozenset({"SELECT", "WITH", "CALL"})
_DML = frozenset({"INSERT", "MERGE", "UPDATE", "DELETE", "TRUNCATE", "COPY"})
_STATEMENTS = _QUERIES | _DML | frozenset({"CREATE", "DROP", "ALTER", "EXECUTE"})
_IN_A_BLOCK = _STATEMENTS | frozenset({"COMMIT", "ROLLBACK", "BEGIN"})


def check_body(body: str) -> None:
    """Refuse a body the sandbox cannot run."""
    statements(body)


def statements(body: str) -> list[str]:
    """The SQL statements of a body, in order; a ProgrammingError names what is not supported."""
    text = body.strip().rstrip(";").strip()
    if not text:
        raise syntax_error("a task needs a statement behind AS.")
    if text[0] in "$'":
        return statements(_unquoted(text))
    head = text.split(None, 1)[0].upper()
    if head == "BEGIN" and not _is_transaction(text):
        return _block(text)
    if head == "EXECUTE" and text.split(None, 2)[1].upper().startswith("IMMEDIATE"):
        return statements(_unquoted(text.split(None, 2)[2]))
    _check(text, _STATEMENTS)
    return [text]


def _is_transaction(text: str) -> bool:
    words = text.upper().replace(";", " ; ").split()
    return words[1:2] in ([";"], ["TRANSACTION"], ["WORK"])


def _unquoted(text: str) -> str:
    tokens = _tokens(text)
    strings = (TokenType.STRING, TokenType.RAW_STRING)
    if len(tokens) != 1 or tokens[0].token_type not in strings:
        raise unsupported("EXECUTE IMMEDIATE of anything but one text.")
    return str(tokens[0].text)


def _block(text: str) -> list[str]:
    inner = text[len("BEGIN") :].rstrip()
    if not inner.upper().endswith("END"):
        raise syntax_error("BEGIN without END.")
    inner = inner[: -len("END")]
    found = [part for part in _split(inner) if part]
    for part in found:
        _check(part, _IN_A_BLOCK)
    if not found:
        raise syntax_error("empty block.")
    return found


def _split(text: str) -> list[str]:
    """Split at semicolons outside quotes; a part starts at its first token, so behind comments."""
    parts: list[str] = []
    start: int | None = None
    end = 0
    for token in _tokens(text):
        if token.token_type is TokenType.SEMICOLON:
            parts.append(text[start:end] if start is not None else "")
            start = None
        else:
            start = token.start if start is None else start
            end = token.end + 1
    return [*parts, text[start:end] if start is not None else ""]


def _check(text: str, allowed: frozenset[str]) -> None:
    words = text.replace("(", " ").split(None, 2)
    head = words[0].upper()
    if head not in allowed or (head == "BEGIN" and not _is_transaction(text + " ;")):
        raise unsupported(
            f"{head} in a task body (only one statement, or BEGIN ... END around statements)."
        )


def _tokens(text: str) -> list[Token]:
    try:
        return list(sqlglot.tokenize(text, read="snowflake"))
    except SqlglotError as error:
        raise syntax_error(str(error)) from error

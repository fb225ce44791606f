"""Runs Snowflake Scripting in a session.

A statement that fails ends the block unless a handler takes the error; what was committed before
stays. https://docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from snowflake.connector.errors import ProgrammingError

from sandbox.script.frame import Frame
from sandbox.script.step import (
    Assign,
    Block,
    DeclaredException,
    ExecuteImmediate,
    ForRange,
    ForRows,
    If,
    Jump,
    Raise,
    Return,
    Sql,
    Step,
    While,
)
from sandbox.script.syntax import is_block, parse_block, parse_execute_immediate
from sandbox.script.text import leading_words, unquoted, without_into
from sandbox.script.variable import Scope, Variable, bound
from sandbox.warehouse.errors import sql_error, syntax_error, unsupported
from sandbox.warehouse.result import QUERY, Result
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import tokenize

_MOST_ROUNDS = 1_000_000


class _Returned(Exception):  # noqa: N818 - it is a jump, not an error
    def __init__(self, result: Result | None, value: Variable) -> None:
        self.result, self.value = result, value


class _Jumped(Exception):  # noqa: N818
    def __init__(self, is_break: bool) -> None:
        self.is_break = is_break


def run_body(session: Session, text: str) -> Result:
    """Run what a task, an alert or EXECUTE IMMEDIATE may hold: one statement or a block."""
    text = unquoted(text)
    if is_block(text):
        return run_block(session, parse_block(text), {})
    if leading_words(text, 2) == ["EXECUTE", "IMMEDIATE"]:
        return _Run(session, Scope()).execute_immediate(parse_execute_immediate(text))
    return session.execute(text)


def check_body(text: str) -> None:
    """Refuse a body that is no statement, or a script that the sandbox cannot run."""
    text = unquoted(text)
    if not tokenize(text):
        raise syntax_error("a statement is expected.")
    if is_block(text):
        parse_block(text)
    elif leading_words(text, 2) == ["EXECUTE", "IMMEDIATE"]:
        inner = parse_execute_immediate(text).expression
        if inner[:1] in ("'", "$"):
            check_body(inner)


def run_block(
    session: Session,
    block: Block,
    arguments: Mapping[str, Variable],
    name: str = "anonymous block",
    returns: str | None = None,
) -> Result:
    """The rows of `return table(...)`, or one row with the returned value, NULL without one."""
    try:
        _Run(session, Scope(variables=dict(arguments))).block(block)
    except _Returned as returned:
        if returned.result is not None:
            return returned.result
        value = returned.value
    else:
        value = Variable(None)
    if returns is None:
        return session.execute(f'select {value.mark} as "{name}"', (value.value,))
    cast = f'select cast({value.mark} as {returns}) as "{name}"'
    return session.execute(cast, (value.value,))


class _Run:
    """One run of a block; the scope changes as it enters and leaves inner blocks."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._frame = Frame(session, scope)
        self._raised: ProgrammingError | None = None

    def block(self, block: Block) -> None:
        outer = self._frame.scope
        self._frame.scope = Scope(outer)
        try:
            for declared in block.declarations:
                if isinstance(declared, DeclaredException):
                    known = (declared.number, declared.message)
                    self._frame.scope.exceptions[declared.name] = known
                else:
                    self._assign(declared)
            self._steps(block.steps)
        except ProgrammingError as error:
            self._handle(block, error)
        finally:
            self._frame.scope = outer

    def execute_immediate(self, step: ExecuteImmediate) -> Result:
        text = self._frame.value(step.expression).value
        given = tuple(self._frame.value(one).value for one in step.using)
        if text is None:
            raise sql_error("EXECUTE IMMEDIATE of NULL.", 1003, "42000")
        if is_block(str(text)):
            return run_block(self._frame.session, parse_block(str(text)), {})
        return self._frame.session.execute(str(text), given)

    def _handle(self, block: Block, error: ProgrammingError) -> None:
        kind = getattr(error, "exception_name", None) or "STATEMENT_ERROR"
        for names, steps in block.handlers:
            if kind in names or "OTHER" in names:
                self._frame.scope.variables |= {
                    "SQLCODE": Variable(error.errno),
                    "SQLERRM": Variable(error.raw_msg),
                    "SQLSTATE": Variable(error.sqlstate),
                }
                self._raised = error
                self._steps(steps)
                return
        raise error

    def _steps(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._step(step)

    def _step(self, step: Step) -> None:
        match step:
            case Sql():
                self._sql(step.text)
            case Assign():
                self._assign(step)
            case If():
                self._if(step)
            case ForRange():
                self._for_range(step)
            case ForRows():
                self._for_rows(step)
            case While():
                self._while(step)
            case Jump():
                raise _Jumped(step.is_break)
            case Return():
                self._return(step)
            case Raise():
                self._raise(step.name)
            case ExecuteImmediate():
                self._frame.counted(self.execute_immediate(step))
            case Block():
                self.block(step)

    def _sql(self, text: str) -> None:
        text, targets = without_into(text)
        sql, values = bound(text, self._frame.scope, in_expression=False)
        result = self._frame.counted(self._frame.session.execute(sql, tuple(values)))
        if targets:
            rows = result.rows()
            if len(rows) != 1 or len(rows[0]) != len(targets):
                raise sql_error(
                    f"SELECT INTO takes one row of {len(targets)} column(s).", 90002, "42601"
                )
            for name, value, column in zip(targets, rows[0], result.columns, strict=True):
                self._frame.assign(name, Variable(value, column.type == "variant"))

    def _assign(self, step: Assign) -> None:
        if step.is_query or step.name in self._frame.scope.results:
            query = (step.expression or "").strip()
            rows = self._query(query) if query else None
            self._frame.scope.results[step.name] = rows
            return
        value = self._frame.value(step.expression) if step.expression else Variable(None)
        if step.type is not None:
            value = self._frame.cast(value, step.type)
        if step.declares:
            self._frame.scope.variables[step.name] = value
        else:
            self._frame.assign(step.name, value)

    def _query(self, text: str) -> Result:
        inner = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
        if leading_words(inner, 2) == ["EXECUTE", "IMMEDIATE"]:
            return self.execute_immediate(parse_execute_immediate(inner))
        sql, values = bound(inner, self._frame.scope, in_expression=False)
        return self._frame.session.execute(sql, tuple(values))

    def _if(self, step: If) -> None:
        for condition, steps in step.branches:
            if self._frame.holds(condition):
                self._steps(steps)
                return
        self._steps(step.otherwise)

    def _for_range(self, step: ForRange) -> None:
        first, last = (int(self._frame.value(one).value) for one in (step.first, step.last))
        numbers = range(first, last + 1)
        for number in reversed(numbers) if step.is_reverse else numbers:
            self._frame.scope.variables[step.name] = Variable(number)
            if not self._round(step.steps):
                break

    def _for_rows(self, step: ForRows) -> None:
        rows = self._frame.rows(step.rows)
        for row in rows.rows():
            self._frame.scope.rows[step.name] = {
                column.name: Variable(value, column.type == "variant")
                for column, value in zip(rows.columns, row, strict=True)
            }
            if not self._round(step.steps):
                break

    def _while(self, step: While) -> None:
        for _ in range(_MOST_ROUNDS):
            if not step.until and not self._frame.holds(step.condition):
                return
            if not self._round(step.steps) or (step.until and self._frame.holds(step.condition)):
                return
        raise unsupported(f"loops of more than {_MOST_ROUNDS} rounds.")

    def _round(self, steps: Sequence[Step]) -> bool:
        """Whether the loop goes on."""
        try:
            self._steps(steps)
        except _Jumped as jumped:
            return not jumped.is_break
        return True

    def _return(self, step: Return) -> None:
        if step.rows is not None:
            result = self._frame.rows(step.rows)
            raise _Returned(Result(result.columns, result.table, QUERY), Variable(None))
        value = self._frame.value(step.expression) if step.expression else Variable(None)
        raise _Returned(None, value)

    def _raise(self, name: str | None) -> None:
        if name is None:
            raise self._raised or sql_error("RAISE without an exception.", 1003, "42000")
        scope: Scope | None = self._frame.scope
        while scope is not None and name not in scope.exceptions:
            scope = scope.outer
        if scope is None:
            raise sql_error(f"exception '{name}' is not declared.", 904, "42000")
        number, message = scope.exceptions[name]
        error = sql_error(message, number, "P0001")
        error.exception_name = name
        raise error

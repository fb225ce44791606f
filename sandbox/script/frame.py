"""Where a script stands: its session, the variables in sight, and what expressions are worth."""

from __future__ import annotations

from sandbox.procedure.definition import canonical_type
from sandbox.script.variable import Scope, Variable, bound
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import split_name
from sandbox.warehouse.result import DML_KINDS, Result
from sandbox.warehouse.session import Session

_SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY")


class Frame:
    """`scope` changes as blocks are entered and left."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self.session = session
        self.scope = scope

    def value(self, expression: str) -> Variable:
        """What an expression is worth; raises the error of the query it becomes."""
        sql, values = bound(expression, self.scope, in_expression=True)
        result = self.session.execute(f"select {sql}", tuple(values))
        return Variable(result.rows()[0][0], result.columns[0].type == "variant")

    def cast(self, value: Variable, kind: str) -> Variable:
        """The value as a SQL type; raises when it cannot be one."""
        cast = self.session.execute(f"select cast({value.mark} as {kind})", (value.value,))
        return Variable(cast.rows()[0][0], canonical_type(kind) in _SEMI_STRUCTURED)

    def holds(self, condition: str) -> bool:
        return bool(self.value(condition).value)

    def assign(self, name: str, value: Variable) -> None:
        """Give a declared variable another value; raises for one that nobody declared."""
        scope = self.scope.find(name)
        if scope is None:
            raise sql_error(
                f"SQL compilation error:\nerror variable '{name}' is not defined.", 904, "42000"
            )
        scope.variables[name] = value

    def rows(self, name: str) -> Result:
        """The rows of a cursor or result set, folded name; raises for one that is not there."""
        folded = split_name(name.lstrip(":").strip())[0]
        scope: Scope | None = self.scope
        while scope is not None and folded not in scope.results:
            scope = scope.outer
        found = scope.results[folded] if scope else None
        if found is None:
            raise sql_error(f"'{name}' is no cursor or result set.", 904, "42000")
        return found

    def counted(self, result: Result) -> Result:
        """SQLROWCOUNT, SQLFOUND and SQLNOTFOUND tell of the last DML."""
        if result.kind in DML_KINDS:
            count = result.rowcount or 0
            self.scope.variables |= {
                "SQLROWCOUNT": Variable(count),
                "SQLFOUND": Variable(count > 0),
                "SQLNOTFOUND": Variable(count == 0),
            }
        return result

"""A stored procedure as the account remembers it, and CREATE PROCEDURE.

https://docs.snowflake.com/en/sql-reference/sql/create-procedure (Python handler)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.procedure.package import check_packages
from sandbox.script.syntax import is_block, parse_block
from sandbox.warehouse.errors import syntax_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.statement import Reader

PYTHON = "3.11"

_KINDS = {
    "NUMBER": "DECIMAL INT BIGINT SMALLINT TINYINT MEDIUMINT INT128",
    "FLOAT": "FLOAT DOUBLE",
    "VARCHAR": "VARCHAR CHAR NVARCHAR NCHAR TEXT",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP DATETIME TIMESTAMPNTZ",
    "TIMESTAMP_LTZ": "TIMESTAMPLTZ",
    "TIMESTAMP_TZ": "TIMESTAMPTZ",
    "BINARY": "BINARY VARBINARY",
    "VARIANT": "VARIANT",
    "OBJECT": "OBJECT",
    "ARRAY": "ARRAY",
}
_CANONICAL = {kind: name for name, kinds in _KINDS.items() for kind in kinds.split()}
_CLAUSES = (
    "COPY", "RETURNS", "LANGUAGE", "RUNTIME_VERSION", "IMPORTS", "PACKAGES", "HANDLER", "COMMENT",
    "EXECUTE", "STRICT", "CALLED", "VOLATILE", "IMMUTABLE", "NOT", "AS",
    "EXTERNAL_ACCESS_INTEGRATIONS", "SECRETS", "ARTIFACT_REPOSITORY", "RESOURCE_CONSTRAINT",
)  # fmt: skip


@dataclass(frozen=True)
class Argument:
    name: str
    type: str
    default: str | None = None
    """SQL text."""


@dataclass(frozen=True)
class Procedure:
    """Types are Snowflake's canonical names (NUMBER, VARCHAR, ...)."""

    name: ObjectName
    arguments: tuple[Argument, ...]
    returns: str
    handler: str
    imports: tuple[str, ...]
    """Stage files, as written: `@stage/path/file.zip`."""
    packages: tuple[str, ...]
    body: str | None
    """Inline source; None when the handler is in an import."""
    execute_as: Literal["OWNER", "CALLER"]
    comment: str | None
    created_on: datetime
    language: Literal["PYTHON", "SQL"] = "PYTHON"

    @property
    def signature(self) -> str:
        return f"({', '.join(argument.type for argument in self.arguments)})"

    @property
    def key(self) -> ObjectName:
        """What tells procedures of one name apart: the name with the argument types."""
        return signed(self.name, self.signature)

    @property
    def required_arguments(self) -> int:
        return sum(argument.default is None for argument in self.arguments)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "created_on": self.created_on.isoformat()}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Procedure:
        return cls(
            **{
                **plain,
                "name": ObjectName(**plain["name"]),
                "arguments": tuple(Argument(**one) for one in plain["arguments"]),
                "imports": tuple(plain["imports"]),
                "packages": tuple(plain["packages"]),
                "created_on": datetime.fromisoformat(plain["created_on"]),
            }
        )


def signed(name: ObjectName, signature: str) -> ObjectName:
    return ObjectName(name.database, name.schema, name.name + signature)


def canonical_type(text: str) -> str:
    """`int` and `number(38,0)` are NUMBER; only these names tell overloads apart."""
    try:
        kind = exp.DataType.build(text, dialect="snowflake").this.value.upper()
    except (SqlglotError, ValueError, AttributeError) as error:
        raise syntax_error(f"unknown data type '{text}'.") from error
    if kind not in _CANONICAL:
        raise unsupported(f"data type {text} in a procedure's signature.")
    return _CANONICAL[kind]


def signature_types(reader: Reader) -> str:
    """The `(int, varchar)` of DROP and DESCRIBE PROCEDURE as a canonical signature."""
    types = [canonical_type(part.rest()) for part in reader.parenthesized().split()]
    return f"({', '.join(types)})"


def read_procedure(reader: Reader, name: ObjectName, now: datetime) -> Procedure:
    """What follows the name in CREATE PROCEDURE; refuses what the sandbox would not carry out."""
    arguments = tuple(_argument(part) for part in reader.parenthesized().split())
    given = _clauses(reader)
    language = given.get("LANGUAGE", "SQL")
    if language == "SQL":
        return _scripted(name, arguments, given, now)
    if language != "PYTHON":
        raise unsupported(f"procedures in language {language}; it runs Python and SQL.")
    if given.get("RUNTIME_VERSION") != PYTHON:
        raise unsupported(
            f"runtime_version {given.get('RUNTIME_VERSION')}; it runs Python {PYTHON}, "
            f'set runtime: "{PYTHON}".'
        )
    for clause in ("HANDLER", "RETURNS"):
        if clause not in given:
            raise syntax_error(f"a Python procedure needs {clause}.")
    packages = tuple(given.get("PACKAGES", ()))
    check_packages(packages)
    return Procedure(
        name=name,
        arguments=arguments,
        returns=given["RETURNS"],
        handler=given["HANDLER"],
        imports=tuple(given.get("IMPORTS", ())),
        packages=packages,
        body=given.get("AS"),
        execute_as=given.get("EXECUTE", "OWNER"),
        comment=given.get("COMMENT"),
        created_on=now,
    )


def _scripted(
    name: ObjectName, arguments: tuple[Argument, ...], given: dict[str, Any], now: datetime
) -> Procedure:
    """A procedure in Snowflake Scripting."""
    for clause in ("RETURNS", "AS"):
        if clause not in given:
            raise syntax_error(f"a SQL procedure needs {clause}.")
    if not is_block(given["AS"]):
        raise syntax_error("the body of a SQL procedure is a block: begin ... end.")
    parse_block(given["AS"])
    return Procedure(
        name=name,
        arguments=arguments,
        returns=given["RETURNS"],
        handler="",
        imports=(),
        packages=(),
        body=given["AS"],
        execute_as=given.get("EXECUTE", "OWNER"),
        comment=given.get("COMMENT"),
        created_on=now,
        language="SQL",
    )


def _argument(reader: Reader) -> Argument:
    name = reader.name()[0]
    kind = canonical_type(reader.until("DEFAULT"))
    default = reader.rest() if reader.accept("DEFAULT") else None
    return Argument(name, kind, default)


def _clauses(reader: Reader) -> dict[str, Any]:
    given: dict[str, Any] = {}
    while not reader.at_end:
        if reader.accept("COPY", "GRANTS") or reader.accept("CALLED", "ON", "NULL", "INPUT"):
            continue
        if reader.accept("NOT", "NULL") or reader.accept("VOLATILE"):
            continue
        if reader.accept("RETURNS"):
            given["RETURNS"] = _returned_type(reader)
        elif reader.accept("LANGUAGE"):
            given["LANGUAGE"] = str(reader.value()).upper()
        elif reader.accept("EXECUTE", "AS"):
            given["EXECUTE"] = _rights(reader)
        elif reader.accept("AS"):
            given["AS"] = reader.string() if reader.at_text else reader.rest()
            reader.end()
        else:
            given.update(_option(reader))
    return given


def _returned_type(reader: Reader) -> str:
    """A canonical type, or `TABLE (NAME TYPE, ...)`."""
    if not reader.accept("TABLE"):
        return canonical_type(reader.until(*_CLAUSES))
    columns = [_argument(part) for part in reader.parenthesized().split()]
    return f"TABLE ({', '.join(f'{column.name} {column.type}' for column in columns)})"


def _rights(reader: Reader) -> str:
    if reader.peek() == "RESTRICTED":
        raise unsupported("restricted caller's rights.")
    for rights in ("OWNER", "CALLER"):
        if reader.accept(rights):
            return rights
    raise reader.unexpected("expected OWNER or CALLER")


def _option(reader: Reader) -> dict[str, Any]:
    key = reader.peek()
    if key not in ("RUNTIME_VERSION", "IMPORTS", "PACKAGES", "HANDLER", "COMMENT"):
        raise unsupported(f"{key or 'this clause'} of a procedure.")
    reader.accept(key)
    reader.expect("=")
    if key in ("IMPORTS", "PACKAGES"):
        return {key: [str(value) for value in reader.parenthesized().values()]}
    return {key: str(reader.value())}

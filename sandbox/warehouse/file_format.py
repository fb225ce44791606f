"""File formats: how the files of a stage are read and written.

https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status, table
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "file format"
Options = dict[str, Any]
_DEFAULTS: dict[str, Options] = {
    "CSV": {
        "COMPRESSION": "AUTO",
        "RECORD_DELIMITER": "\n",
        "FIELD_DELIMITER": ",",
        "SKIP_HEADER": 0,
        "PARSE_HEADER": False,
        "SKIP_BLANK_LINES": False,
        "FIELD_OPTIONALLY_ENCLOSED_BY": "NONE",
        "ESCAPE": "NONE",
        "ESCAPE_UNENCLOSED_FIELD": "\\",
        "NULL_IF": ("\\N",),
        "EMPTY_FIELD_AS_NULL": True,
        "TRIM_SPACE": False,
        "ERROR_ON_COLUMN_COUNT_MISMATCH": True,
        "DATE_FORMAT": "AUTO",
        "TIME_FORMAT": "AUTO",
        "TIMESTAMP_FORMAT": "AUTO",
        "ENCODING": "UTF8",
        "MULTI_LINE": True,
        "FILE_EXTENSION": None,
    },
    "JSON": {
        "COMPRESSION": "AUTO",
        "STRIP_OUTER_ARRAY": False,
        "NULL_IF": (),
        "TRIM_SPACE": False,
        "FILE_EXTENSION": None,
    },
    "PARQUET": {
        "COMPRESSION": "AUTO",
        "SNAPPY_COMPRESSION": True,
        "USE_LOGICAL_TYPE": True,
        "USE_VECTORIZED_SCANNER": True,
        "BINARY_AS_TEXT": True,
        "NULL_IF": (),
    },
}
_UNCHANGEABLE = {
    "DATE_FORMAT": "AUTO",
    "TIME_FORMAT": "AUTO",
    "TIMESTAMP_FORMAT": "AUTO",
    "MULTI_LINE": True,
}
"""Options of which only the default is carried out."""


@dataclass(frozen=True)
class FileFormat:
    """A type of file and all its options, defaults filled in."""

    type: str
    options: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A character or text; NONE is None."""
        value = self.options[name]
        return None if value is None or str(value).upper() == "NONE" else str(value)

    @property
    def nulls(self) -> tuple[str, ...]:
        return tuple(str(text) for text in self.options.get("NULL_IF", ()))


def make(given: Mapping[str, Any]) -> FileFormat:
    """A format from the options of a statement; raises for those the sandbox does not know."""
    kind = str(given.get("TYPE", "CSV")).upper()
    if kind not in _DEFAULTS:
        raise unsupported(f"files of type {kind}.")
    options = dict(_DEFAULTS[kind])
    for name, value in given.items():
        if name in {"TYPE", "COMMENT"}:
            continue
        if name not in options:
            raise unsupported(f"file format option {name} of {kind}.")
        if name in _UNCHANGEABLE and str(value).upper() != str(_UNCHANGEABLE[name]).upper():
            raise unsupported(f"file format option {name} = {value}.")
        options[name] = _value(name, value)
    if str(options.get("ENCODING", "UTF8")).upper().replace("-", "") != "UTF8":
        raise unsupported(f"encoding {options['ENCODING']}.")
    return FileFormat(kind, options)


def of_statement(session: Session, given: object, stage_format: object = None) -> FileFormat:
    """The format that FILE_FORMAT = (...) of a statement says, else the one of the stage."""
    own = _pairs(session, given)
    return make(own if own else _pairs(session, stage_format))


def find(session: Session, parts: tuple[str, ...]) -> Options:
    """The options a named format was created with."""
    name = session.resolve(parts)
    definition = _temporary(session).get(name) or session.catalog.get(session, KIND, name)
    if definition is None:
        raise does_not_exist("File format", name)
    return dict(definition["options"])


@statement("create file format")
def create(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    options = dict(reader.options())
    reader.end()
    made = make(options)
    definition = {
        "options": {**{k: v for k, v in options.items() if k != "COMMENT"}, "TYPE": made.type},
        "comment": str(options.get("COMMENT", "")),
        "created_on": session.now(),
    }
    if statement.is_temporary:
        session.commit()
        _temporary(session)[name] = definition
        return status(f"File format {name.name} successfully created.")
    with session.ddl():
        if session.catalog.get(session, KIND, name) is not None:
            if modifiers & {"IF NOT EXISTS"}:
                return status(f"{name.name} already exists, statement succeeded.")
            if not modifiers & {"OR REPLACE", "OR ALTER"}:
                raise already_exists(name)
        session.catalog.put(session, KIND, name, definition)
    return status(f"File format {name.name} successfully created.")


@statement("alter file format")
def alter(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-file-format"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    with session.ddl():
        known = session.catalog.get(session, KIND, name)
        if known is None:
            if "IF EXISTS" in modifiers:
                return status("Statement executed successfully.")
            raise does_not_exist("File format", name)
        if reader.accept("RENAME", "TO"):
            new = session.resolve(reader.name())
            session.catalog.drop(session, KIND, name)
            session.catalog.put(session, KIND, new, known)
            return status("Statement executed successfully.")
        reader.expect("SET")
        changes = dict(reader.options())
        reader.end()
        if "TYPE" in changes:
            raise sql_error("SQL compilation error:\nThe type of a file format cannot be changed.")
        known = {**known, "comment": str(changes.pop("COMMENT", known["comment"]))}
        known["options"] = {**known["options"], **changes}
        make(known["options"])
        session.catalog.put(session, KIND, name, known)
    return status("Statement executed successfully.")


@statement("drop file format")
def drop(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    if _temporary(session).pop(name, None) is not None:
        return status(f"{name.name} successfully dropped.")
    with session.ddl():
        if not session.catalog.drop(session, KIND, name):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("File format", name)
    return status(f"{name.name} successfully dropped.")


@statement("describe file format", "desc file format")
def describe(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    options = find(session, reader.name())
    made, defaults = make(options), _DEFAULTS[str(options["TYPE"])]
    rows = [("TYPE", "String", made.type, "CSV")]
    rows += [
        (name, _shown_type(value), _shown(value), _shown(defaults[name]))
        for name, value in made.options.items()
    ]
    columns = ["property", "property_type", "property_value", "property_default"]
    return table(columns, rows)


def _pairs(session: Session, given: object) -> Options:
    """`(type = csv skip_header = 1)`, `(format_name = 'f')` or the name of a format."""
    if given is None:
        return {}
    if isinstance(given, str):
        return find(session, split_name(given))
    pairs = given if isinstance(given, Mapping) else dict(_as_pairs(given))
    named = {str(name).upper(): value for name, value in pairs.items()}
    if "FORMAT_NAME" in named:
        return find(session, split_name(str(named["FORMAT_NAME"])))
    return named


def _as_pairs(given: object) -> list[tuple[Any, Any]]:
    pairs = list(given) if isinstance(given, tuple | list) else []
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
        raise unsupported(f"file format {given!r}.")
    return [(name, value) for name, value in pairs]


def _value(name: str, value: object) -> object:
    if name == "NULL_IF":
        return tuple(value) if isinstance(value, tuple | list) else (value,)
    if isinstance(value, str) and name.endswith(("DELIMITER", "BY", "ESCAPE", "FIELD")):
        return value.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")
    return value


def _temporary(session: Session) -> dict[ObjectName, Options]:
    return session.temporary_formats


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown_type(value: object) -> str:
    if isinstance(value, bool):
        return "Boolean"
    return {int: "Integer", tuple: "List", list: "List"}.get(type(value), "String")

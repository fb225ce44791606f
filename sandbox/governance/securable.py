"""Objects as privileges, tags and comments name them: a kind and a full name.

https://docs.snowflake.com/en/user-guide/security-access-control-overview#securable-objects
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.procedure.definition import canonical_type, signature_types, signed
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

OF_ACCOUNT = (
    "DATABASE", "WAREHOUSE", "USER", "ROLE", "INTEGRATION", "RESOURCE MONITOR", "NETWORK POLICY",
)  # fmt: skip
OF_DATABASE = ("SCHEMA", "DATABASE ROLE")
OF_SCHEMA = (
    "TABLE", "VIEW", "STAGE", "STREAM", "TASK", "PROCEDURE", "FUNCTION", "SEQUENCE", "FILE FORMAT",
    "TAG", "MASKING POLICY", "ROW ACCESS POLICY", "SESSION POLICY", "PASSWORD POLICY",
    "AUTHENTICATION POLICY", "NETWORK RULE", "ALERT", "PIPE", "SECRET", "STREAMLIT", "EVENT TABLE",
    "DYNAMIC TABLE", "EXTERNAL TABLE", "MATERIALIZED VIEW",
)  # fmt: skip
KINDS = frozenset((*OF_ACCOUNT, *OF_DATABASE, *OF_SCHEMA))
_PLURALS = {
    (kind[:-1] + "IES" if kind.endswith("Y") else kind + "S"): kind
    for kind in (*OF_SCHEMA, "SCHEMA", "DATABASE", "WAREHOUSE", "ROLE", "USER")
}
_SIGNED = ("PROCEDURE", "FUNCTION")
_INTEGRATIONS = ("NOTIFICATION", "STORAGE", "SECURITY", "API", "EXTERNAL ACCESS")


@dataclass(frozen=True, order=True)
class Securable:
    """An object. A database has an empty schema and name, an account object an empty database."""

    kind: str
    name: ObjectName

    @property
    def full_name(self) -> str:
        """The name as SHOW GRANTS and errors give it."""
        return ".".join(
            part for part in (self.name.database, self.name.schema, self.name.name) if part
        )

    @property
    def short_name(self) -> str:
        return self.full_name.rpartition(".")[2] if "(" not in self.name.name else self.name.name

    @property
    def record(self) -> ObjectName:
        """Where what is known about the object stands in the catalog.

        It lies in the object's own schema, so that it disappears with it.
        """
        return ObjectName(self.name.database, self.name.schema, f"{self.kind} {self.name.name}")

    @property
    def container(self) -> Securable:
        """The schema of an object, the database of a schema, the account of a database."""
        if self.name.schema and self.name.name:
            return Securable("SCHEMA", ObjectName(self.name.database, self.name.schema, ""))
        if self.name.database and (self.name.schema or self.name.name):
            return Securable("DATABASE", ObjectName(self.name.database, "", ""))
        return THE_ACCOUNT


THE_ACCOUNT = Securable("ACCOUNT", ObjectName("", "", ""))


def of_record(record: ObjectName) -> Securable:
    """The object a catalog record is about."""
    words = record.name.split(" ")
    for length in (3, 2, 1):
        kind = " ".join(words[:length])
        if kind in KINDS or kind == "ACCOUNT":
            name = " ".join(words[length:])
            return Securable(kind, ObjectName(record.database, record.schema, name))
    raise unsupported(f"object {record.name}.")


def read_kind(reader: Reader) -> str | None:
    """The object type that follows, in the singular; None when none does."""
    for kind in sorted(KINDS, key=len, reverse=True):
        if _accept(reader, kind):
            return kind
    for prefix in _INTEGRATIONS:
        if _accept(reader, f"{prefix} INTEGRATION"):
            return "INTEGRATION"
    return None


def read_plural(reader: Reader) -> str:
    for plural in sorted(_PLURALS, key=len, reverse=True):
        if _accept(reader, plural):
            return _PLURALS[plural]
    raise reader.unexpected("expected the plural of an object type")


def read_name(session: Session, reader: Reader, kind: str) -> Securable:
    """The name of an object of this kind; a procedure's with the types of its arguments."""
    parts = reader.name()
    if kind in _SIGNED:
        name = signed(session.resolve(parts), signature_types(reader))
        return Securable(kind, name)
    return named(session, kind, parts)


def named(session: Session, kind: str, parts: tuple[str, ...]) -> Securable:
    if kind == "DATABASE":
        return Securable(kind, ObjectName(parts[-1], "", ""))
    if kind in OF_ACCOUNT:
        return Securable(kind, ObjectName("", "", parts[-1]))
    if kind in OF_DATABASE:
        return _of_database(session, kind, parts)
    return Securable(kind, session.resolve(parts))


def object_of(session: Session, statement: Statement) -> Securable | None:
    """What a CREATE, ALTER, DROP, DESCRIBE or EXECUTE is about; None for session and account."""
    reader = Reader(statement.text, statement.tokens, statement.ends[0])
    if len(statement.words) > 1:
        # Modifiers stand before the object type: go on at its first word.
        reader = Reader(statement.text, statement.tokens, statement.ends[1] - 1)
    kind = read_kind(reader)
    if kind is None:
        return None
    _ = reader.accept("IF", "NOT", "EXISTS") or reader.accept("IF", "EXISTS")
    parts = reader.name()
    if kind not in _SIGNED:
        return named(session, kind, parts)
    types = [
        canonical_type(part.until("DEFAULT") if statement.verb != "CREATE" else _declared(part))
        for part in reader.parenthesized().split()
    ]
    return Securable(kind, signed(session.resolve(parts), f"({', '.join(types)})"))


def exists(session: Session, securable: Securable) -> bool:
    name = securable.name
    if securable.kind == "ACCOUNT":
        return True
    if securable.kind == "DATABASE":
        return name.database in session.account.databases()
    if securable.kind == "SCHEMA":
        sql = "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?"
        return bool(session.run(sql, [name.database, name.schema]))
    if securable.kind in ("TABLE", "VIEW"):
        return kind_of(session, name) == securable.kind.lower()
    return catalog_entry(session, securable) is not None


def catalog_entry(session: Session, securable: Securable) -> dict[str, object] | None:
    plain = securable.kind.lower()
    kinds = {plain, plain.replace(" ", "_")}
    if plain == "integration":
        kinds = {"notification integration"}
    for kind in kinds:
        found = session.catalog.get(session, kind, securable.name)
        if found is not None:
            return found
    return None


def objects_in(session: Session, kind: str, database: str, schema: str | None) -> list[Securable]:
    """All objects of a kind in a database or one schema of it, by name."""
    if kind == "SCHEMA":
        rows = session.run(
            "select schema_name from duckdb_schemas() where database_name = ? and schema_name "
            "not in ('_SANDBOX', '_INFORMATION_SCHEMA', 'INFORMATION_SCHEMA', 'main') order by 1",
            [database],
        )
        return [Securable(kind, ObjectName(database, row[0], "")) for row in rows]
    if kind in ("TABLE", "VIEW"):
        source = f"duckdb_{kind.lower()}s()"
        rows = session.run(
            f"select schema_name, {kind.lower()}_name from {source} where database_name = ? "  # noqa: S608
            "and not internal and not temporary and schema_name not in "
            "('_SANDBOX', '_INFORMATION_SCHEMA', 'INFORMATION_SCHEMA', 'main') order by 1, 2",
            [database],
        )
        names: Iterable[ObjectName] = (ObjectName(database, *row) for row in rows)
    else:
        names = (
            name
            for stored in {kind.lower(), kind.lower().replace(" ", "_")}
            for name in session.catalog.list(session, stored, database)
        )
    return [Securable(kind, name) for name in sorted(names) if schema in (None, name.schema)]


def _accept(reader: Reader, phrase: str) -> bool:
    # sqlglot makes one token of FILE FORMAT.
    return reader.accept(phrase) or reader.accept(*phrase.split())


def _of_database(session: Session, kind: str, parts: tuple[str, ...]) -> Securable:
    database = parts[0] if len(parts) == 2 else _current_database(session)
    if kind == "SCHEMA":
        return Securable(kind, ObjectName(database, parts[-1], ""))
    return Securable(kind, ObjectName(database, "", parts[-1]))


def _declared(reader: Reader) -> str:
    """The type in `name type [default x]`."""
    reader.name()
    return reader.until("DEFAULT")


def _current_database(session: Session) -> str:
    return session.resolve(("_", "_")).database

"""Objects as functions name them: a text with the name and a text with the kind ("domain")."""

from __future__ import annotations

from sandbox.governance.authority import missing
from sandbox.governance.securable import KINDS, THE_ACCOUNT, Securable, exists, named
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import split_name
from sandbox.warehouse.session import Session


def of_domain(session: Session, name: str, domain: str) -> tuple[Securable, str | None]:
    """The object, and its column for the domain COLUMN. Raises when it is not there."""
    kind, parts = domain.upper(), split_name(name) if name else ()
    if kind == "ACCOUNT":
        return THE_ACCOUNT, None
    if kind == "COLUMN":
        return _relation(session, parts[:-1]), parts[-1]
    if kind in ("TABLE", "VIEW"):
        return _relation(session, parts), None
    if kind not in KINDS:
        raise sql_error(f"SQL compilation error:\nInvalid object domain '{domain}'.", 1008, "22023")
    securable = named(session, kind, parts)
    if not exists(session, securable):
        raise missing(securable)
    return securable, None


def _relation(session: Session, parts: tuple[str, ...]) -> Securable:
    name = session.resolve(parts)
    kind = kind_of(session, name)
    if kind is None:
        raise missing(Securable("TABLE", name))
    return Securable(kind.upper(), name)

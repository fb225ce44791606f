"""What a clause sets: tags with values, and policies with the columns that are their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from snowflake.connector.errors import ProgrammingError

from sandbox.governance.authority import require_apply
from sandbox.governance.governed import Attached, Governed
from sandbox.governance.policy import MASKING, ROW_ACCESS, require_policy
from sandbox.governance.protection import mask_of
from sandbox.governance.securable import Securable
from sandbox.governance.tag import checked_value, require_tag
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader


def read_tags(session: Session, reader: Reader) -> dict[ObjectName, str]:
    """`a = 'x', b = 'y'`"""
    found = {}
    while not reader.at_end:
        name = session.resolve(reader.name())
        reader.expect("=")
        require_tag(session, name)
        require_apply(session, Securable("TAG", name))
        found[name] = checked_value(session, name, reader.string())
        if not reader.accept(","):
            break
    return found


def read_names(session: Session, reader: Reader) -> set[ObjectName]:
    found = {session.resolve(reader.name())}
    while reader.accept(","):
        found.add(session.resolve(reader.name()))
    return found


def without(tags: Mapping[ObjectName, str], gone: set[ObjectName]) -> dict[ObjectName, str]:
    return {name: value for name, value in tags.items() if name not in gone}


def read_mask(session: Session, column: str, reader: Reader) -> Attached:
    """`policy [using (column, others)]`"""
    name = session.resolve(reader.name())
    policy = require_policy(session, MASKING, name)
    require_apply(session, Securable("MASKING POLICY", name))
    columns = [column]
    if reader.accept("USING"):
        columns = [part.name()[0] for part in reader.parenthesized().split()]
    if len(columns) != len(policy.arguments) or columns[0] != column:
        raise sql_error(
            f"SQL compilation error:\nPolicy {name.name} has {len(policy.arguments)} arguments; "
            f"USING must name {column} first and a column for each of the others.",
            3009,
            "42601",
        )
    return Attached(name, tuple(columns))


def read_row_policy(session: Session, securable: Securable, reader: Reader) -> Attached:
    """`policy on (columns)`"""
    name = session.resolve(reader.name())
    policy = require_policy(session, ROW_ACCESS, name)
    require_apply(session, Securable("ROW ACCESS POLICY", name))
    reader.expect("ON")
    columns = tuple(part.name()[0] for part in reader.parenthesized().split())
    if len(columns) != len(policy.arguments):
        raise sql_error(
            f"SQL compilation error:\nPolicy {name.name} takes {len(policy.arguments)} columns.",
            3009,
            "42601",
        )
    attached = Attached(name, columns)
    require_columns(session, securable, attached)
    _require_unmasked(session, securable, attached)
    return attached


def _require_unmasked(session: Session, securable: Securable, attached: Attached) -> None:
    """A column is in one kind of policy, also when its masking policy is a tag's.

    https://docs.snowflake.com/en/user-guide/tag-based-masking-policies#limitations
    """
    for column, type_ in session.table_columns(securable.name.sql):
        if column in attached.columns and mask_of(session, securable, column, type_) is not None:
            raise sql_error(
                f"SQL compilation error:\nColumn {column} is already attached to a masking policy.",
                3013,
                "42601",
            )


def require_columns(session: Session, securable: Securable, attached: Attached) -> None:
    known = {name for name, _ in session.table_columns(securable.name.sql)}
    for column in attached.columns:
        if known and column not in known:
            raise sql_error(f"SQL compilation error:\ninvalid identifier '{column}'", 904, "42000")


def with_mask(known: Governed, column: str, attached: Attached, forces: bool) -> Governed:
    old = known.masks.get(column)
    if old is not None and old.policy != attached.policy and not forces:
        raise sql_error(
            f"SQL compilation error:\nSpecified column already attached to another masking policy. "
            f"A column cannot be attached to multiple masking policies. Please drop the current "
            f"association in order to attach a new masking policy: column {column}.",
            3534,
            "42601",
        )
    if known.rows is not None and column in known.rows.columns:
        raise _both(column)
    return replace(known, masks={**known.masks, column: attached})


def with_rows(known: Governed, attached: Attached) -> Governed:
    if known.rows is not None:
        raise sql_error(
            "SQL compilation error:\nObject already has a ROW_ACCESS_POLICY. Only one "
            "ROW_ACCESS_POLICY is allowed at a time.",
            3552,
            "42601",
        )
    for column in attached.columns:
        if column in known.masks:
            raise _both(column)
    return replace(known, rows=attached)


def _both(column: str) -> ProgrammingError:
    return sql_error(
        f"SQL compilation error:\nColumn {column} cannot be in the signature of a masking policy "
        "and of a row access policy at the same time.",
        3553,
        "42601",
    )

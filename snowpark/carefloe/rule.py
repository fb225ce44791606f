"""Data-quality rules: a flag, what detects it, and what repairs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from snowflake.snowpark import Column, DataFrame
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import null_if_empty


@dataclass(frozen=True)
class Rule:
    """One line of a rule list. Conditions and repairs see the typed original values only."""

    flag: str
    when: Column
    repair: Mapping[str, Column] = field(default_factory=dict)


def missing(column: str) -> Rule:
    """MISSING_<COLUMN>: the field is absent, empty or unreadable; nothing is repaired."""
    return Rule(f"MISSING_{column}", col(column).is_null())


def repaired(rows: DataFrame, columns: Sequence[str], rules: Sequence[Rule]) -> DataFrame:
    """These columns with the repairs of the rules that fired, and DQ_FLAGS naming them in order.

    Where two rules that fired repair one column, the first of the list wins.
    """
    return rows.select(
        *(_repaired_column(name, rules) for name in columns),
        _flags(rules).alias("DQ_FLAGS"),
    )


def _repaired_column(name: str, rules: Sequence[Rule]) -> Column:
    value = col(name)
    for rule in reversed(rules):
        if name in rule.repair:
            value = iff(rule.when, rule.repair[name], value)
    return value.alias(name)


def _flags(rules: Sequence[Rule]) -> Column:
    fired = F.concat(lit(""), *(iff(rule.when, lit(f"{rule.flag}|"), lit("")) for rule in rules))
    return coalesce(null_if_empty(F.rtrim(fired, lit("|"))), lit("CLEAN"))

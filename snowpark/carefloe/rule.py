"""Data-quality rules: a flag, what detects it, and what repairs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from snowflake.snowpark import Column, DataFrame
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_AMOUNT, null_if_empty


@dataclass(frozen=True)
class Rule:
    """One line of a rule list. Conditions and repairs see the typed original values only."""

    flag: str
    when: Column
    repair: Mapping[str, Column] = field(default_factory=dict)


def missing(column: str) -> Rule:
    """MISSING_<COLUMN>: the field is absent, empty or unreadable; nothing is repaired."""
    return Rule(f"MISSING_{column}", col(column).is_null())


def not_told(column: str) -> Rule:
    """MISSING_<COLUMN>: nothing is written. With `bad` beside it, for a field of `with_text`."""
    return Rule(f"MISSING_{column}", col(f"{column}_TEXT").is_null())


def bad(column: str) -> Rule:
    """BAD_<COLUMN>: what is written cannot be read as its type, so it is null."""
    return Rule(f"BAD_{column}", col(f"{column}_TEXT").is_not_null() & col(column).is_null())


def ended_before_started(start: str, end: str, nothing: Column) -> Rule:
    """ENDED_BEFORE_STARTED: the end lies before the start and becomes nothing, a typed null."""
    return Rule("ENDED_BEFORE_STARTED", when=col(end) < col(start), repair={end: nothing})


def negative_cost(*columns: str) -> Rule:
    """NEGATIVE_COST: one of these amounts is below zero; those that are become null."""
    return Rule(
        "NEGATIVE_COST",
        when=F.least(*(coalesce(col(cost), lit(0)) for cost in columns)) < lit(0),
        repair={cost: iff(col(cost) < lit(0), NO_AMOUNT, col(cost)) for cost in columns},
    )


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

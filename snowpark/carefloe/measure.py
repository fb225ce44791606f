"""Measurements in the forms that monitors send: a pressure as one text, a temperature in any unit.

As in `field`, columns over a JSON object J.
"""

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, iff, lit

from carefloe.field import NO_TEXT, number, number_of, text
from carefloe.reference.vitals import FAHRENHEIT_FROM


def half_of_pressure(path: str, place: int) -> Column:
    """The first or second number of a blood pressure told as `120/80`; else null."""
    pressure = coalesce(text(path).value, lit(""))
    half = F.regexp_replace(pressure, lit("([^/]*)/([^/]*)"), lit(rf"\{place}"))
    return number_of(iff(pressure.rlike("[^/]*/[^/]*"), half, NO_TEXT), 18, 1)


def celsius() -> Column:
    """Degrees Celsius, to hundredths: `temperature_c`, else `temperature_f`, else `temperature`.

    The last one may end with its unit; without one it is Fahrenheit from FAHRENHEIT_FROM on.
    """
    bare = _without_unit()
    is_fahrenheit = _ends_with("F") | (_has_no_unit() & (bare >= lit(FAHRENHEIT_FROM)))
    return coalesce(
        number("temperature_c", 18, 2).value,
        _celsius_of(number("temperature_f", 18, 4).value),
        iff(is_fahrenheit, _celsius_of(bare), bare.cast("number(18, 2)")),
    )


def has_guessed_unit() -> Column:
    """Whether `celsius` is of a `temperature` that names no unit; never null."""
    return (
        number("temperature_c", 18, 2).value.is_null()
        & number("temperature_f", 18, 4).value.is_null()
        & _without_unit().is_not_null()
        & _has_no_unit()
    )


def _celsius_of(fahrenheit: Column) -> Column:
    """In decimals, which are divided to ten digits here and then rounded half away from zero.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic
    """
    return ((fahrenheit - lit(32)) * lit(5) / lit(9)).cast("number(18, 2)")


def _without_unit() -> Column:
    return number_of(F.rtrim(text("temperature").value, lit("°CcFf ")), 18, 4)


def _has_no_unit() -> Column:
    return ~_ends_with("F") & ~_ends_with("C")


def _ends_with(unit: str) -> Column:
    return F.endswith(F.upper(text("temperature").value), lit(unit))

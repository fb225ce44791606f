"""Numbers: scales of arithmetic, rounding, ranges, floats."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

ARITHMETIC = "sql-reference/operators-arithmetic"
FUNCTIONS = "sql-reference/functions/"


@documented(ARITHMETIC, "a / b: scale max(s1, min(s1 + 6, 12)), rounded")
def test_division_keeps_six_more_digits(account: Account) -> None:
    assert_values(
        account,
        {
            "2 / 7": Decimal("0.285714"),
            "1 / 3": Decimal("0.333333"),
            "2 / 3": Decimal("0.666667"),
            "-2 / 3": Decimal("-0.666667"),
            "10.1 / 2.1": Decimal("4.8095238"),
            "10.001 / .001": Decimal("10001.000000000"),
            ".1 / .0000000000001": Decimal("1000000000000.0000000"),
            "6 / 3": Decimal("2.000000"),
            "null / 3": None,
            "1::number(20, 10) / 3": Decimal("0.333333333333"),
            "1::number(20, 14) / 3": Decimal("0.33333333333333"),
            "1::float / 4": 0.25,
        },
    )


@documented(ARITHMETIC, "a / 0 and a % 0 are errors")
def test_division_by_zero_is_an_error(account: Account) -> None:
    assert_errors(account, ["1 / 0", "1 % 0", "mod(1, 0)", "1.5 / 0.0", "1 / 0::float"])
    assert "Division by zero" in account.error("select 1 / column1 from values (1), (0)")


@documented(ARITHMETIC, "a * b: scale min(s1 + s2, max(s1, s2, 12))")
def test_multiplication_adds_scales_up_to_twelve(account: Account) -> None:
    assert_values(
        account,
        {
            "10.01 * 1.1": Decimal("11.011"),
            "10.001 * .001": Decimal("0.010001"),
            ".1 * .0000000000001": Decimal("0.0000000000000"),
            "1.5 * 2": Decimal("3.0"),
            "1.12345678::number(12, 8) * 1.12345678::number(12, 8)": Decimal("1.262155136528"),
            "2 * 1.5::float": 3.0,
        },
    )


@documented(ARITHMETIC, "a + b, a - b, a % b: the larger scale")
def test_sums_have_the_larger_scale(account: Account) -> None:
    assert_values(
        account,
        {
            "1.10 + 2": Decimal("3.10"),
            "1.1 - 0.25": Decimal("0.85"),
            "5 - 7": -2,
            "5.5 % 2": Decimal("1.5"),
            "-7 % 3": -1,
            "7 % -3": 1,
            "mod(-7, 3)": -1,
            "mod(7.25, 2)": Decimal("1.25"),
            "-(-3)": 3,
            "1 + null": None,
            "0.1 + 0.2 = 0.3": True,
            "0.1::float + 0.2::float": 0.30000000000000004,
        },
    )


@documented("sql-reference/data-type-conversion", "'1' + 1: text is coerced to a number")
def test_text_counts_as_a_number_in_arithmetic(account: Account) -> None:
    for expression, value in {
        "'1' + 1": 2,
        "'2' * '3'": 6,
        "10 - '4'": 6,
        "'7' % 4": 3,
        "'1.5' + 1": 2.5,
        "abs('-3')": 3,
        "'9' / 3": 3,
    }.items():
        assert account.one(expression) == value, expression
    assert account.one("'5' > 10") is False
    assert account.one("'0010' = 10") is True
    assert account(
        "select column1 from values ('1.5'), ('20260105083000123') where column1 > 2"
    ) == [("20260105083000123",)]
    assert account("select column1 from values ('9'), ('10') where column1 > 9") == [("10",)]
    assert_errors(account, ["'x' + 1", "'x' = 1", "1 + ''"])


@documented("sql-reference/data-types-numeric", "number(38, s): 38 digits")
def test_numbers_have_thirty_eight_digits(account: Account) -> None:
    large = 12345678901234567890123456789012345678
    account("create table t (x number(38, 10), y number, z int)")
    account(
        "insert into t values (1234567890123456789012345678.0123456789, -9, 9223372036854775807)"
    )
    assert account("select x, y, z from t") == [
        (Decimal("1234567890123456789012345678.0123456789"), -9, 2**63 - 1)
    ]
    assert account.one("sum(z) + sum(z) from t") == 2 * (2**63 - 1)
    assert_values(account, {str(large): large, f"{large} - 1": large - 1, f"-{large}": -large})


@documented("sql-reference/data-types-numeric", "whole numbers of more than 64 bits", "refused")
@pytest.mark.parametrize(
    "expression",
    [
        "9223372036854775807 + 1",
        "3037000500 * 3037000500",
        "'123456789012345678901234567890'::number",
        "try_to_number('123456789012345678901234567890')",
    ],
)
def test_whole_numbers_beyond_sixty_four_bits(account: Account, expression: str) -> None:
    assert account.one(expression) > 2**63 - 1


@documented(
    "sql-reference/data-types-numeric", "columns of whole numbers beyond 64 bits", "refused"
)
def test_columns_beyond_sixty_four_bits(account: Account) -> None:
    account("create table t (x number(38, 0))")
    account("insert into t values (9223372036854775808)")
    assert account.one("x from t") == 2**63


@documented("sql-reference/data-types-numeric", "number(p, s): a value out of range is an error")
def test_a_value_too_large_for_its_type_is_an_error(account: Account) -> None:
    assert_values(
        account,
        {
            "123.456::number(5, 2)": Decimal("123.46"),
            "'999.994'::number(5, 2)": Decimal("999.99"),
            "999::number(3, 0)": 999,
            "try_cast('1000' as number(3, 0))": None,
            "try_cast('999.999' as number(5, 2))": None,
            "try_to_number('1000', 3, 0)": None,
        },
    )
    assert_errors(
        account,
        [
            "1000::number(3, 0)",
            "'1000'::number(3, 0)",
            "999.999::number(5, 2)",
            "to_number('1234.5', 5, 2)",
            "10::number(1)",
        ],
    )
    account("create table t (a number(3, 0), b number(5, 2))")
    account("insert into t values (999, 999.99), (-999, 1.005)")
    for values in ("(1000, 1)", "(1, 1000)", "('1000', 1)", "(999.5, 1)"):
        account.error(f"insert into t values {values}")
    account.error("insert into t select 100 * 10, 1")
    account.error("update t set a = a * 2")
    assert account("select a, b from t order by a") == [
        (-999, Decimal("1.01")),
        (999, Decimal("999.99")),
    ]


@documented(FUNCTIONS + "round", "round: halves away from zero")
def test_halves_are_rounded_away_from_zero(account: Account) -> None:
    assert_values(
        account,
        {
            "round(2.5)": 3,
            "round(-2.5)": -3,
            "round(0.5)": 1,
            "round(135.135, 2)": Decimal("135.14"),
            "round(-135.135, 2)": Decimal("-135.14"),
            "round(135.135, -2)": 100,
            "round(150, -2)": 200,
            "round(2.5::float)": 3.0,
            "round(1.25, 5)": Decimal("1.25"),
            "round(null)": None,
            "2.5::int": 3,
            "-2.5::int": -3,
            "2.5::float::int": 3,
            "1.005::number(5, 2)": Decimal("1.01"),
            "1.045::number(10, 2)": Decimal("1.05"),
        },
    )


@documented(FUNCTIONS + "trunc", "trunc, floor, ceil, sign, abs")
def test_numbers_are_cut(account: Account) -> None:
    assert_values(
        account,
        {
            "trunc(2.79)": 2,
            "trunc(-975.975, 1)": Decimal("-975.9"),
            "truncate(135.135, -2)": 100,
            "floor(-135.135)": -136,
            "floor(135.135, 1)": Decimal("135.1"),
            "ceil(135.135)": 136,
            "ceil(-135.135, 1)": Decimal("-135.1"),
            "sign(-3.2)": -1,
            "sign(0)": 0,
            "abs(-1.5)": Decimal("1.5"),
            "abs(-2)": 2,
        },
    )


@documented(FUNCTIONS + "div0", "div0, div0null")
def test_div0_gives_zero(account: Account) -> None:
    assert_values(
        account,
        {
            "div0(1, 2)": Decimal("0.500000"),
            "div0(1, 0)": Decimal("0.000000"),
            "div0(1, null)": None,
            "div0null(1, null)": Decimal("0.000000"),
            "div0null(6, 4)": Decimal("1.500000"),
            "div0null(1, 0)": Decimal("0.000000"),
        },
    )


@documented("sql-reference/functions-numeric", "sqrt, power, exp, ln, log, bitand, factorial")
def test_mathematical_functions(account: Account) -> None:
    assert_values(
        account,
        {
            "sqrt(16)": 4.0,
            "power(2, 10)": 1024.0,
            "pow(2, 0.5)": 1.4142135623730951,
            "square(3)": 9.0,
            "exp(0)": 1.0,
            "ln(1)": 0.0,
            "log(2, 8)": 3.0,
            "pi()": 3.141592653589793,
            "degrees(pi())": 180.0,
            "round(radians(180), 5)": 3.14159,
            "sin(0)": 0.0,
            "cos(0)": 1.0,
            "atan2(0, 1)": 0.0,
            "factorial(5)": 120,
            "bitand(5, 3)": 1,
            "bitor(5, 3)": 7,
            "bitxor(5, 3)": 6,
            "bitshiftleft(1, 3)": 8,
            "bitshiftright(8, 3)": 1,
        },
    )
    assert_errors(account, ["sqrt(-1)", "ln(0)"])


@documented("sql-reference/data-types-numeric", "float: NaN, inf, text")
def test_floats(account: Account) -> None:
    assert_values(
        account,
        {
            "'NaN'::float = 'NaN'::float": True,
            "'inf'::float > 1e300": True,
            "'NaN'::float > 'inf'::float": True,
            "1.0::float": 1.0,
            "1.0::float::varchar": "1",
            "1.5::float::varchar": "1.5",
            "(-0.25)::float::varchar": "-0.25",
            "'1e3'::float": 1000.0,
            "0.1::float = 0.1": True,
            "1 / 3::float": 1 / 3,
        },
    )


@documented(FUNCTIONS + "to_decimal", "to_number(text [, precision, scale])")
def test_text_becomes_a_number(account: Account) -> None:
    assert_values(
        account,
        {
            "to_number('12.3456')": 12,
            "to_number('98.76546')": 99,
            "to_number('12.3456', 10, 1)": Decimal("12.3"),
            "to_number('98.76546', 10, 1)": Decimal("98.8"),
            "to_decimal('12.3456', 10, 8)": Decimal("12.34560000"),
            "to_numeric('-7')": -7,
            "to_number(12.5)": 13,
            "to_number('  5 ')": 5,
            "to_number('1e2')": 100,
            "try_to_number('x')": None,
            "try_to_decimal('7.5', 5, 1)": Decimal("7.5"),
            "try_to_number(null)": None,
            "to_double('1.5')": 1.5,
            "try_to_double('x')": None,
        },
    )
    assert_errors(account, ["to_number('x')", "to_number('1_0')", "to_number('')", "'1 2'::int"])


@documented(FUNCTIONS + "to_decimal", "to_number(text, format)", "refused")
def test_formatted_text_becomes_a_number(account: Account) -> None:
    assert account.one("to_number('12.3', '99.9', 9, 5)") == Decimal("12.30000")
    assert account.one("to_number('$1,234.56', '$9,999.99', 6, 2)") == Decimal("1234.56")


@documented(FUNCTIONS + "to_char", "to_char(number, format)", "refused")
def test_a_number_is_formatted(account: Account) -> None:
    assert account.one("to_char(-12.391, '99.9')") == "-12.4"
    assert account.one("to_varchar(12345.6, '99,999.00')") == " 12,345.60"


@documented(FUNCTIONS + "random", "random, uniform, randstr, seq4")
def test_random_values_lie_in_their_range(account: Account) -> None:
    rows = account(
        "select uniform(1, 10, random()) as u, random() as r, length(randstr(5, random())) as s "
        "from table(generator(rowcount => 50))"
    )
    assert len(rows) == 50
    assert all(1 <= u <= 10 and isinstance(r, int) and s == 5 for u, r, s in rows)
    assert len({r for _, r, _ in rows}) > 40


@documented(
    "sql-reference/functions-aggregation", "sum, avg, median, min of decimals stay decimals"
)
def test_aggregates_of_decimals_are_decimals(account: Account) -> None:
    account("create table t (n number(10, 2), i number, f float)")
    account("insert into t values (1.10, 1, 0.5), (2.25, 2, 1.5), (null, null, null)")
    assert_values(
        account,
        {
            "sum(n)": Decimal("3.35"),
            "sum(i)": 3,
            "avg(n)": Decimal("1.67500000"),
            "avg(i)": Decimal("1.500000"),
            "avg(f)": 1.0,
            "median(n)": Decimal("1.67500"),
            "median(i)": Decimal("1.500"),
            "min(n)": Decimal("1.10"),
            "max(i)": 2,
            "sum(f)": 2.0,
            "sum(n) / count(*)": Decimal("1.11666667"),
        },
        "from t",
    )

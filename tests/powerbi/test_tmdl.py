"""TMDL as https://learn.microsoft.com/analysis-services/tmdl/tmdl-overview writes it."""

import pytest
from support.tmdl import column_of, parse

TABLE = """/// What was sold.
/// In all shops.
table 'Net sales'

\tmeasure Total = SUM ( 'Net sales'[Amount] )
\t\tformatString: $ #,##0

\t/// Over two lines.
\tmeasure 'Two lines' =
\t\t\tVAR One = 1

\t\t\tRETURN
\t\t\t    One
\t\tformatString: 0

\tcolumn 'Customer''s key'
\t\tisHidden
\t\tsourceColumn: CUSTOMER_KEY
"""


def test_objects_carry_their_expressions_and_properties() -> None:
    (table,) = parse(TABLE)
    total, two_lines = table.all("measure")
    (column,) = table.all("column")
    assert (table.kind, table.name, table.description) == (
        "table",
        "Net sales",
        "What was sold. In all shops.",
    )
    assert (total.value, total.get("formatString")) == ("SUM ( 'Net sales'[Amount] )", "$ #,##0")
    assert two_lines.value == "VAR One = 1\nRETURN\n    One"
    assert (two_lines.description, two_lines.get("formatString")) == ("Over two lines.", "0")
    assert (column.name, column.has("isHidden"), column.get("sourceColumn")) == (
        "Customer's key",
        True,
        "CUSTOMER_KEY",
    )


@pytest.mark.parametrize("text", ["table Sales\n\t\tisHidden", "table Sales\n\t= 1"])
def test_a_line_that_nothing_starts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse(text)


def test_a_column_is_read_with_and_without_quotes() -> None:
    assert column_of("Sales.Amount") == ("Sales", "Amount")
    assert column_of("'Net sales'.'Customer''s key'") == ("Net sales", "Customer's key")
    with pytest.raises(ValueError, match="no column"):
        column_of("Sales")

"""Which columns of a table a MERGE writes."""

from snowflake.snowpark import DataFrame


def written_columns(table: DataFrame, rows: DataFrame, *apart: str) -> list[str]:
    """The table's columns that the rows have too, without those named apart.

    A deployment adds a column before it replaces the code: until then the code that knows nothing
    of it goes on, and leaves it null.
    """
    known = set(rows.columns)
    return [name for name in table.columns if name in known and name not in apart]

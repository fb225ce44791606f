"""Files of sql/, run as `snow sql -f` runs them."""

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import yaml
from snowflake.connector import SnowflakeConnection
from snowflake.connector.util_text import split_statements

SQL = Path(__file__).parents[2] / "sql"
_VARIABLE = re.compile(r"<%\s*ctx\.env\.(\w+)\s*%>")


def run_files(connection: SnowflakeConnection, names: Iterable[str]) -> None:
    """Run these files statement by statement; each takes the role it needs.

    Afterwards the session may do everything again.
    """
    cursor = connection.cursor()
    for name in names:
        text = filled((SQL / name).read_text())
        for statement, _ in split_statements(StringIO(text), remove_comments=True):
            if statement.strip():
                cursor.execute(statement)
    cursor.execute("use role accountadmin")


def filled(text: str) -> str:
    """The text with the values of `env` in snowflake.yml, which may name each other."""
    values = yaml.safe_load((SQL.parent / "snowflake.yml").read_text())["env"]
    while found := _VARIABLE.search(text):
        text = text.replace(found[0], str(values[found[1]]))
    return text

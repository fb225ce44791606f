"""The kinds of files an export writes."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """Named by the ending of the file."""

    PARQUET = "parquet"
    CSV = "csv"

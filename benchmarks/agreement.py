"""Whether the procedures and the baseline built equal tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.baseline import TABLES


def differing_rows(
    warehouse: Path, baseline: Path, tables: Sequence[str] = TABLES
) -> dict[str, int]:
    """Per table, the rows that only one of the two DuckDB files has; loaded_at is not compared."""
    with duckdb.connect() as duck:
        duck.execute(f"attach '{warehouse}' as warehouse (read_only)")
        duck.execute(f"attach '{baseline}' as baseline (read_only)")
        return {table: _differing(duck, table) for table in tables}


def _differing(duck: duckdb.DuckDBPyConnection, table: str) -> int:
    described = duck.execute(f"describe warehouse.{table}").fetchall()
    columns = [
        f'cast("{name}" as {"varchar" if kind == "JSON" else kind})'
        for name, kind, *_ in described
        if name.lower() != "loaded_at"
    ]
    selected = ", ".join(columns)
    ours, theirs = (f"select {selected} from {base}.{table}" for base in ("warehouse", "baseline"))
    found = duck.execute(
        f"select (select count(*) from ({ours} except all {theirs}))"
        f" + (select count(*) from ({theirs} except all {ours}))"
    ).fetchone()
    assert found is not None
    return int(found[0])

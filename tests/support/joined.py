"""The project's tables with each surrogate key replaced by what it leads to.

So they can be compared with the oracle's, which knows no hashes. On the way every key is checked:
unique in its table, and found in the dimension it points to.
"""

from collections.abc import Mapping
from typing import Any

from support.account import Project, Rows
from support.comparison import assert_same_rows
from support.oracle.truth import Tables

KEY_OF = {
    "gold.dim_patient": ("patient_key", ("patient_id", "valid_from")),
    "gold.dim_hospital": ("hospital_key", ("hospital_id", "valid_from")),
    "gold.dim_organization": ("organization_key", ("organization_id", "valid_from")),
    "gold.dim_department": ("department_key", ("hospital_id", "department")),
    "gold.dim_payer": ("payer_key", ("payer_id",)),
}
FACT_KEYS = {"gold.fact_patient_flow": "stay_key", "gold.fact_encounter": "encounter_key"}
TRACKED = {
    "gold.dim_patient": (
        "gender",
        "age",
        "insurance_type",
        "first_name",
        "last_name",
        "birth_date",
        "address",
        "city",
        "state",
    ),
    "gold.dim_hospital": ("hospital_name", "city", "state"),
    "gold.dim_organization": ("organization_name", "city", "state", "revenue", "utilization"),
}


def assert_tables_are(project: Project, expected: Tables) -> None:
    """Every table of `expected` has exactly these rows."""
    keys = {
        key_column: _members(project.rows(dimension), key_column, columns)
        for dimension, (key_column, columns) in KEY_OF.items()
    }
    for name, rows in expected.items():
        assert_same_rows(name, _joined(name, project.rows(name), keys), rows)


def _members(
    rows: Rows, key_column: str, columns: tuple[str, ...]
) -> Mapping[str, tuple[Any, ...]]:
    members = {
        row[key_column]: ("-1",) if row[key_column] == "-1" else tuple(row[c] for c in columns)
        for row in rows
    }
    assert len(members) == len(rows), f"{key_column} is not unique"
    return members


def _joined(name: str, rows: Rows, keys: Mapping[str, Mapping[str, tuple[Any, ...]]]) -> Rows:
    if name in KEY_OF:
        _check_hashes(rows, TRACKED.get(name))
        dropped = {KEY_OF[name][0], "attribute_hash"}
        return [{k: v for k, v in row.items() if k not in dropped} for row in rows]
    if name not in FACT_KEYS:
        return rows
    own_key = FACT_KEYS[name]
    assert len({row[own_key] for row in rows}) == len(rows), f"{own_key} is not unique"
    return [
        {
            column: keys[column].get(value, "leads nowhere") if column in keys else value
            for column, value in row.items()
            if column != own_key
        }
        for row in rows
    ]


def _check_hashes(rows: Rows, tracked: tuple[str, ...] | None) -> None:
    """An attribute hash stands for the tracked attributes, one to one."""
    if tracked is None:
        return
    pairs = {
        (row["attribute_hash"], tuple(row[name] for name in tracked))
        for row in rows
        if row["attribute_hash"] is not None
    }
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)

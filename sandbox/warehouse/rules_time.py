"""Dates and timestamps."""

from __future__ import annotations

from sqlglot import exp

_NTZ = (exp.DataType.Type.TIMESTAMPNTZ, exp.DataType.Type.TIMESTAMP, exp.DataType.Type.DATETIME)

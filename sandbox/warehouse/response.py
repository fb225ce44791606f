"""The bodies of the answers, as the connector reads them."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from snowflake.connector.errors import ProgrammingError
from starlette.responses import JSONResponse

from sandbox.warehouse import wire
from sandbox.warehouse.result import COPY, DML_KINDS, Column, Result, status
from sandbox.warehouse.session import Session

_SEVERAL = 0xA000


def answer(session: Session, result: Result) -> JSONResponse:
    if result.put is not None:
        return success(result.put | {"queryId": result.query_id})
    if result.kind in DML_KINDS:
        rows: dict[str, Any] = {"queryResultFormat": "json", "rowset": wire.text_rows(result)}
    else:
        rows = {"queryResultFormat": "arrow", "rowsetBase64": wire.encoded(result)}
    total = result.table.num_rows
    return success(
        rows
        | {
            "parameters": [{"name": "TIMEZONE", "value": session.parameters["TIMEZONE"]}],
            "rowtype": wire.rowtype(list(result.columns)),
            "total": total,
            "returned": total,
            "queryId": result.query_id,
            "statementTypeId": 0x3000 if result.kind == COPY else result.kind,
        }
        | _final_names(session)
    )


def answers(session: Session, results: list[Result]) -> JSONResponse:
    """The answer to several statements: where the results of each are."""
    done = status("Multiple statements executed successfully.", _SEVERAL)
    return success(
        {
            "queryResultFormat": "json",
            "rowset": wire.text_rows(done),
            "rowtype": wire.rowtype([Column("multiple statement execution")]),
            "total": 1,
            "returned": 1,
            "queryId": str(uuid.uuid4()),
            "statementTypeId": _SEVERAL,
            "resultIds": ",".join(result.query_id for result in results),
            "resultTypes": ",".join(str(result.kind) for result in results),
        }
        | _final_names(session)
    )


def described(session: Session, columns: list[Any], kind: int) -> JSONResponse:
    is_query = kind not in DML_KINDS
    rows: dict[str, Any] = (
        {"queryResultFormat": "arrow", "rowsetBase64": ""}
        if is_query
        else {"queryResultFormat": "json", "rowset": []}
    )
    return success(
        rows
        | {
            "rowtype": wire.rowtype(columns),
            "total": 0,
            "returned": 0,
            "queryId": secrets.token_hex(16),
            "statementTypeId": kind,
            "numberOfBinds": 0,
            "arrayBindSupported": kind == 0x3100,
        }
        | _final_names(session)
    )


def success(data: object) -> JSONResponse:
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def failure(error: ProgrammingError) -> JSONResponse:
    code = f"{error.errno or 0:06d}"
    return JSONResponse(
        {
            "data": {
                "errorCode": code,
                "sqlState": error.sqlstate,
                "queryId": secrets.token_hex(16),
            },
            "code": code,
            "message": error.raw_msg,
            "success": False,
        }
    )


def logged_out() -> JSONResponse:
    message = "User must login again to access the service."
    return JSONResponse({"data": None, "code": "390104", "message": message, "success": False})


def session_info(session: Session) -> dict[str, str | None]:
    return {
        "databaseName": session.database,
        "schemaName": session.schema,
        "warehouseName": session.warehouse,
        "roleName": session.role,
    }


def _final_names(session: Session) -> dict[str, str | None]:
    return {
        "finalDatabaseName": session.database,
        "finalSchemaName": session.schema,
        "finalWarehouseName": session.warehouse,
        "finalRoleName": session.role,
    }

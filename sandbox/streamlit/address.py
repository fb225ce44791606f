"""What the `snow` CLI asks in order to write down an app's address."""

from __future__ import annotations

import json
from typing import Any

from sandbox.warehouse.registry import function
from sandbox.warehouse.session import Session


@function("system$get_snowsight_host")
def snowsight_host(session: Session, arguments: list[Any]) -> str:  # noqa: ARG001
    """No page is served there."""
    return "https://app.sandbox.invalid"


@function("system$return_current_org_name")
def current_org_name(session: Session, arguments: list[Any]) -> str:  # noqa: ARG001
    return "SANDBOX"


@function("system$bootstrap_data_request")
def bootstrap_data(session: Session, arguments: list[Any]) -> str:  # noqa: ARG001
    """Parameters of the web interface; all have their defaults."""
    return json.dumps({"clientParamsInfo": []})

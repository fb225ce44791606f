"""The packages of a handler, which must be installed beside the sandbox."""

from __future__ import annotations

import importlib.metadata
import re

from sandbox.warehouse.errors import sql_error

_REQUIRED_PACKAGE = "snowflake-snowpark-python"


def check_packages(packages: tuple[str, ...]) -> None:
    names = [_package_name(package) for package in packages]
    if _REQUIRED_PACKAGE not in names:
        raise sql_error(
            f"SQL compilation error:\nPackage '{_REQUIRED_PACKAGE}' is required: list it in the "
            "PACKAGES of a Python procedure (requirements.snowflake.txt).",
            391531,
            "42601",
        )
    missing = [name for name in names if name != "python" and not _is_installed(name)]
    if missing:
        raise sql_error(
            "SQL compilation error:\nCannot create a Python function with the specified packages: "
            f"packages not found: {', '.join(missing)}.",
            391546,
            "42601",
        )


def installed_packages(packages: tuple[str, ...]) -> list[str]:
    """The versions that a handler here gets for these packages."""
    names = (_package_name(package) for package in packages)
    return [f"{name}=={importlib.metadata.version(name)}" for name in names if _is_installed(name)]


def _package_name(package: str) -> str:
    return re.split(r"[=<>!~\[; ]", package, maxsplit=1)[0].lower()


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True

"""The copied project, with a sandbox to deploy it to."""

import os
import shutil
from collections.abc import Iterator

import pytest
from support.site import ROOT, Site, sandbox

PROJECT = (
    "Makefile", "snowflake.yml", "requirements.snowflake.txt", "sql", "snowpark", "deploy",
    "dashboard",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("copy")
    for name in PROJECT:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    home = tmp_path_factory.mktemp("sandbox")
    settings = ("SNOWFLAKE", "KAFKA", "MAKE", "MFLAGS")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
    sandbox("up", "--dir", str(home), "--trigger-interval", "0.1")
    try:
        yield Site(folder, home, environment | {"COLUMNS": "120"})
    finally:
        sandbox("down", "--dir", str(home))

"""Fixtures of the pipeline's tests: one account per test process, emptied for each test."""

from collections.abc import Iterator

import pytest
from support.account import Project, deployed_project


@pytest.fixture(scope="session")
def deployed() -> Iterator[Project]:
    with deployed_project() as project:
        yield project


@pytest.fixture
def project(deployed: Project) -> Project:
    deployed.empty()
    return deployed

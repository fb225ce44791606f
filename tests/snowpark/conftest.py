"""Fixtures of the procedures' tests: local testing mode, a deployed account, and each in turn."""

import warnings
from collections.abc import Iterator

import pytest
from snowflake.snowpark import Session
from support.account import Project, deployed_project
from support.local_testing import local_session


@pytest.fixture(autouse=True)
def _pandas_within_local_testing() -> Iterator[None]:
    """Local testing mode works its expressions out with pandas, which warns of how it does it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"snowflake\.snowpark|pandas")
        yield


@pytest.fixture(scope="session")
def local() -> Iterator[Session]:
    with local_session() as session:
        yield session


@pytest.fixture(scope="session")
def deployed() -> Iterator[Project]:
    with deployed_project() as project:
        yield project


@pytest.fixture
def project(deployed: Project) -> Project:
    deployed.empty()
    return deployed


@pytest.fixture
def sandbox(deployed: Project) -> Session:
    """For what local testing mode cannot run: docs/testing.md says why."""
    return deployed.session


@pytest.fixture(params=["local", "sandbox"])
def session(request: pytest.FixtureRequest) -> Session:
    """Local testing mode, then the sandbox: both must give the table that is written out."""
    session: Session = request.getfixturevalue(request.param)
    return session

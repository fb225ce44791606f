"""Fixtures of the pipeline's tests: one account per test process, emptied for each test."""

from collections.abc import Iterator

import pytest
from support.account import Project, deployed_project
from support.flow import tell_the_time
from support.ward import Ward, landed_ward


@pytest.fixture(scope="session")
def deployed() -> Iterator[Project]:
    with deployed_project() as project:
        yield project


@pytest.fixture
def project(deployed: Project) -> Project:
    deployed.empty()
    return deployed


@pytest.fixture(scope="module")
def quiet(deployed: Project) -> Project:
    """The account of a module whose tests write stays alone, at NOW of support.flow."""
    deployed.empty()
    tell_the_time(deployed)
    return deployed


@pytest.fixture
def flow(quiet: Project) -> Project:
    """The account without stays, at NOW of support.flow."""
    quiet.execute("delete from gold.fact_patient_flow")
    return quiet


@pytest.fixture(scope="session")
def ward() -> Iterator[Ward]:
    """Landed once, in an account of its own; tests only read it."""
    with landed_ward() as ward:
        yield ward

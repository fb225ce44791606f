"""Fixtures of the procedures' tests: a session in local testing mode."""

import warnings
from collections.abc import Iterator

import pytest
from snowflake.snowpark import Session
from support.local_testing import local_session


@pytest.fixture(autouse=True)
def _pandas_within_local_testing() -> Iterator[None]:
    """Local testing mode works its expressions out with pandas, which warns of how it does it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"snowflake\.snowpark|pandas")
        yield


@pytest.fixture(scope="session")
def local() -> Iterator[Session]:
    session = local_session()
    yield session
    session.close()

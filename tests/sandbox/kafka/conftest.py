"""A running log per test."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # kafka-python reads its schemas through a deprecated function of importlib.resources
    warnings.simplefilter("ignore", DeprecationWarning)
    from sandbox.kafka.server import KafkaLog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kafka"


@pytest.fixture
def log(folder: Path) -> KafkaLog:
    return KafkaLog(folder)


@pytest.fixture
def address(log: KafkaLog) -> Iterator[str]:
    with log.running() as address:
        yield address

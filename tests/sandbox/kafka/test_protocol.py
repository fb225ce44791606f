"""kafka-python's protocol classes are not its public interface: what is used of them must exist."""

from __future__ import annotations

import ast
import importlib.metadata
from pathlib import Path

import kafka.protocol.admin
import kafka.protocol.consumer
import kafka.protocol.metadata
import kafka.protocol.producer
from kafka.record.default_records import DefaultRecordBatch

import sandbox.kafka.protocol
from sandbox.kafka.protocol import APIS

SOURCES = sorted(Path(sandbox.kafka.protocol.__file__).parent.glob("*.py"))
MODULES = {
    "admin": kafka.protocol.admin,
    "consumer": kafka.protocol.consumer,
    "metadata": kafka.protocol.metadata,
    "producer": kafka.protocol.producer,
}


def used_names(source: Path) -> set[tuple[str, str]]:
    """(module, class) for each `admin.CreateTopicsRequest` and the like in a source file."""
    return {
        (node.value.id, node.attr)
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in MODULES
        and node.attr.endswith(("Request", "Response"))
    }


def test_every_protocol_class_in_use_exists() -> None:
    used = set().union(*(used_names(source) for source in SOURCES))

    assert len(used) >= 2 * len(APIS)
    assert [name for module, name in sorted(used) if not hasattr(MODULES[module], name)] == []


def test_records_are_read_with_the_names_in_use() -> None:
    assert hasattr(DefaultRecordBatch, "__iter__")
    assert importlib.metadata.version("kafka-python").startswith("3.0.")

"""What the sandbox takes from inside other libraries must be there: docs/upstream.md lists where.

Each test says what is gone, so that a new version of a library is first tried here.
"""

import ast
import importlib.metadata
import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import snowflake.connector
import snowflake.snowpark.session
from packaging.requirements import Requirement
from sqlglot import exp

from sandbox.kafka.protocol import APIS
from sandbox.procedure import client
from sandbox.service import Warehouse
from sandbox.warehouse.endpoint import CLIENT_PARAMETERS
from sandbox.warehouse.stream_append import UNCOMMITTED

ROOT = Path(__file__).parents[2]
NEXT_STEP = (
    "Run the tests of the sandbox with the new version, adapt what docs/upstream.md lists for it, "
    "then change the range in pyproject.toml and constraints.txt."
)


def requirements() -> dict[str, Requirement]:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = (
        extras["optional-dependencies"]["sandbox"] + extras["optional-dependencies"]["programs"]
    )
    found: dict[str, Requirement] = {}
    for requirement in map(Requirement, wanted):
        found.setdefault(requirement.name, requirement)
    return found


@pytest.mark.parametrize(
    "library",
    [
        "duckdb",
        "kafka-python",
        "snowflake-connector-python",
        "snowflake-snowpark-python",
        "sqlglot",
    ],
)
def test_the_installed_version_is_in_the_range_that_was_tried(library: str) -> None:
    tried, installed = requirements()[library].specifier, importlib.metadata.version(library)
    assert installed in tried, f"{library} {installed} is not in {tried}. {NEXT_STEP}"
    upper = [clause for clause in tried if clause.operator in ("==", "<")]
    assert upper, f"{library} has no upper bound in pyproject.toml: its insides may change any day."


def trees() -> Iterator[ast.AST]:
    """The syntax trees of the modules that work with sqlglot's."""
    for file in sorted((ROOT / "sandbox").rglob("*.py")):
        if "sqlglot" in (text := file.read_text()):
            yield ast.parse(text)


def test_every_node_of_sqlglot_in_use_exists() -> None:
    used = {
        node.attr
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "exp"
    }
    assert len(used) > 200
    gone = sorted(name for name in used if not hasattr(exp, name))
    assert not gone, f"sqlglot.exp has no {', '.join(gone)} any more. {NEXT_STEP}"


def used_keys() -> set[str]:
    """The children of nodes that are named by text: node.args["from_"], node.set("where", ...)."""
    keys = set()
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if isinstance(node, ast.Subscript):
            owner, first = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner = node.func.value if node.func.attr == "get" else node.func
            first = node.args[0]
        else:
            continue
        is_key = isinstance(first, ast.Constant) and isinstance(first.value, str)
        if is_key and isinstance(owner, ast.Attribute) and owner.attr in ("args", "set", "text"):
            keys.add(first.value)
    return keys


def test_every_child_of_a_node_in_use_has_its_name() -> None:
    known: set[str] = set()
    for kind in vars(exp).values():
        if isinstance(kind, type) and issubclass(kind, exp.Expr):
            known.update(kind.arg_types)
    used = used_keys()
    assert {"from_", "whens", "this"} <= used
    gone = sorted(used - known)
    assert not gone, f"no node of sqlglot has {', '.join(gone)} any more. {NEXT_STEP}"


def test_the_messages_of_kafka_python_can_be_read_and_written() -> None:
    of_message = ("API_KEY", "fields", "decode", "encode", "with_header")
    of_field = (
        "name",
        "tag",
        "type_str",
        "for_version_q",
        "nullable_for_version_q",
        "is_array",
        "is_struct_array",
    )
    gone = {
        f"{kind.__name__}.{name}"
        for api in APIS
        for kind in (api.request, api.response)
        for name in of_message
        if not hasattr(kind, name)
    }
    fields: list[Any] = [field for api in APIS for field in api.request().fields.values()]
    gone |= {f"field.{name}" for field in fields for name in of_field if not hasattr(field, name)}
    assert fields
    assert not gone, f"kafka-python's protocol has no {', '.join(sorted(gone))}. {NEXT_STEP}"


def test_a_connection_carries_many_sessions_of_a_handler() -> None:
    """What `sandbox.procedure.client` uses, in use."""
    before = set(snowflake.snowpark.session._active_sessions)
    with Warehouse() as warehouse:
        warehouse.account.create_database("D")
        connection = client.connect(warehouse.server.port)
        inside = ("_database", "_schema", "_role", "_warehouse")
        gone = [name for name in inside if not hasattr(connection, name)]
        assert not gone, f"the connector's connection has no {', '.join(gone)}. {NEXT_STEP}"
        names = []
        for schema in ("PUBLIC", "INFORMATION_SCHEMA"):
            with client.session(connection, "D", schema, "ACCOUNTADMIN", None) as session:
                names.append(session.get_fully_qualified_current_schema())
                assert session.sql("select 1").collect()[0][0] == 1
        assert names == ['"D"."PUBLIC"', '"D"."INFORMATION_SCHEMA"']
        assert client.token(connection)
        assert not connection.is_closed(), f"Snowpark closed a borrowed connection. {NEXT_STEP}"
        assert snowflake.snowpark.session._active_sessions == before
        connection.close()


def test_snowpark_still_asks_for_the_parameters_a_login_is_answered_with() -> None:
    text = inspect.getsource(snowflake.snowpark.session)
    sent = [name for name in CLIENT_PARAMETERS if name.startswith("PYTHON_SNOWPARK_")]
    assert len(sent) == 3
    gone = [name for name in sent if name.removesuffix("_VERSION") not in text]
    assert not gone, f"Snowpark does not read {', '.join(gone)} any more. {NEXT_STEP}"


def test_duckdb_numbers_rows_as_the_streams_expect() -> None:
    """In the order of their commits, and rows that are not committed yet from UNCOMMITTED on."""
    duck = duckdb.connect()
    duck.execute("create table t as select 1 as a union all select 2")
    other = duck.cursor()
    other.execute("begin; insert into t values (3)")
    duck.execute("insert into t values (4)")
    numbers = other.execute("select rowid from t order by rowid").fetchall()
    other.execute("commit")
    committed = duck.execute("select rowid, a from t order by rowid").fetchall()
    assert numbers == [(0,), (1,), (UNCOMMITTED,)], f"DuckDB numbers rows otherwise. {NEXT_STEP}"
    assert committed == [(0, 1), (1, 2), (2, 4), (3, 3)], f"not by commit any more. {NEXT_STEP}"

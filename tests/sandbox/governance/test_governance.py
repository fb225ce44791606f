"""What is about the sandbox itself: restarts, logins, and that its own role is asked nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from snowflake.connector.errors import DatabaseError, ProgrammingError

from sandbox.service import Warehouse
from sandbox.warehouse.hook import hooks

Run = Callable[..., list[tuple[Any, ...]]]


def connect(warehouse: Warehouse, **options: Any) -> Any:
    return snowflake.connector.connect(
        **warehouse.connection_parameters | {"database": "CARE", "schema": "PUBLIC"} | options
    )


def run(warehouse: Warehouse, *statements: str, **options: Any) -> list[tuple[Any, ...]]:
    """The rows of the last statement, in a session of its own."""
    with closing(connect(warehouse, **options)) as connection:
        cursor = connection.cursor()
        for text in statements:
            cursor.execute(text)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse() as warehouse:
        warehouse.account.create_database("CARE")
        yield warehouse


def key_pair() -> tuple[bytes, str]:
    """A private key as the connector takes it, a public key as CREATE USER takes it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


def test_grants_tags_and_policies_survive_a_restart(tmp_path: Path) -> None:
    with Warehouse(tmp_path) as warehouse:
        warehouse.account.create_database("CARE")
        run(
            warehouse,
            "create role reader",
            "grant role reader to user sandbox",
            "grant usage on database care to role reader",
            "grant usage on schema public to role reader",
            "create table patient as select 1 as id, 'Ann' as name",
            "create view v as select name from patient",
            "grant select on table patient to role reader",
            "grant select on future tables in schema public to role reader",
            "create tag phi",
            "create masking policy hide as (n varchar) returns varchar -> '*'",
            "alter tag phi set masking policy hide",
            "alter table patient modify column name set tag phi = 'yes'",
        )
    with Warehouse(tmp_path) as warehouse:
        assert run(warehouse, "select * from v") == [("*",)]
        assert run(warehouse, "select id, name from patient", role="reader") == [(1, "*")]
        with pytest.raises(ProgrammingError, match="Insufficient privileges"):
            run(warehouse, "delete from patient", role="reader")
        run(warehouse, "create table later as select 2 as id")
        assert run(warehouse, "select id from later", role="reader") == [(2,)]


def test_what_a_dropped_schema_held_is_forgotten(warehouse: Warehouse) -> None:
    run(
        warehouse,
        "create role keeper",
        "create schema gone",
        "create table gone.t (id int)",
        "grant select on table gone.t to role keeper",
        "drop schema gone",
        "create schema gone",
        "create table gone.t (id int)",
    )
    assert run(warehouse, "show grants to role keeper") == []


def test_the_sandboxs_own_role_is_asked_nothing(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(warehouse, "create table mine (id int)")

    def fail(*_: object) -> None:
        raise AssertionError("asked")

    for name in ("run", "access", "call", "protect", "protect_target"):
        monkeypatch.setattr(hooks, name, fail)
    assert run(warehouse, "insert into mine values (1)", "select * from mine") == [(1,)]


def test_a_user_logs_in_with_its_default_role(warehouse: Warehouse) -> None:
    run(
        warehouse,
        "create role nurse",
        "create user ann default_role = nurse default_namespace = 'care.public' "
        "default_secondary_roles = ()",
        "grant role nurse to user ann",
    )
    asked = "select current_user(), current_role(), current_database(), current_available_roles()"
    assert run(warehouse, asked, user="ann") == [("ANN", "NURSE", "CARE", '["NURSE", "PUBLIC"]')]
    with pytest.raises(ProgrammingError, match="is not assigned to the executing user"):
        run(warehouse, "use role sysadmin", user="ann")
    with pytest.raises(DatabaseError, match="does not exist or not authorized"):
        run(warehouse, "select 1", user="ann", role="accountadmin")
    run(warehouse, "alter user ann set disabled = true")
    with pytest.raises(DatabaseError, match="User access disabled"):
        run(warehouse, "select 1", user="ann")


def test_nobody_logs_in_under_a_name_that_is_not_there(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError, match="Incorrect username or password"):
        run(warehouse, "select 1", user="nobody")


def test_a_service_user_logs_in_with_its_own_key_only(warehouse: Warehouse) -> None:
    (private, public), (other, _) = key_pair(), key_pair()
    run(warehouse, f"create user loader type = service rsa_public_key = '{public}'")
    service = {"user": "loader", "password": None, "authenticator": "SNOWFLAKE_JWT"}
    assert run(warehouse, "select current_user()", **service, private_key=private) == [("LOADER",)]
    with pytest.raises(DatabaseError, match="JWT token is invalid"):
        run(warehouse, "select 1", **service, private_key=other)
    with pytest.raises(DatabaseError, match="Incorrect username or password"):
        run(warehouse, "select 1", user="loader")
    run(warehouse, f"alter user loader set rsa_public_key_2 = '{public}'")

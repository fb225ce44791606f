"""Users: kept and shown; secrets are never shown."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented
from support.staff import Staff


@documented("sql-reference/sql/create-user", "create user ... type = service")
def test_a_service_user_is_described(account: Account, staff: Staff) -> None:
    role = staff.role("loader")
    name = staff.user(
        "loader", f"type = service default_role = {role} comment = 'writes raw' disabled = false"
    )
    found = {row["property"]: row["value"] for row in account.rows(f"describe user {name}")}
    assert (found["NAME"], found["LOGIN_NAME"]) == (name, name)
    assert found["DEFAULT_ROLE"] == role
    assert found["COMMENT"] == "writes raw"
    [row] = account.rows(f"show users like '{name}'")
    assert (row["default_role"], row["disabled"], row["type"]) == (role, "false", "SERVICE")
    assert (row["has_password"], row["has_rsa_public_key"]) == ("false", "false")


@documented("user-guide/admin-user-management", "service users have no password and no first name")
@pytest.mark.parametrize("property_", ["password = 'Abcdefgh123456'", "first_name = 'A'"])
def test_a_service_user_has_no_properties_of_a_person(
    account: Account, staff: Staff, property_: str
) -> None:
    name = staff.name("loader")
    account.error(f"create user {name} type = service {property_}")
    assert account.rows(f"show users like '{name}'") == []


@documented("sql-reference/sql/create-user", "create user: password is never shown")
def test_a_password_is_never_shown(account: Account, staff: Staff) -> None:
    name = staff.user("ann", "password = 'Secret-of-ann-1234' must_change_password = true")
    shown = str(account(f"describe user {name}")) + str(account(f"show users like '{name}'"))
    assert "Secret-of-ann" not in shown
    assert account.rows(f"show users like '{name}'")[0]["has_password"] == "true"


@documented("sql-reference/sql/alter-user", "alter user ... set, unset, rename to")
def test_a_user_can_be_changed(account: Account, staff: Staff) -> None:
    name = staff.user("ann", "email = 'ann@example.org'")
    account(f"alter user {name} set comment = 'c', disabled = true")
    [row] = account.rows(f"show users like '{name}'")
    assert (row["comment"], row["disabled"], row["email"]) == ("c", "true", "ann@example.org")
    account(f"alter user {name} unset comment")
    new = staff.made("user", staff.name("beth"))
    account(f"alter user {name} rename to {new}")
    [row] = account.rows(f"show users like '{new}'")
    assert row["comment"] in ("", None)
    assert account.rows(f"show users like '{name}'") == []


@documented("sql-reference/sql/drop-user", "drop user [if exists]")
def test_a_user_can_be_dropped(account: Account, staff: Staff) -> None:
    name = staff.user("ann")
    account.error(f"create user {name}")
    account(f"create user if not exists {name}")
    account(f"drop user {name}")
    account(f"drop user if exists {name}")
    assert "does not exist or not authorized" in account.error(f"describe user {name}")


@documented("sql-reference/sql/create-user", "create user ... default_secondary_roles")
def test_all_roles_are_secondary_unless_said_otherwise(account: Account, staff: Staff) -> None:
    every, none = staff.user("a"), staff.user("b", "default_secondary_roles = ()")
    for name, expected in ((every, '["ALL"]'), (none, "[]")):
        assert account.rows(f"show users like '{name}'")[0]["default_secondary_roles"] == expected

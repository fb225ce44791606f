"""Tags: their values, where they are set, and who inherits them."""

from __future__ import annotations

from support.conformance import Account, documented
from support.staff import Staff


@documented("sql-reference/sql/create-tag", "create tag ... allowed_values, show tags")
def test_a_tag_is_shown_with_its_allowed_values(account: Account) -> None:
    account("create tag phi allowed_values 'name', 'date' comment = 'protected'")
    account("create tag if not exists phi")
    account.error("create tag phi")
    [row] = account.rows("show tags in schema")
    assert (row["name"], row["comment"]) == ("PHI", "protected")
    assert row["allowed_values"].replace(" ", "") == '["name","date"]'


@documented(
    "sql-reference/sql/alter-tag", "alter tag ... add, drop, unset allowed_values; set comment"
)
def test_the_allowed_values_of_a_tag_can_change(account: Account) -> None:
    account("create table t (id int)")
    account("create tag phi allowed_values 'name'")
    account.error("alter table t set tag phi = 'date'")
    account("alter tag phi add allowed_values 'date'")
    account("alter table t set tag phi = 'date'")
    account("alter tag phi drop allowed_values 'name'")
    account.error("alter table t set tag phi = 'name'")
    account("alter tag phi unset allowed_values")
    account("alter table t set tag phi = 'anything'")
    account("alter tag phi set comment = 'c'")
    assert account.rows("show tags in schema")[0]["comment"] == "c"


@documented("sql-reference/sql/create-or-alter", "create or alter tag")
def test_create_or_alter_changes_a_tag(account: Account) -> None:
    account("create or alter tag phi allowed_values 'a'")
    account("create or alter tag phi allowed_values 'a', 'b' comment = 'c'")
    [row] = account.rows("show tags in schema")
    assert (row["allowed_values"].replace(" ", ""), row["comment"]) == ('["a","b"]', "c")


@documented("sql-reference/functions/system_get_tag", "set tag, unset tag, system$get_tag")
def test_the_value_of_a_tag_can_be_asked(account: Account) -> None:
    account("create tag phi")
    account("create table t (id int, name varchar)")
    account("create view v as select id from t")
    account("alter table t set tag phi = 'table'")
    account("alter view v set tag phi = 'view'")
    account("alter table t modify column name set tag phi = 'column'")
    assert account.one("system$get_tag('phi', 't', 'table')") == "table"
    assert account.one("system$get_tag('phi', 'v', 'table')") == "view"
    assert account.one("system$get_tag('phi', 't.name', 'column')") == "column"
    account("alter table t modify column name unset tag phi")
    assert account.one("system$get_tag('phi', 't.name', 'column')") == "table"
    account("alter table t unset tag phi")
    assert account.one("system$get_tag('phi', 't.name', 'column')") is None


@documented(
    "user-guide/object-tagging/inheritance", "a tag of a schema holds for its tables and columns"
)
def test_objects_inherit_the_tags_of_what_they_are_in(account: Account) -> None:
    account("create tag cost")
    account("create table t (id int)")
    account(f"alter schema {account.schema} set tag cost = 'icu'")
    assert account.one(f"system$get_tag('cost', '{account.schema}', 'schema')") == "icu"
    assert account.one("system$get_tag('cost', 't', 'table')") == "icu"
    assert account.one("system$get_tag('cost', 't.id', 'column')") == "icu"
    account("alter table t set tag cost = 'er'")
    assert account.one("system$get_tag('cost', 't.id', 'column')") == "er"


@documented("sql-reference/functions/tag_references", "information_schema.tag_references")
def test_the_tags_of_an_object_are_listed_with_their_level(account: Account) -> None:
    account("create tag cost")
    account("create tag phi")
    account("create table t (id int, name varchar)")
    account(f"alter schema {account.schema} set tag cost = 'icu'")
    account("alter table t set tag phi = 'yes'")
    found = account(
        "select tag_name, tag_value, level, apply_method, object_name, domain from "
        "table(information_schema.tag_references"
        f"('{account.database}.{account.schema}.t', 'table')) order by tag_name"
    )
    assert found == [
        ("COST", "icu", "SCHEMA", "INHERITED", "T", "TABLE"),
        ("PHI", "yes", "TABLE", "MANUAL", "T", "TABLE"),
    ]


@documented(
    "sql-reference/functions/tag_references_all_columns",
    "information_schema.tag_references_all_columns",
)
def test_the_tags_of_all_columns_are_listed(account: Account) -> None:
    account("create tag phi")
    account("create table t (id int, name varchar)")
    account("alter table t set tag phi = 'low'")
    account("alter table t modify column name set tag phi = 'high'")
    found = account(
        "select column_name, tag_name, tag_value, level from "
        "table(information_schema.tag_references_all_columns"
        f"('{account.database}.{account.schema}.t', 'table')) order by column_name"
    )
    assert found == [("ID", "PHI", "low", "TABLE"), ("NAME", "PHI", "high", "COLUMN")]


@documented("sql-reference/sql/create-table", "with tag in create table, view and schema")
def test_a_tag_can_be_set_where_the_object_is_created(account: Account) -> None:
    account("create tag phi")
    tag = f"{account.database}.{account.schema}.phi"
    schema = f"{account.schema}_TAGGED"
    account(f"create schema {schema} comment = 'c' with tag ({tag} = 's')")
    try:
        account(f"create table {schema}.t (id int with tag ({tag} = 'c')) with tag ({tag} = 't')")
        account(f"create view {schema}.v with tag ({tag} = 'v') as select id from {schema}.t")
        found = account(
            f"select system$get_tag('{tag}', '{schema}', 'schema'),"
            f" system$get_tag('{tag}', '{schema}.t', 'table'),"
            f" system$get_tag('{tag}', '{schema}.t.id', 'column'),"
            f" system$get_tag('{tag}', '{schema}.v', 'table')"
        )
        assert found == [("s", "t", "c", "v")]
    finally:
        account(f"drop schema {schema}")


@documented("user-guide/object-tagging/work", "tags on warehouse, role, user, stage, task")
def test_other_objects_have_tags_too(account: Account, staff: Staff) -> None:
    account("create tag cost")
    role, user = staff.role("loader"), staff.user("loader")
    account("create stage st")
    account("create task k schedule = '60 minute' as select 1")
    for kind, name in (("role", role), ("user", user), ("stage", "st"), ("task", "k")):
        account(f"alter {kind} {name} set tag cost = '{kind}'")
        assert account.one(f"system$get_tag('cost', '{name}', '{kind}')") == kind
        account(f"alter {kind} {name} unset tag cost")
        assert account.one(f"system$get_tag('cost', '{name}', '{kind}')") is None


@documented("sql-reference/sql/drop-tag", "drop tag [if exists]")
def test_a_dropped_tag_is_on_nothing(account: Account) -> None:
    account("create tag phi")
    account("create table t (id int)")
    account("alter table t set tag phi = 'x'")
    account("drop tag phi")
    account("drop tag if exists phi")
    assert account.rows("show tags in schema") == []
    account("create tag phi")
    assert account.one("system$get_tag('phi', 't', 'table')") is None


@documented("sql-reference/sql/alter-table", "set tag with a tag that is not there")
def test_a_tag_must_be_there(account: Account) -> None:
    account("create table t (id int)")
    assert "does not exist or not authorized" in account.error("alter table t set tag nope = 'x'")
    account("create tag phi")
    assert "does not exist or not authorized" in account.error("alter table no set tag phi = 'x'")


@documented("sql-reference/sql/create-table", "create or replace table: its tags are gone")
def test_a_replaced_table_has_no_tags(account: Account) -> None:
    account("create tag phi")
    account("create table t (id int)")
    account("alter table t set tag phi = 'x'")
    account("create or replace table t (id int)")
    assert account.one("system$get_tag('phi', 't', 'table')") is None


@documented("sql-reference/sql/create-or-alter", "create or alter table keeps tags and policies")
def test_create_or_alter_keeps_tags_and_policies(account: Account) -> None:
    account("create tag phi")
    account("create masking policy hide as (v varchar) returns varchar -> '*'")
    account("create or alter table t (name varchar)")
    account("insert into t values ('Ann')")
    account("alter table t set tag phi = 'x'")
    account("alter table t modify column name set masking policy hide")
    account("create or alter table t (name varchar, id int)")
    assert account.one("system$get_tag('phi', 't', 'table')") == "x"
    assert account("select * from t") == [("*", None)]


@documented("user-guide/object-tagging/work", "apply tag on account, apply on tag")
def test_setting_a_tag_needs_a_privilege(account: Account, staff: Staff) -> None:
    role = staff.visitor("steward")
    account("create tag phi")
    account("create table t (id int)")
    account(f"grant select on table t to role {role}")
    with staff.acting(role):
        account.error("alter table t set tag phi = 'x'")
    account(f"grant apply tag on account to role {role}")
    with staff.acting(role):
        account("alter table t set tag phi = 'x'")
    assert account.one("system$get_tag('phi', 't', 'table')") == "x"


@documented("user-guide/object-tagging/work", "apply on tag, for the owner of the object")
def test_an_owner_sets_the_tags_it_may_apply(account: Account, staff: Staff) -> None:
    role = staff.visitor("owner")
    account("create tag phi")
    account(f"grant create table on schema {account.schema} to role {role}")
    with staff.acting(role):
        account("create table t (id int)")
        account.error("alter table t set tag phi = 'x'")
    account(f"grant apply on tag phi to role {role}")
    with staff.acting(role):
        account("alter table t set tag phi = 'x'")
    assert account.one("system$get_tag('phi', 't', 'table')") == "x"


@documented("sql-reference/sql/alter-table", "rename: tags, policies and grants go along")
def test_a_renamed_table_keeps_what_was_set_on_it(account: Account, staff: Staff) -> None:
    role = staff.visitor("reader")
    account("create tag phi")
    account("create masking policy hide as (v varchar) returns varchar -> '*'")
    account("create table t as select 'Ann' as name, 1 as id")
    account("alter table t set tag phi = 'x'")
    account("alter table t modify column name set masking policy hide")
    account(f"grant select on table t to role {role}")
    account("alter table t rename to u")
    account("alter table u rename column name to called")
    assert account.one("system$get_tag('phi', 'u', 'table')") == "x"
    with staff.acting(role):
        assert account("select called, id from u") == [("*", 1)]


@documented("sql-reference/sql/alter-tag", "set masking policies, replaced by force at the end")
def test_force_replaces_the_policies_of_a_tag(account: Account) -> None:
    for name, kind in (("hide", "varchar"), ("other", "varchar"), ("less", "number")):
        account(f"create masking policy {name} as (val {kind}) returns {kind} -> null")
    account("create tag secret")
    account("alter tag secret set masking policy hide")
    account.error("alter tag secret set masking policy other")
    account("alter tag secret set masking policy other, masking policy less force")
    account.error("alter tag secret set masking policy hide force, masking policy less")
    account("alter tag secret unset masking policy other, masking policy less")
    account("drop tag secret")

"""Row access policies: which rows a role gets to see, change and count."""

from __future__ import annotations

from support.conformance import Account, documented
from support.staff import Staff


def by_hospital(account: Account) -> None:
    """A table of three rows, of which everybody sees those of H1."""
    account("create table stay (id int, hospital varchar)")
    account("insert into stay values (1, 'H1'), (2, 'H2'), (3, 'H1')")
    account(
        "create row access policy of_h1 as (hospital varchar) returns boolean -> hospital = 'H1'"
    )
    account("alter table stay add row access policy of_h1 on (hospital)")


@documented(
    "sql-reference/sql/create-row-access-policy",
    "create row access policy, add to a table, enforced",
)
def test_rows_the_policy_does_not_allow_are_not_there(account: Account) -> None:
    by_hospital(account)
    account("create view v as select hospital, count(*) as stays from stay group by hospital")
    assert account("select id from stay order by id") == [(1,), (3,)]
    assert account("select count(*) from stay") == [(2,)]
    assert account("select * from v") == [("H1", 2)]
    assert account("select a.id from stay a join stay b on a.id = b.id order by 1") == [(1,), (3,)]
    account("create table copy as select * from stay")
    assert account("select count(*) from copy") == [(2,)]


@documented("user-guide/security-row-intro", "rows selected by update, delete and merge")
def test_hidden_rows_are_neither_updated_nor_deleted(account: Account) -> None:
    by_hospital(account)
    account("update stay set id = id + 10")
    account("delete from stay where id = 13")
    account("insert into stay values (4, 'H2')")
    account(
        "merge into stay t using (select 2 as id) s on t.id = s.id "
        "when matched then delete when not matched then insert (id, hospital) values (99, 'H1')"
    )
    account("alter table stay drop row access policy of_h1")
    assert account("select * from stay order by id") == [
        (2, "H2"), (4, "H2"), (11, "H1"), (99, "H1"),
    ]  # fmt: skip


@documented("user-guide/security-row-using", "a mapping table of roles")
def test_a_mapping_table_gives_each_role_its_rows(account: Account, staff: Staff) -> None:
    one, two, none = staff.visitor("one"), staff.visitor("two"), staff.visitor("none")
    account("create table allowed (role varchar, hospital varchar)")
    account(f"insert into allowed values ('{one}', 'H1'), ('{two}', 'H1'), ('{two}', 'H2')")
    account("create table stay (id int, hospital varchar)")
    account("insert into stay values (1, 'H1'), (2, 'H2'), (3, 'H3')")
    account(
        "create row access policy mapped as (place varchar) returns boolean -> exists (select 1 "
        f"from {account.database}.{account.schema}.allowed a "
        "where a.hospital = place and a.role = current_role())"
    )
    account("alter table stay add row access policy mapped on (hospital)")
    account(f"grant select on table stay to role {one}")
    account(f"grant select on table stay to role {two}")
    account(f"grant select on table stay to role {none}")
    for role, expected in ((one, [(1,)]), (two, [(1,), (2,)]), (none, [])):
        with staff.acting(role):
            assert account("select id from stay order by id") == expected
            account.error("select * from allowed")


@documented("sql-reference/functions/is_role_in_session", "is_role_in_session of a column")
def test_a_column_can_name_the_role_that_sees_a_row(account: Account, staff: Staff) -> None:
    one, two = staff.visitor("one"), staff.visitor("two")
    account("create table note (id int, reader varchar)")
    account(f"insert into note values (1, '{one}'), (2, '{two}'), (3, 'PUBLIC')")
    account(
        "create row access policy own as (reader varchar) returns boolean -> "
        "is_role_in_session(reader)"
    )
    account("alter table note add row access policy own on (reader)")
    account(f"grant select on table note to role {one}")
    with staff.acting(one):
        assert account("select id from note order by id") == [(1,), (3,)]


@documented("sql-reference/sql/alter-view", "add, drop row access policy on a view")
def test_a_view_has_a_row_policy_of_its_own(account: Account) -> None:
    account("create table stay as select column1 as id from values (1), (2), (3)")
    account("create view v as select id from stay")
    account("create row access policy large as (n number) returns boolean -> n > 1")
    account("alter view v add row access policy large on (id)")
    assert account("select id from v order by id") == [(2,), (3,)]
    assert account("select count(*) from stay") == [(3,)]
    account("alter view v drop row access policy large")
    assert account("select count(*) from v") == [(3,)]


@documented("sql-reference/sql/alter-table", "drop all row access policies; one per table")
def test_a_table_has_one_row_policy(account: Account) -> None:
    by_hospital(account)
    account("create row access policy other as (h varchar) returns boolean -> true")
    account.error("alter table stay add row access policy other on (hospital)")
    account.error("drop row access policy of_h1")
    account(
        "alter table stay drop row access policy of_h1, add row access policy other on (hospital)"
    )
    assert account("select count(*) from stay") == [(3,)]
    account("drop row access policy of_h1")
    account("alter table stay drop all row access policies")
    account("drop row access policy other")


@documented("sql-reference/sql/create-table", "with row access policy in create table")
def test_a_row_policy_can_be_set_where_the_table_is_created(account: Account) -> None:
    account("create row access policy of_h1 as (h varchar) returns boolean -> h = 'H1'")
    account(
        "create table stay (id int, hospital varchar) with row access policy of_h1 on (hospital)"
    )
    account("insert into stay values (1, 'H1'), (2, 'H2')")
    assert account("select id from stay") == [(1,)]


@documented("sql-reference/sql/alter-row-access-policy", "alter row access policy ... set body ->")
def test_a_new_body_acts_at_once(account: Account) -> None:
    by_hospital(account)
    account("alter row access policy of_h1 set body -> hospital = 'H2'")
    assert account("select id from stay") == [(2,)]
    [row] = account.rows("describe row access policy of_h1")
    assert (row["name"], row["return_type"]) == ("OF_H1", "BOOLEAN")
    [shown] = account.rows("show row access policies in schema")
    assert (shown["name"], shown["kind"]) == ("OF_H1", "ROW_ACCESS_POLICY")


@documented(
    "user-guide/security-row-intro", "a column is in a masking or a row access policy, not in both"
)
def test_a_column_is_not_in_both_kinds_of_policies(account: Account) -> None:
    by_hospital(account)
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    account.error("alter table stay modify column hospital set masking policy hide")


@documented(
    "user-guide/tag-based-masking-policies",
    "a column masked by its tag is in no row access policy",
)
def test_a_column_that_its_tag_masks_is_in_no_row_policy(account: Account) -> None:
    account("create table stay (id int, hospital varchar)")
    account("create tag secret")
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    account("alter tag secret set masking policy hide")
    account("alter table stay modify column hospital set tag secret = 'yes'")
    account("create row access policy of_h1 as (h varchar) returns boolean -> h = 'H1'")
    account.error("alter table stay add row access policy of_h1 on (hospital)")


@documented("sql-reference/functions/policy_references", "policy_references of a row access policy")
def test_where_a_row_policy_is_set_can_be_asked(account: Account) -> None:
    by_hospital(account)
    found = account(
        "select policy_name, policy_kind, ref_entity_name, ref_column_name from "
        "table(information_schema.policy_references(ref_entity_name => "
        f"'{account.database}.{account.schema}.stay', ref_entity_domain => 'table'))"
    )
    assert found == [("OF_H1", "ROW_ACCESS_POLICY", "STAY", None)]

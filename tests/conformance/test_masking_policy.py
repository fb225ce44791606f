"""Masking policies: on columns, on tags, and what a role that they mask gets."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented
from support.staff import Staff


def masked(account: Account, staff: Staff) -> str:
    """A table with a masked column, and the role that the policy lets through."""
    clear = staff.visitor("clear")
    account("create table patient (id int, name varchar)")
    account("insert into patient values (1, 'Ann'), (2, 'Beth'), (3, null)")
    account(
        "create masking policy hide as (val varchar) returns varchar -> "
        f"case when current_role() = '{clear}' then val else '*' end"
    )
    account("alter table patient modify column name set masking policy hide")
    account(f"grant all privileges on table patient to role {clear}")
    return clear


@documented(
    "sql-reference/sql/create-masking-policy", "create masking policy, set on a column, enforced"
)
def test_a_masked_column_is_masked_wherever_it_is_used(account: Account, staff: Staff) -> None:
    clear = masked(account, staff)
    account("create table visit as select 'Ann' as name, 7 as ward")
    expected = [
        ("select name from patient order by id", [("*",), ("*",), ("*",)]),
        ("select id from patient where name = 'Ann'", []),
        ("select name, count(*) from patient group by name", [("*", 3)]),
        ("select p.id, v.ward from patient p join visit v on v.name = p.name", []),
        ("select upper(name) || id from patient where id = 1", [("*1",)]),
        ("select max(name) from patient", [("*",)]),
        ("with q as (select * from patient) select name from q where id = 2", [("*",)]),
        ("select id from patient p where exists (select 1 from visit v where v.name = p.name)", []),
        ("select id from patient qualify row_number() over (partition by name order by id) = 1",
         [(1,)]),
    ]  # fmt: skip
    for query, rows in expected:
        assert account(query) == rows
    account(f"grant select on table visit to role {clear}")
    with staff.acting(clear):
        assert account("select name from patient order by id") == [("Ann",), ("Beth",), (None,)]
        assert account("select id from patient where name = 'Ann'") == [(1,)]
        assert account(expected[3][0]) == [(1, 7)]
        assert account("select id from patient order by id") == [(1,), (2,), (3,)]


@documented("user-guide/security-column-intro", "masking policies and views")
def test_a_view_over_a_masked_table_is_masked(account: Account, staff: Staff) -> None:
    clear = masked(account, staff)
    account("create view plain as select id, name from patient")
    account("create view nested(number, called) as select id, lower(name) from plain")
    account(f"grant select on all views in schema {account.schema} to role {clear}")
    assert account("select called from nested where number = 1") == [("*",)]
    with staff.acting(clear):
        assert account("select called from nested where number = 1") == [("ann",)]


@documented("user-guide/security-column-intro", "a policy of a view acts after the table's")
def test_a_view_has_a_policy_of_its_own(account: Account, staff: Staff) -> None:
    clear = masked(account, staff)
    account("create view v as select id, name from patient")
    account("create masking policy shorten as (val varchar) returns varchar -> left(val, 1)")
    account("alter view v modify column name set masking policy shorten")
    account(f"grant select on view v to role {clear}")
    with staff.acting(clear):
        assert account("select name from v where id = 2") == [("B",)]
        assert account("select name from patient where id = 2") == [("Beth",)]
    assert account("select name from v where id = 2") == [("*",)]


@documented("user-guide/security-column-intro", "DML reads masked values")
def test_a_masked_role_copies_masked_values(account: Account, staff: Staff) -> None:
    masked(account, staff)
    account("create table copy as select id, name from patient where id < 3")
    account("insert into copy select id + 10, name from patient where id = 1")
    assert account("select distinct name from copy") == [("*",)]
    account("update copy set name = p.name || '!' from patient p where p.id = copy.id")
    assert account("select name from copy where id = 1") == [("*!",)]
    account("update patient set id = 9 where name = 'Ann'")
    assert account("select count(*) from patient where id = 9") == [(0,)]
    account("delete from patient where name = 'Ann'")
    assert account("select count(*) from patient") == [(3,)]


@documented("sql-reference/sql/merge", "merge by a role that the policy lets through")
def test_a_merge_keeps_values_for_a_role_let_through(account: Account, staff: Staff) -> None:
    clear = masked(account, staff)
    account("create table target (id int, name varchar)")
    account("create table masked_target (id int, name varchar)")
    for table in ("target", "masked_target"):
        account(f"insert into {table} values (1, 'old')")
        account(f"alter table {table} modify column name set masking policy hide")
        account(f"grant all privileges on table {table} to role {clear}")
    merge = (
        "merge into {} t using (select id, name from patient) p on t.id = p.id "
        "when matched and t.name = 'old' then update set name = p.name "
        "when not matched then insert (id, name) values (p.id, p.name)"
    )
    account(merge.format("masked_target"))
    with staff.acting(clear):
        account(merge.format("target"))
        assert account("select * from target order by id") == [(1, "Ann"), (2, "Beth"), (3, None)]
        # For a masked role `t.name = 'old'` is never true, and the rows it writes are masked.
        assert account("select * from masked_target order by id") == [
            (1, "old"), (2, "*"), (3, "*"),
        ]  # fmt: skip


@documented("user-guide/security-column-intro", "streams on masked tables")
def test_a_stream_of_a_masked_table_is_masked(account: Account, staff: Staff) -> None:
    clear = masked(account, staff)
    account("create stream s on table patient append_only = true")
    account("insert into patient values (4, 'Cleo')")
    account(f"grant select on stream s to role {clear}")
    assert account("select name from s") == [("*",)]
    with staff.acting(clear):
        assert account("select name, metadata$action from s") == [("Cleo", "INSERT")]


@documented("sql-reference/sql/alter-masking-policy", "alter masking policy ... set body ->")
def test_a_new_body_acts_at_once(account: Account, staff: Staff) -> None:
    masked(account, staff)
    assert account("select distinct name from patient") == [("*",)]
    account("alter masking policy hide set body -> coalesce(left(val, 1), '?')")
    assert account("select name from patient order by id") == [("A",), ("B",), ("?",)]
    [row] = account.rows("describe masking policy hide")
    assert row["name"] == "HIDE"
    assert "coalesce" in row["body"].lower()
    assert row["signature"] == "(VAL VARCHAR)"


@documented("sql-reference/sql/create-masking-policy", "conditional masking: using (columns)")
def test_other_columns_decide_what_is_masked(account: Account) -> None:
    account("create table contact (email varchar, visibility varchar)")
    account("insert into contact values ('a@x', 'public'), ('b@x', 'private')")
    account(
        "create masking policy by_visibility as (email varchar, seen varchar) returns varchar -> "
        "case when seen = 'public' then email else '*' end"
    )
    account(
        "alter table contact modify column email set masking policy by_visibility "
        "using (email, visibility)"
    )
    assert account("select email from contact order by visibility") == [("*",), ("a@x",)]


@documented("sql-reference/sql/create-masking-policy", "a policy with a mapping table")
def test_a_mapping_table_decides_who_sees(account: Account, staff: Staff) -> None:
    clear = staff.visitor("clear")
    account("create table entitled (role varchar)")
    account("create table patient as select 'Ann' as name")
    account(
        "create masking policy by_table as (val varchar) returns varchar -> case when exists "
        f"(select 1 from {account.database}.{account.schema}.entitled where role = current_role()) "
        "then val else '*' end"
    )
    account("alter table patient modify column name set masking policy by_table")
    account(f"grant select on table patient to role {clear}")
    with staff.acting(clear):
        assert account("select name from patient") == [("*",)]
    account(f"insert into entitled values ('{clear}')")
    with staff.acting(clear):
        assert account("select name from patient") == [("Ann",)]


@documented(
    "user-guide/security-column-advanced", "is_role_in_session in a policy follows the hierarchy"
)
def test_a_policy_can_follow_the_hierarchy(account: Account, staff: Staff) -> None:
    nurse, doctor = staff.visitor("nurse"), staff.visitor("doctor")
    account(f"grant role {nurse} to role {doctor}")
    account("create table patient as select 'Ann' as name")
    account(
        "create masking policy hide as (val varchar) returns varchar -> "
        f"case when is_role_in_session('{nurse}') then val else '*' end"
    )
    account("alter table patient modify column name set masking policy hide")
    account(f"grant select on table patient to role {nurse}")
    other = staff.visitor("other")
    account(f"grant select on table patient to role {other}")
    for role, expected in ((nurse, "Ann"), (doctor, "Ann"), (other, "*")):
        with staff.acting(role):
            assert account.one("(select name from patient)") == expected


@documented("sql-reference/functions/invoker_role", "invoker_role in a policy: the view's owner")
def test_the_invoker_of_a_view_is_its_owner(account: Account, staff: Staff) -> None:
    owner, reader = staff.visitor("owner"), staff.visitor("reader")
    account("create table patient as select 'Ann' as name")
    account(
        "create masking policy hide as (val varchar) returns varchar -> "
        f"case when invoker_role() = '{owner}' then val else '*' end"
    )
    account("alter table patient modify column name set masking policy hide")
    account("create view v as select name from patient")
    account(f"grant select on table patient to role {reader}")
    account(f"grant select on table patient to role {owner}")
    account(f"grant ownership on view v to role {owner}")
    with staff.acting(owner):
        account(f"grant select on view v to role {reader}")
    with staff.acting(reader):
        assert account("select name from v") == [("Ann",)]
        assert account("select name from patient") == [("*",)]


@documented(
    "user-guide/tag-based-masking-policies", "alter tag ... set masking policy, per data type"
)
def test_a_tag_masks_columns_of_the_types_it_has_policies_for(account: Account) -> None:
    account("create tag phi")
    account("create masking policy text as (val varchar) returns varchar -> '*'")
    account("create masking policy number as (val number) returns number -> -1")
    account("alter tag phi set masking policy text, masking policy number")
    account("create table patient (name varchar, age int, born date, ward varchar)")
    account("insert into patient values ('Ann', 30, '1996-01-01', 'ICU')")
    for column in ("name", "age", "born"):
        account(f"alter table patient modify column {column} set tag phi = 'x'")
    [(name, age, born, ward)] = account("select name, age, born, ward from patient")
    assert (name, age, str(born), ward) == ("*", -1, "1996-01-01", "ICU")
    account("alter tag phi unset masking policy number")
    assert account("select name, age from patient") == [("*", 30)]


@documented("user-guide/tag-based-masking-policies", "a tag on a table or schema masks its columns")
def test_a_tag_of_a_table_masks_its_columns(account: Account) -> None:
    account("create tag phi")
    account("create masking policy text as (val varchar) returns varchar -> '*'")
    account("create masking policy other as (val varchar) returns varchar -> '#'")
    account("alter tag phi set masking policy text")
    account("create table patient as select 'Ann' as name, 'ICU' as ward, 1 as id")
    account("alter table patient set tag phi = 'yes'")
    assert account("select * from patient") == [("*", "*", 1)]
    account("alter table patient modify column ward set masking policy other")
    assert account("select * from patient") == [("*", "#", 1)]
    account("alter table patient unset tag phi")
    assert account("select * from patient") == [("Ann", "#", 1)]


@documented(
    "sql-reference/functions/system_get_tag_on_current_column",
    "system$get_tag_on_current_column in a policy",
)
def test_the_value_of_the_tag_can_decide(account: Account) -> None:
    account("create tag phi")
    tag = f"{account.database}.{account.schema}.phi"
    account(
        "create masking policy by_value as (val varchar) returns varchar -> "
        f"case when system$get_tag_on_current_column('{tag}') = 'open' then val else '*' end"
    )
    account("alter tag phi set masking policy by_value")
    account("create table patient as select 'Ann' as name, 'ICU' as ward")
    account("alter table patient modify column name set tag phi = 'secret'")
    account("alter table patient modify column ward set tag phi = 'open'")
    assert account("select * from patient") == [("*", "ICU")]


@documented(
    "sql-reference/sql/drop-masking-policy", "drop masking policy is refused while it is set"
)
def test_a_policy_that_is_set_cannot_be_dropped(account: Account, staff: Staff) -> None:
    masked(account, staff)
    account.error("drop masking policy hide")
    account.error("create or replace masking policy hide as (v varchar) returns varchar -> '#'")
    assert account("select distinct name from patient") == [("*",)]
    account("alter table patient modify column name unset masking policy")
    assert account("select name from patient where id = 1") == [("Ann",)]
    account("drop masking policy hide")
    account("drop masking policy if exists hide")
    account("create masking policy held as (v varchar) returns varchar -> '#'")
    account("create tag phi")
    account("alter tag phi set masking policy held")
    account.error("drop masking policy held")
    account.error("drop tag phi")


@documented(
    "sql-reference/sql/alter-table-column", "set masking policy ... force; one policy per column"
)
def test_a_column_has_one_policy(account: Account, staff: Staff) -> None:
    masked(account, staff)
    account("create masking policy other as (val varchar) returns varchar -> '#'")
    account.error("alter table patient modify column name set masking policy other")
    account("alter table patient modify column name set masking policy other force")
    assert account("select distinct name from patient") == [("#",)]


@documented("sql-reference/sql/create-table", "with masking policy, with tag in create table")
def test_a_policy_can_be_set_where_the_table_is_created(account: Account) -> None:
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    account("create tag phi")
    account(
        "create table patient (id int, name varchar with masking policy hide with tag (phi = 'x'))"
    )
    account("insert into patient values (1, 'Ann')")
    assert account("select * from patient") == [(1, "*")]
    assert account.one("system$get_tag('phi', 'patient.name', 'column')") == "x"
    account("create view v (id, name with masking policy hide) as select 1, 'Beth'")
    assert account("select * from v") == [(1, "*")]


@documented(
    "sql-reference/sql/alter-table-column", "modify column a set masking policy, column b ..."
)
def test_several_columns_get_policies_at_once(account: Account) -> None:
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    account("create table patient as select 'Ann' as name, 'ICU' as ward")
    account(
        "alter table patient modify column name set masking policy hide, "
        "column ward set masking policy hide"
    )
    assert account("select * from patient") == [("*", "*")]
    account(
        "alter table patient modify column name unset masking policy, "
        "column ward unset masking policy"
    )
    assert account("select * from patient") == [("Ann", "ICU")]


@documented("sql-reference/sql/create-masking-policy", "create masking policy: types must match")
@pytest.mark.parametrize(
    "policy",
    [
        "(val varchar) returns number -> 1",
        "() returns varchar -> 'x'",
        "(val varchar) returns varchar",
    ],
)
def test_a_policy_returns_what_it_takes(account: Account, policy: str) -> None:
    account.error(f"create masking policy p as {policy}")
    assert account.rows("show masking policies in schema") == []


@documented(
    "sql-reference/sql/show-masking-policies", "show masking policies; create if not exists"
)
def test_policies_are_shown(account: Account) -> None:
    account("create masking policy p as (v varchar) returns varchar -> '*' comment = 'c'")
    account("create masking policy if not exists p as (v varchar) returns varchar -> '#'")
    [row] = account.rows("show masking policies in schema")
    assert (row["name"], row["kind"], row["comment"]) == ("P", "MASKING_POLICY", "c")
    account("alter masking policy p set comment = 'd'")
    assert account.rows("show masking policies in schema")[0]["comment"] == "d"


@documented("user-guide/security-column-intro", "apply masking policy on account; apply on policy")
def test_setting_a_policy_needs_a_privilege(account: Account, staff: Staff) -> None:
    role = staff.visitor("steward")
    account("create masking policy hide as (val varchar) returns varchar -> '*'")
    account("create table patient as select 'Ann' as name")
    account(f"grant select on table patient to role {role}")
    change = "alter table patient modify column name set masking policy hide"
    with staff.acting(role):
        account.error(change)
    account(f"grant apply masking policy on account to role {role}")
    with staff.acting(role):
        account(change)
        assert account("select * from patient") == [("*",)]


@documented("sql-reference/functions/policy_references", "information_schema.policy_references")
def test_where_a_policy_is_set_can_be_asked(account: Account, staff: Staff) -> None:
    masked(account, staff)
    by_policy = account(
        "select ref_entity_name, ref_entity_domain, ref_column_name, policy_kind, policy_status "
        "from table(information_schema.policy_references("
        f"policy_name => '{account.database}.{account.schema}.hide'))"
    )
    assert by_policy == [("PATIENT", "TABLE", "NAME", "MASKING_POLICY", "ACTIVE")]
    by_table = account(
        "select policy_name, ref_column_name from table(information_schema.policy_references("
        f"ref_entity_name => '{account.database}.{account.schema}.patient', "
        "ref_entity_domain => 'table'))"
    )
    assert by_table == [("HIDE", "NAME")]
    described = {row["name"]: row["policy name"] for row in account.rows("describe table patient")}
    assert described == {
        "ID": None,
        "NAME": f"{account.database}.{account.schema}.HIDE",
    }


@documented("user-guide/security-column-intro", "masked tables in every place of a FROM clause")
def test_a_masked_table_can_stand_wherever_a_table_can(account: Account) -> None:
    account("create table event (id int, kind varchar, payload variant)")
    account("insert into event select 1, 'a', parse_json('{\"x\": [7, 8]}')")
    account("create view v as select id, kind from event")
    account("create masking policy hide as (val varchar) returns varchar -> val || '*'")
    account(
        "create masking policy keep as (val variant) returns variant -> "
        "case when current_role() = 'NOBODY' then null else val end"
    )
    account("alter table event modify column kind set masking policy hide")
    account("alter table event modify column payload set masking policy keep")
    schema = account.schema
    for query, expected in (
        (f"select {schema}.event.kind from {schema}.event", [("a*",)]),
        (f"select {schema}.v.kind from {schema}.v", [("a*",)]),
        ("select e.kind, f.value::int from event e, lateral flatten(input => e.payload:x) f "
         "order by 2", [("a*", 7), ("a*", 8)]),
        ("select value::int from event, lateral flatten(input => payload:x) order by 1",
         [(7,), (8,)]),
        ("select payload:x[0]::int, payload:x[1]::int from event", [(7, 8)]),
        ("select e.kind from (event e join v on v.kind = e.kind)", [("a*",)]),
        ("select * from v pivot (max(id) for kind in ('a*', 'b'))", [(1, None)]),
        ("select e.* exclude (payload) from event e", [(1, "a*")]),
        ("select kind from event where id in (select id from event where kind = 'a*')", [("a*",)]),
        ("select kind from v union all select kind from event", [("a*",), ("a*",)]),
    ):  # fmt: skip
        assert account(query) == expected, query

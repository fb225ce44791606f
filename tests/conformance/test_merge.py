"""MERGE."""

from __future__ import annotations

from typing import Any

import pytest
from support.conformance import Account, documented

MERGE = "sql-reference/sql/merge"
Row = tuple[Any, ...]


@pytest.fixture
def tables(account: Account) -> Account:
    """The tables of the examples of deterministic and nondeterministic results."""
    account("create table t (k number, v number)")
    account("insert into t values (0, 10)")
    account("create table s (k number, v number)")
    account("insert into s values (0, 11), (0, 12), (0, 13)")
    return account


def rows(account: Account) -> list[Row]:
    return list(account("select * from t order by k, v"))


@documented(MERGE, "merge: several clauses, the first that holds acts")
def test_the_documented_example_of_several_operations(account: Account) -> None:
    account("create table target (id number, val number, status varchar)")
    account(
        "insert into target values (1, 10, 'Production'), (2, 20, 'Alpha'), (3, 30, 'Production')"
    )
    account(
        "create table source (id number, marked varchar, isnewstatus number, newval number, "
        "newstatus varchar)"
    )
    account(
        "insert into source values (1, 'Y', 0, 10, 'Production'), (2, 'N', 1, 50, 'Beta'), "
        "(3, 'N', 0, 60, 'Deprecated'), (4, 'N', 0, 40, 'Production')"
    )
    cursor = account.connection.cursor()
    cursor.execute(
        "merge into target using source on target.id = source.id "
        "when matched and source.marked = 'Y' then delete "
        "when matched and source.isnewstatus = 1 then "
        "update set val = source.newval, status = source.newstatus "
        "when matched then update set val = source.newval "
        "when not matched then insert (id, val, status) "
        "values (source.id, source.newval, source.newstatus)"
    )
    assert [column.name for column in cursor.description] == [
        "number of rows inserted",
        "number of rows updated",
        "number of rows deleted",
    ]
    assert (cursor.rowcount, cursor.fetchall()) == (4, [(1, 2, 1)])
    assert account("select * from target order by id") == [
        (2, 50, "Beta"),
        (3, 60, "Production"),
        (4, 40, "Production"),
    ]


@documented(MERGE, "merge: several source rows update one target row")
@pytest.mark.parametrize(
    "clauses",
    [
        "when matched then update set t.v = s.v",
        "when matched and s.v = 11 then delete when matched then update set t.v = s.v",
    ],
)
def test_a_nondeterministic_merge_is_an_error(tables: Account, clauses: str) -> None:
    message = tables.error(f"merge into t using s on t.k = s.k {clauses}")
    assert "Duplicate row detected during DML action" in message
    assert rows(tables) == [(0, 10)]


@documented(MERGE, "merge: several source rows delete one target row")
@pytest.mark.parametrize(
    "clauses",
    [
        "when matched and s.v <= 12 then delete",
        "when matched then delete",
        "when matched then delete when not matched then insert (k, v) values (s.k, s.v)",
        "when matched and s.v < 12 then delete when matched and s.v < 13 then delete",
    ],
)
def test_several_source_rows_may_delete_one_row(tables: Account, clauses: str) -> None:
    tables("insert into t values (1, 1)")
    result = tables(f"merge into t using s on t.k = s.k {clauses}")
    assert result[0][-1] == 1
    assert rows(tables) == [(1, 1)]


@documented(MERGE, "merge: several source rows delete one target row")
def test_rows_that_are_deleted_updated_and_inserted_by_one_merge(tables: Account) -> None:
    tables("insert into t values (1, 1)")
    tables("insert into s values (1, 5), (2, 6), (2, 6)")
    assert tables(
        "merge into t as old using (select * from s) as new on old.k = new.k "
        "when matched and new.v > 10 then delete "
        "when matched then update set old.v = new.v "
        "when not matched and new.v > 5 then insert (k, v) values (new.k, new.v)"
    ) == [(2, 1, 1)]
    assert rows(tables) == [(1, 5), (2, 6), (2, 6)]


@documented(MERGE, "merge: one source row satisfies an update, the others no clause")
def test_only_rows_that_satisfy_a_clause_count(tables: Account) -> None:
    assert tables(
        "merge into t using s on t.k = s.k when matched and s.v = 11 then update set t.v = s.v"
    ) == [(1,)]
    assert rows(tables) == [(0, 11)]


@documented(MERGE, "merge: group by in the source makes it deterministic")
def test_a_grouped_source_updates_once(tables: Account) -> None:
    tables(
        "merge into t using (select k, max(v) as v from s group by k) as b on t.k = b.k "
        "when matched then update set t.v = b.v when not matched then insert (k, v) "
        "values (b.k, b.v)"
    )
    assert rows(tables) == [(0, 13)]


@documented(MERGE, "merge: duplicate rows that match nothing")
def test_a_source_row_twice_without_a_match_is_inserted_twice(tables: Account) -> None:
    tables("truncate table t")
    tables("insert into s values (0, 11)")
    assert tables(
        "merge into t using s on t.k = s.k when matched then update set t.v = s.v "
        "when not matched then insert (k, v) values (s.k, s.v)"
    ) == [(4, 0)]
    assert rows(tables) == [(0, 11), (0, 11), (0, 12), (0, 13)]


@documented(MERGE, "merge: null keys never match; equal_null matches them")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("t.k = n.k", [(0, 10), (None, 1), (None, 2)]),
        ("equal_null(t.k, n.k)", [(0, 10), (None, 2)]),
    ],
)
def test_null_keys(tables: Account, condition: str, expected: list[Row]) -> None:
    tables("insert into t values (null, 1)")
    tables(
        f"merge into t using (select null::number as k, 2 as v) n on {condition} "
        "when matched then update set v = n.v when not matched then insert (k, v) "
        "values (n.k, n.v)"
    )
    assert rows(tables) == expected


@documented(MERGE, "merge ... when not matched and <predicate>")
def test_rows_no_clause_takes_are_left_alone(tables: Account) -> None:
    assert tables(
        "merge into t using (select column1 as k from values (1), (2)) n on t.k = n.k "
        "when not matched and n.k > 1 then insert (k) values (n.k)"
    ) == [(1,)]
    assert rows(tables) == [(0, 10), (2, None)]


@documented(MERGE, "merge: insert without a list of columns")
def test_an_insert_without_columns_takes_all(tables: Account) -> None:
    tables(
        "merge into t using (select 5 as k) n on t.k = n.k "
        "when not matched then insert values (n.k, 6)"
    )
    assert rows(tables) == [(0, 10), (5, 6)]


@documented(MERGE, "merge: a clause behind one without condition")
def test_an_unreachable_clause_is_an_error(tables: Account) -> None:
    tables.error(
        "merge into t using s on t.k = s.k when matched then delete "
        "when matched and s.v = 1 then update set t.v = s.v"
    )


@documented(MERGE, "merge ... when not matched by source")
def test_when_not_matched_by_source_is_no_clause_of_snowflake(tables: Account) -> None:
    tables.error(
        "merge into t using s on t.k = s.k when not matched by source then delete "
        "when matched then delete"
    )
    assert rows(tables) == [(0, 10)]


@documented(MERGE, "merge: the values of a set are those before the update")
def test_an_update_of_swapped_columns_reads_the_old_values(tables: Account) -> None:
    tables(
        "merge into t using (select 0 as k) n on t.k = n.k "
        "when matched then update set k = t.v, v = t.k"
    )
    assert rows(tables) == [(10, 0)]


@documented(MERGE, "merge that fails")
def test_a_failing_merge_changes_nothing(tables: Account) -> None:
    tables.error(
        "merge into t using (select column1 as k, column2 as x from values (0, '1'), (1, 'y')) n "
        "on t.k = n.k when matched then update set v = to_number(n.x) "
        "when not matched then insert (k, v) values (n.k, to_number(n.x))"
    )
    assert rows(tables) == [(0, 10)]


@documented(MERGE, "merge in a transaction")
def test_a_merge_with_repeated_deletes_keeps_the_transaction(tables: Account) -> None:
    tables("begin")
    tables("insert into t values (1, 1)")
    tables("merge into t using s on t.k = s.k when matched then delete")
    tables("commit")
    assert rows(tables) == [(1, 1)]


@documented(MERGE, "merge ... all by name", "refused")
def test_all_by_name(tables: Account) -> None:
    tables(
        "merge into t using (select 99 as v, 0 as k) n on t.k = n.k "
        "when matched then update all by name when not matched then insert all by name"
    )
    assert rows(tables) == [(0, 99)]

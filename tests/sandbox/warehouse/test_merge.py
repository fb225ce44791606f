"""MERGE, with the examples and rules of https://docs.snowflake.com/en/sql-reference/sql/merge."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError


@pytest.fixture
def tables(sql: Any) -> Any:
    sql("create table target (id number, val number, status varchar)")
    sql("insert into target values (1, 10, 'Production'), (2, 20, 'Alpha'), (3, 30, 'Production')")
    sql(
        "create table source (id number, marked varchar, is_new number, val number, status varchar)"
    )
    return sql


def rows(sql: Any) -> list[tuple[Any, ...]]:
    return list(sql("select * from target order by id, val"))


def test_the_documented_example_of_several_clauses(tables: Any) -> None:
    tables(
        "insert into source values (1, 'Y', 0, 10, 'Production'), (2, 'N', 1, 50, 'Beta'), "
        "(3, 'N', 0, 60, 'Deprecated'), (4, 'N', 0, 40, 'Production')"
    )
    cursor = tables.connection.cursor()
    cursor.execute(
        "merge into target using source on target.id = source.id "
        "when matched and source.marked = 'Y' then delete "
        "when matched and source.is_new = 1 then "
        "update set val = source.val, status = source.status "
        "when matched then update set target.val = source.val "
        "when not matched then insert (id, val, status) "
        "values (source.id, source.val, source.status)"
    )
    assert [column.name for column in cursor.description] == [
        "number of rows inserted",
        "number of rows updated",
        "number of rows deleted",
    ]
    assert cursor.fetchall() == [(1, 2, 1)]
    assert cursor.rowcount == 4
    assert rows(tables) == [
        (2, 50, "Beta"),
        (3, 60, "Production"),
        (4, 40, "Production"),
    ]


@pytest.mark.parametrize(
    "clause", ["update set val = source.val", "update set val = source.val + 1"]
)
def test_two_source_rows_for_one_target_row_are_an_error(tables: Any, clause: str) -> None:
    tables("insert into source (id, val) values (1, 11), (1, 12), (4, 40)")
    with pytest.raises(ProgrammingError) as caught:
        tables(
            f"merge into target using source on target.id = source.id when matched then {clause} "
            "when not matched then insert (id, val) values (source.id, source.val)"
        )
    assert caught.value.errno == 100090
    assert len(rows(tables)) == 3


def test_two_source_rows_that_delete_one_target_row_are_refused(tables: Any) -> None:
    """Snowflake would allow it, being deterministic; DuckDB is stricter, and loud about it."""
    tables("insert into source (id, val) values (1, 11), (1, 12)")
    with pytest.raises(ProgrammingError):
        tables("merge into target using source on target.id = source.id when matched then delete")
    assert len(rows(tables)) == 3


def test_a_source_row_twice_without_a_match_is_inserted_twice(tables: Any) -> None:
    tables("insert into source (id, val) values (9, 1), (9, 2)")
    assert tables(
        "merge into target using source on target.id = source.id "
        "when not matched then insert (id, val) values (source.id, source.val)"
    ) == [(2,)]


def test_null_keys_never_match(tables: Any) -> None:
    tables("insert into target values (null, 0, 'n')")
    tables("insert into source (id, val) values (null, 5)")
    assert tables(
        "merge into target using source on target.id = source.id "
        "when matched then update set val = source.val "
        "when not matched then insert (id, val) values (source.id, source.val)"
    ) == [(1, 0)]


def test_equal_null_matches_null_keys(tables: Any) -> None:
    tables("insert into target values (null, 0, 'n')")
    tables("insert into source (id, val) values (null, 5)")
    assert tables(
        "merge into target using source on equal_null(target.id, source.id) "
        "when matched then update set val = source.val"
    ) == [(1,)]


def test_rows_no_clause_takes_are_not_counted(tables: Any) -> None:
    tables("insert into source (id, val, status) values (1, 10, 'Production'), (2, 21, 'Alpha')")
    assert tables(
        "merge into target using source on target.id = source.id when matched and "
        "(target.val <> source.val or not equal_null(target.status, source.status)) "
        "then update set val = source.val when not matched then insert (id) values (source.id)"
    ) == [(0, 1)]


def test_a_failing_clause_leaves_the_table_as_it_was(tables: Any) -> None:
    tables("insert into source (id, val, status) values (1, 11, '7'), (4, 40, 'x')")
    with pytest.raises(ProgrammingError):
        tables(
            "merge into target using source on target.id = source.id "
            "when matched then update set val = to_number(source.status) "
            "when not matched then insert (id, val) values (source.id, to_number(source.status))"
        )
    assert rows(tables) == [(1, 10, "Production"), (2, 20, "Alpha"), (3, 30, "Production")]


def test_an_update_of_swapped_columns_reads_the_old_values(sql: Any) -> None:
    sql("create table t (id number, a varchar, b varchar)")
    sql("insert into t values (1, 'x', 'y')")
    sql(
        "merge into t using (select 1 as id) s on t.id = s.id "
        "when matched then update set a = t.b, b = t.a"
    )
    assert sql("select a, b from t") == [("y", "x")]


def test_update_and_delete_report_their_counts(tables: Any) -> None:
    cursor = tables.connection.cursor()
    cursor.execute("update target set val = val + 1 where id > 1")
    assert (cursor.rowcount, cursor.fetchall()) == (2, [(2, 0)])
    cursor.execute("delete from target where id > 1")
    assert (cursor.rowcount, cursor.fetchall()) == (2, [(2,)])
    tables("insert overwrite into target select 7, 7, 'only'")
    assert rows(tables) == [(7, 7, "only")]
    tables("truncate table target")
    assert rows(tables) == []

"""Streams."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented

INTRO = "user-guide/streams-intro"
CREATE = "sql-reference/sql/create-stream"
Change = tuple[object, ...]


@pytest.fixture
def source(account: Account) -> Account:
    """A table `t` with one row, an append-only stream `a`, a standard stream `s`, a table `u`."""
    account("create table t (id number, name varchar)")
    account("create table u (id number, name varchar)")
    account("insert into t values (0, 'before')")
    account("create stream a on table t append_only = true comment = 'new rows of t'")
    account("create stream s on table t")
    return account


def ids(account: Account, relation: str) -> list[int]:
    return [row[0] for row in account(f"select id from {relation} order by id")]


def changes(account: Account, stream: str = "s") -> list[Change]:
    """Action, whether it is part of an update, and the row."""
    return list(
        account(
            f"select metadata$action, metadata$isupdate, id, name from {stream} "
            "order by id, metadata$action, name"
        )
    )


@documented(INTRO, "create stream ... append_only = true")
def test_an_append_only_stream_holds_the_rows_inserted_since(source: Account) -> None:
    assert ids(source, "a") == []
    source("insert into t values (1, 'a'), (2, 'b')")
    assert ids(source, "a") == [1, 2]


@documented(INTRO, "create stream ... append_only = true")
def test_an_append_only_stream_does_not_record_updates_and_deletes(source: Account) -> None:
    """10 rows are inserted and 5 of them deleted: the stream records the 10."""
    source("insert into t select seq4() + 1, 'x' from table(generator(rowcount => 10))")
    source("delete from t where id between 1 and 5")
    source("update t set name = 'changed' where id > 5")
    assert source.one("count(*) from a") == 10
    source("insert into u select id, name from a")
    source("truncate table t")
    assert ids(source, "a") == []


@documented(INTRO, "create stream ... append_only = true")
def test_an_append_only_stream_holds_what_a_merge_inserted(source: Account) -> None:
    source(
        "merge into t using (select column1 as id from values (0), (2)) v on t.id = v.id "
        "when matched then update set name = 'z' "
        "when not matched then insert (id, name) values (v.id, 'new')"
    )
    assert source("select id, name from a") == [(2, "new")]


@documented(INTRO, "create stream on table (standard): insert")
def test_a_standard_stream_shows_an_insert(source: Account) -> None:
    source("insert into t values (1, 'a')")
    assert changes(source) == [("INSERT", False, 1, "a")]


@documented(INTRO, "create stream on table (standard): delete")
def test_a_standard_stream_shows_a_delete(source: Account) -> None:
    source("delete from t where id = 0")
    assert changes(source) == [("DELETE", False, 0, "before")]


@documented(INTRO, "create stream on table (standard): update")
def test_a_standard_stream_shows_an_update_as_a_pair(source: Account) -> None:
    source("update t set name = 'after' where id = 0")
    assert changes(source) == [("DELETE", True, 0, "before"), ("INSERT", True, 0, "after")]
    assert source.one("count(distinct metadata$row_id) from s") == 1


@documented(INTRO, "create stream on table (standard): truncate")
def test_a_standard_stream_shows_a_truncate_as_deletes(source: Account) -> None:
    source("truncate table t")
    assert changes(source) == [("DELETE", False, 0, "before")]


@documented(INTRO, "create stream on table (standard): net changes")
@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["insert into t values (1, 'a')", "delete from t where id = 1"], []),
        (
            ["insert into t values (1, 'a')", "update t set name = 'b' where id = 1"],
            [("INSERT", False, 1, "b")],
        ),
        (
            ["update t set name = 'x'", "delete from t where id = 0"],
            [("DELETE", False, 0, "before")],
        ),
        (
            ["update t set name = 'x'", "update t set name = 'y'"],
            [("DELETE", True, 0, "before"), ("INSERT", True, 0, "y")],
        ),
        (
            ["insert into t values (1, 'a'), (2, 'b')", "update t set name = 'c' where id < 2"],
            [
                ("DELETE", True, 0, "before"),
                ("INSERT", True, 0, "c"),
                ("INSERT", False, 1, "c"),
                ("INSERT", False, 2, "b"),
            ],
        ),
    ],
)
def test_a_standard_stream_shows_the_difference_of_two_moments(
    source: Account, statements: list[str], expected: list[Change]
) -> None:
    for statement in statements:
        source(statement)
    assert changes(source) == expected


@documented(INTRO, "create stream on table (standard): merge")
def test_a_standard_stream_shows_what_a_merge_did(source: Account) -> None:
    source("insert into t values (1, 'one'), (2, 'two')")
    source("create or replace stream s on table t")
    source(
        "merge into t using (select column1 as id, column2 as name from "
        "values (0, 'gone'), (1, 'new'), (3, 'three')) v on t.id = v.id "
        "when matched and v.name = 'gone' then delete "
        "when matched then update set name = v.name "
        "when not matched then insert (id, name) values (v.id, v.name)"
    )
    assert changes(source) == [
        ("DELETE", False, 0, "before"),
        ("DELETE", True, 1, "one"),
        ("INSERT", True, 1, "new"),
        ("INSERT", False, 3, "three"),
    ]


@documented(INTRO, "METADATA$ROW_ID")
def test_the_row_id_of_a_row_never_changes(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("create stream other on table t")
    first = source.one("metadata$row_id from s where id = 1")
    source("insert into u select id, name from s")
    source("update t set name = 'b' where id = 1")
    source("update t set name = 'c' where id = 1")
    assert source("select distinct metadata$row_id from s where id = 1") == [(first,)]
    assert source("select distinct metadata$row_id from other where id = 1") == [(first,)]


@documented(INTRO, "METADATA$ROW_ID")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_rows_that_came_after_a_deletion_have_ids_of_their_own(
    source: Account, stream: str
) -> None:
    source("insert into t values (1, 'a')")
    source("delete from t where id = 1")
    for number in (2, 3, 4):
        source(f"insert into t values ({number}, 'b')")
    found = source(f"select distinct metadata$row_id from {stream} where id > 1")
    assert len(found) == 3


@documented(INTRO, "METADATA$ACTION, METADATA$ISUPDATE, METADATA$ROW_ID")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_stream_has_the_columns_of_the_table_and_three_more(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a'), (2, 'b')")
    cursor = source.connection.cursor()
    cursor.execute(f"select * from {stream}")
    assert [column.name for column in cursor.description] == [
        "ID",
        "NAME",
        "METADATA$ACTION",
        "METADATA$ISUPDATE",
        "METADATA$ROW_ID",
    ]
    rows = cursor.fetchall()
    assert {(row[2], row[3]) for row in rows} == {("INSERT", False)}
    assert len({row[4] for row in rows}) == 2


@documented(CREATE, "create stream ... show_initial_rows = true")
@pytest.mark.parametrize("mode", ["append_only = true", ""])
def test_initial_rows_come_alone_and_once(source: Account, mode: str) -> None:
    source(f"create stream full on table t {mode} show_initial_rows = true")
    source("insert into t values (1, 'later')")
    assert changes(source, "full") == [("INSERT", False, 0, "before")]
    source("insert into u select id, name from full")
    assert changes(source, "full") == [("INSERT", False, 1, "later")]


@documented(INTRO, "select from a stream")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_query_does_not_move_the_offset(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source("begin")
    assert ids(source, stream) == [1]
    source("commit")
    assert ids(source, stream) == [1]


@documented(INTRO, "insert into ... select from a stream where ...")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_dml_consumes_the_whole_stream_whatever_its_where(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a'), (2, 'b')")
    source(f"insert into u select id, name from {stream} where 0 = 1")
    assert (ids(source, stream), ids(source, "u")) == ([], [])


@documented(INTRO, "dml that reads a stream")
@pytest.mark.parametrize("stream", ["a", "s"])
@pytest.mark.parametrize(
    "statement",
    [
        "merge into u using {0} s on u.id = s.id when not matched then insert values (s.id, 'x')",
        "update u set name = 'x' from {0} s where u.id = s.id",
        "delete from u using {0} s where u.id = s.id",
        "delete from u where id in (select id from {0})",
        "insert into u with new as (select * from {0}) select id, name from new",
        "create table v as select id from {0}",
        "create temporary table v as select id from {0}",
        "copy into @%u/out/ from (select id from {0})",
    ],
)
def test_every_dml_ctas_and_unload_consumes(source: Account, stream: str, statement: str) -> None:
    source("insert into t values (1, 'a')")
    source(statement.format(stream))
    assert ids(source, stream) == []


@documented(INTRO, "copy into @stage from a stream")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_an_unload_that_is_rolled_back_leaves_the_offset(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source("begin")
    source(f"copy into @%u/out/ from (select id from {stream})")
    source("rollback")
    assert ids(source, stream) == [1]


@documented(INTRO, "dml that fails while it reads a stream")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_failed_dml_leaves_the_offset(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source.error(f"insert into u select to_number(name), name from {stream}")
    assert (ids(source, stream), ids(source, "u")) == ([1], [])


@documented(INTRO, "rollback of a dml that reads a stream")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_rollback_leaves_the_offset(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source("begin")
    source(f"insert into u select id, name from {stream}")
    source("rollback")
    assert (ids(source, stream), ids(source, "u")) == ([1], [])


@documented(INTRO, "repeatable read of a stream in a transaction")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_statements_of_a_transaction_see_the_same_rows(source: Account, stream: str) -> None:
    """The stream stands where the transaction began; its own changes and others' come later."""
    source("insert into t values (1, 'a')")
    with source.another() as other:
        source("begin")
        source(f"insert into u select id, name from {stream}")
        other("insert into t values (2, 'b')")
        source("insert into t values (3, 'c')")
        assert ids(source, stream) == [1]
        source(f"insert into u select id, name from {stream}")
        source("commit")
    assert (ids(source, stream), ids(source, "u")) == ([2, 3], [1, 1])


@documented(INTRO, "repeatable read of a stream in a transaction")
def test_updates_of_the_own_transaction_come_after_its_commit(source: Account) -> None:
    source("begin")
    source("update t set name = 'after'")
    assert changes(source) == []
    source("insert into u select id, name from s")
    source("commit")
    assert ids(source, "u") == []
    assert changes(source) == [("DELETE", True, 0, "before"), ("INSERT", True, 0, "after")]


@documented(INTRO, "repeatable read of a stream in a transaction")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_transaction_reads_a_stream_as_it_was_at_its_begin(source: Account, stream: str) -> None:
    with source.another() as other:
        source("begin")
        other("insert into t values (1, 'a')")
        assert ids(source, stream) == []
        source(f"insert into u select id, name from {stream}")
        source("commit")
    assert (ids(source, stream), ids(source, "u")) == ([1], [])


@documented(INTRO, "repeatable read of a stream after a failed statement")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_failed_statement_of_a_transaction_moves_nothing(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source("begin")
    source("insert into t values (2, 'b')")
    source.error(f"insert into u select to_number(name), name from {stream}")
    assert ids(source, stream) == [1]
    source("commit")
    assert (ids(source, stream), ids(source, "u")) == ([1, 2], [])


@documented(INTRO, "a stream that is read and whose table is changed by one dml")
def test_a_stream_may_be_consumed_into_its_own_table(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("insert into t select id + 10, name from s")
    assert changes(source) == [("INSERT", False, 11, "a")]


@documented(INTRO, "several streams on one table")
def test_streams_of_one_table_are_independent(source: Account) -> None:
    source("create stream other on table t append_only = true")
    source("insert into t values (1, 'a')")
    source("insert into u select id, name from a")
    assert [ids(source, stream) for stream in ("a", "other", "s")] == [[], [1], [1]]


@documented("sql-reference/functions/system_stream_has_data", "system$stream_has_data")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_stream_has_data(source: Account, stream: str) -> None:
    call = f"system$stream_has_data('{stream}')"
    assert source.one(call) is False
    source("insert into t values (1, 'a')")
    assert source.one(call) is True
    source(f"insert into u select id, name from {stream}")
    assert source.one(call) is False
    source.error("select system$stream_has_data('missing')")


@documented(INTRO, "a stream whose table is replaced or dropped")
@pytest.mark.parametrize("stream", ["a", "s"])
@pytest.mark.parametrize("statement", ["create or replace table t (id number)", "drop table t"])
def test_a_stream_cannot_be_read_without_its_table(
    source: Account, stream: str, statement: str
) -> None:
    source("insert into t values (1, 'a')")
    source(statement)
    source.error(f"select * from {stream}")
    source("create table if not exists t (id number)")
    source.error(f"insert into u (id) select id from {stream}")


@documented(INTRO, "a stream whose table is renamed")
@pytest.mark.parametrize("stream", ["a", "s"])
def test_a_stream_follows_its_table_to_another_name(source: Account, stream: str) -> None:
    source("insert into t values (1, 'a')")
    source("alter table t rename to renamed")
    source("insert into renamed values (2, 'b')")
    source("create table t (id number)")
    source("insert into t values (9)")
    assert ids(source, stream) == [1, 2]


@documented(INTRO, "a stream whose table gets a column")
@pytest.mark.parametrize("stream", ["a", "s"])
@pytest.mark.parametrize(
    "statement",
    [
        "alter table t add column extra number",
        "create or alter table t (id number, name varchar, extra number)",
    ],
)
def test_a_new_column_shows_in_the_stream(source: Account, stream: str, statement: str) -> None:
    source("insert into t values (1, 'a')")
    source(statement)
    source("insert into t values (2, 'b', 7)")
    expected = [("INSERT", 1, "a", None), ("INSERT", 2, "b", 7)]
    query = f"select metadata$action, id, name, extra from {stream} order by id"
    assert source(query) == expected
    source(f"insert into u select id, name from {stream}")
    assert ids(source, stream) == []


@documented(CREATE, "create stream if not exists")
def test_create_if_not_exists_keeps_the_offset(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("create stream if not exists a on table t append_only = true")
    assert ids(source, "a") == [1]
    assert "already exists" in source.error("create stream a on table t append_only = true")


@documented(CREATE, "create or replace stream")
@pytest.mark.parametrize("mode", ["append_only = true", ""])
def test_create_or_replace_begins_at_the_current_version(source: Account, mode: str) -> None:
    source("insert into t values (1, 'a')")
    source(f"create or replace stream s on table t {mode}")
    assert ids(source, "s") == []
    source("insert into t values (2, 'b')")
    assert ids(source, "s") == [2]


@documented(CREATE, "create or alter stream")
def test_create_or_alter_changes_the_comment_and_keeps_the_offset(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("create or alter stream a on table t append_only = true comment = 'other'")
    assert source.rows("show streams like 'A'")[0]["comment"] == "other"
    assert ids(source, "a") == [1]


@documented("sql-reference/sql/alter-stream", "alter stream ... set comment")
def test_the_comment_of_a_stream_can_be_set_and_unset(source: Account) -> None:
    source("alter stream a set comment = 'other'")
    assert source.rows("show streams like 'A'")[0]["comment"] == "other"
    source("alter stream a unset comment")
    assert not source.rows("show streams like 'A'")[0]["comment"]
    source.error("alter stream missing set comment = 'x'")
    source("alter stream if exists missing set comment = 'x'")


@documented("sql-reference/sql/drop-stream", "drop stream")
def test_a_dropped_stream_is_gone(source: Account) -> None:
    source("drop stream a")
    source("drop stream s")
    assert "does not exist" in source.error("select * from a")
    assert "does not exist" in source.error("drop stream s")
    source("drop stream if exists s")
    assert source.rows("show streams in schema") == []


@documented("sql-reference/sql/show-streams", "show streams")
def test_show_streams(source: Account) -> None:
    shown = {row["name"]: row for row in source.rows("show streams in schema")}
    table = f"{source.database}.{source.schema}.T"
    assert {
        name: (row["table_name"], row["source_type"], row["type"], row["stale"], row["mode"])
        for name, row in shown.items()
    } == {
        "A": (table, "Table", "DELTA", "false", "APPEND_ONLY"),
        "S": (table, "Table", "DELTA", "false", "DEFAULT"),
    }
    assert shown["A"]["comment"] == "new rows of t"


@documented("sql-reference/sql/desc-stream", "describe stream")
def test_describe_stream(source: Account) -> None:
    [row] = source.rows("describe stream s")
    assert (row["name"], row["mode"], row["type"]) == ("S", "DEFAULT", "DELTA")


@documented(CREATE, "create stream ... insert_only = true on a table")
def test_an_insert_only_stream_is_for_external_tables(source: Account) -> None:
    source.error("create stream i on table t insert_only = true")


@documented(CREATE, "create stream on a missing table")
def test_a_stream_needs_a_table(account: Account) -> None:
    assert "does not exist" in account.error("create stream s on table missing")


@documented(CREATE, "create stream on view", "refused")
def test_a_stream_on_a_view(source: Account) -> None:
    source("create view v as select id, name from t where id > 1")
    source("create stream on_view on view v")
    source("insert into t values (1, 'a'), (2, 'b')")
    assert changes(source, "on_view") == [("INSERT", False, 2, "b")]


@documented(CREATE, "create stream ... clone", "refused")
def test_a_clone_has_the_offset_of_the_stream(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("create stream c clone s")
    assert ids(source, "c") == [1]


@documented(CREATE, "create stream ... at (...)", "refused")
def test_a_stream_can_begin_where_another_stands(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("create stream c on table t at (stream => 's')")
    assert ids(source, "c") == [1]


@documented(INTRO, "select ... changes (...)", "refused")
def test_the_changes_clause(source: Account) -> None:
    source("insert into t values (1, 'a')")
    source("select id from t changes (information => default) at (offset => 0)")

"""Snowflake Scripting: anonymous blocks, EXECUTE IMMEDIATE, procedures in SQL."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented

GUIDE = "developer-guide/snowflake-scripting"
REFERENCE = "sql-reference/snowflake-scripting"
IMMEDIATE = "sql-reference/sql/execute-immediate"


@pytest.mark.parametrize(
    ("block", "value"),
    [
        ("begin return 1 + 1; end", 2),
        ("begin let x := 1; let y int := :x + 1; return x + y; end", 3),
        ("declare x int default 4; name varchar; begin name := 'n' || x; return name; end", "n4"),
        ("begin let x := 5; x := x * 2; return x; end", 10),
        ("begin let x varchar := null; return x; end", None),
        ("declare x int; begin x := (select 3); return x; end", 3),
        ("begin let x := 1; begin let y := 2; x := x + y; end; return x; end", 3),
    ],
)
@documented(f"{GUIDE}/variables", "declare, let, := and return in a block")
def test_variables_hold_values(account: Account, block: str, value: object) -> None:
    assert account(f"execute immediate $${block}$$") == [(value,)]


@pytest.mark.parametrize(("number", "word"), [(1, "small"), (5, "five"), (9, "big")])
@documented(f"{GUIDE}/branch", "if ... elseif ... else ... end if")
def test_a_branch_is_taken(account: Account, number: int, word: str) -> None:
    block = (
        f"begin let x := {number}; if (x > 5) then return 'big'; "
        "elseif (x = 5) then return 'five'; else return 'small'; end if; end"
    )
    assert account(f"execute immediate $${block}$$") == [(word,)]


@pytest.mark.parametrize(
    ("loop", "value"),
    [
        ("for i in 1 to 4 do n := n * 10 + i; end for", 1234),
        ("for i in reverse 1 to 3 do n := n * 10 + i; end for", 321),
        ("while (n < 7) do n := n + 2; end while", 8),
        ("repeat n := n + 3; until (n > 4) end repeat", 6),
        ("loop n := n + 1; if (n = 5) then break; end if; end loop", 5),
        ("for i in 1 to 5 do if (i = 3) then continue; end if; n := n + i; end for", 12),
    ],
)
@documented(f"{GUIDE}/loops", "for, while, repeat, loop, break, continue")
def test_a_loop_repeats(account: Account, loop: str, value: int) -> None:
    assert account(f"execute immediate $$begin let n := 0; {loop}; return n; end$$") == [(value,)]


@documented(f"{GUIDE}/blocks", "statements in a block, with :variables")
def test_statements_see_variables_behind_a_colon(account: Account) -> None:
    account("create table bed (id int, ward varchar)")
    account(
        """execute immediate $$
        begin
            let ward := 'ICU';
            insert into bed values (1, :ward), (2, 'SUR');
            update bed set id = id + 10 where ward = :ward;
        end
        $$"""
    )
    assert account("select * from bed order by id") == [(2, "SUR"), (11, "ICU")]


@documented(f"{GUIDE}/dml-status", "sqlrowcount, sqlfound, sqlnotfound")
def test_a_block_knows_how_many_rows_its_last_dml_changed(account: Account) -> None:
    account("create table bed (id int)")
    assert account(
        """execute immediate $$
        begin
            insert into bed values (1), (2);
            let inserted := sqlrowcount;
            delete from bed where id > 5;
            return inserted || ' ' || sqlfound || ' ' || sqlnotfound;
        end
        $$"""
    ) == [("2 false true",)]


@documented(f"{REFERENCE}/let", "select ... into :variable")
def test_a_row_is_read_into_variables(account: Account) -> None:
    account("create table bed (id int, ward varchar)")
    account("insert into bed values (7, 'ICU')")
    assert account(
        """execute immediate $$
        begin
            let id int; let ward varchar;
            select id, ward into :id, :ward from bed;
            return ward || id;
        end
        $$"""
    ) == [("ICU7",)]


@documented(f"{GUIDE}/cursors", "for ... in cursor")
def test_a_loop_walks_over_a_cursor(account: Account) -> None:
    account("create table bed (id int)")
    account("insert into bed values (1), (2), (4)")
    assert account(
        """execute immediate $$
        declare
            total int default 0;
            beds cursor for select id from bed;
        begin
            for bed in beds do total := total + bed.id; end for;
            return total;
        end
        $$"""
    ) == [(7,)]


@documented(f"{GUIDE}/resultsets", "return table(resultset)")
def test_a_block_returns_rows(account: Account) -> None:
    account("create table bed (id int)")
    account("insert into bed values (1), (2)")
    assert account(
        """execute immediate $$
        declare beds resultset default (select id from bed order by id);
        begin return table(beds); end
        $$"""
    ) == [(1,), (2,)]


@documented(f"{GUIDE}/exceptions", "exception when ... then")
def test_an_error_is_handled_and_what_was_committed_stays(account: Account) -> None:
    account("create table bed (id int)")
    assert account(
        """execute immediate $$
        begin
            insert into bed values (1);
            insert into nowhere values (2);
            insert into bed values (3);
        exception
            when statement_error then return 'caught';
        end
        $$"""
    ) == [("caught",)]
    assert account("select * from bed") == [(1,)]


@documented(f"{GUIDE}/exceptions", "declare ... exception, raise")
def test_a_declared_exception_is_raised_and_handled(account: Account) -> None:
    declared = "declare no_bed exception (-20005, 'no bed is free');"
    assert account(
        f"execute immediate $${declared} begin raise no_bed; "
        "exception when no_bed then return sqlcode || ' ' || sqlerrm; end$$"
    ) == [("-20005 no bed is free",)]
    message = account.error(f"execute immediate $${declared} begin raise no_bed; end$$")
    assert "no bed is free" in message


@documented(f"{GUIDE}/exceptions", "an error that no handler takes")
def test_an_error_ends_the_block(account: Account) -> None:
    account("create table bed (id int)")
    account.error(
        "execute immediate $$begin insert into bed values (1); "
        "insert into nowhere values (2); insert into bed values (3); end$$"
    )
    assert account("select * from bed") == [(1,)]


@documented(IMMEDIATE, "execute immediate '...', $variable, using (...)")
def test_a_text_is_executed(account: Account) -> None:
    assert account("execute immediate 'select 1 as one'") == [(1,)]
    account("set statement = 'select 5'")
    assert account("execute immediate $statement") == [(5,)]
    assert account(
        """execute immediate $$
        declare rows_ resultset;
        begin
            let least := 2;
            rows_ := (execute immediate 'select 3 where 3 > ?' using (least));
            return table(rows_);
        end
        $$"""
    ) == [(3,)]
    account.error("execute immediate 'select * from nowhere'")


@documented(f"{GUIDE}/blocks", "begin ... end as a statement")
def test_a_block_may_be_sent_as_it_is(account: Account) -> None:
    assert account("begin let x := 1; return x; end") == [(1,)]
    assert account("declare x int default 2; begin return x; end;") == [(2,)]


@documented(
    "developer-guide/stored-procedure/stored-procedures-snowflake-scripting",
    "create procedure ... language sql",
)
def test_a_procedure_in_sql_has_its_arguments_as_variables(account: Account) -> None:
    account("create table bed (id int, ward varchar)")
    account(
        """create procedure add_bed(id int, ward varchar default 'ICU') returns varchar
        language sql as
        begin
            insert into bed values (:id, :ward);
            return ward || ' ' || id;
        end"""
    )
    assert account("call add_bed(1)") == [("ICU 1",)]
    assert account("call add_bed(ward => 'SUR', id => 2)") == [("SUR 2",)]
    assert account("select * from bed order by id") == [(1, "ICU"), (2, "SUR")]


@documented(
    "developer-guide/stored-procedure/stored-procedures-snowflake-scripting",
    "create procedure ... returns table(...) language sql",
)
def test_a_procedure_in_sql_returns_rows(account: Account) -> None:
    account("create table bed (id int)")
    account("insert into bed values (1), (2), (3)")
    account(
        """create procedure beds_from(least int) returns table (id int) language sql as
        $$
        declare found resultset default (select id from bed where id >= :least order by id);
        begin return table(found); end
        $$"""
    )
    assert account("call beds_from(2)") == [(2,), (3,)]


@documented(f"{GUIDE}/blocks", "call ... into :variable")
def test_the_value_of_a_call_is_kept(account: Account) -> None:
    account("create procedure seven() returns int language sql as $$begin return 7; end$$")
    assert account(
        "execute immediate $$begin let x int; call seven() into :x; return x + 1; end$$"
    ) == [(8,)]


@documented("sql-reference/sql/create-task", "create task ... as begin ... let, if ... end")
def test_a_task_runs_a_script(account: Account) -> None:
    account("create table seen (text varchar)")
    account(
        """create task root config = $${"ward": "ICU"}$$ as
        begin
            let ward := (select system$get_task_graph_config('ward'));
            if (ward = 'ICU') then
                insert into seen values ('ward ' || :ward);
            end if;
        end"""
    )
    account("execute task root")
    account.until("select text from seen", lambda rows: rows == [("ward ICU",)], 120)


@pytest.mark.parametrize(
    "block",
    [
        "declare c cursor for select 1; begin open c; close c; end",
        "begin case (1) when 1 then return 'a'; end case; end",
    ],
)
@documented(f"{GUIDE}/cursors", "open, fetch, close; case ... end case", "refused")
def test_cursors_are_opened_and_cases_told_apart(account: Account, block: str) -> None:
    account(f"execute immediate $${block}$$")


@documented(
    "sql-reference/sql/execute-immediate-from", "execute immediate from @stage/file", "refused"
)
def test_a_file_of_a_stage_is_executed(account: Account) -> None:
    account("create stage code")
    account("execute immediate from @code/file.sql")

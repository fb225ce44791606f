-- Makes silver and gold forget everything, so that the next runs make them anew from raw: after a change of reference
-- data or of a rule. Called by hand by the admin while the graphs are suspended; docs/operate.md has the steps around it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter procedure governance.replay_silver()
returns varchar
language sql
comment = 'Empties silver, gold and the rejected events, and sets every stream to its beginning: raw streams bring all of raw again.'
execute as caller
as
$$
declare
    wrong_database exception (-20001, 'use database <% ctx.env.database %> first');
    wrong_role exception (-20002, 'use role <% ctx.env.database %>_admin first: it owns streams and tables');
    not_suspended exception (-20005, 'a task graph is not suspended: run sql/15_pause.sql first');
    still_running exception (-20006, 'a run of a task graph has not ended yet: wait and call again');
    stream_total number default 0;
begin
    if (current_database() <> upper('<% ctx.env.database %>')) then
        raise wrong_database;
    end if;
    if (not is_role_in_session(upper('<% ctx.env.database %>_admin'))) then
        raise wrong_role;
    end if;
    -- Roots alone have a condition.
    show tasks in schema ops;
    let started number := (
        select count(*) from table(result_scan(last_query_id()))
        where "state" = 'started' and "condition" is not null
    );
    if (started > 0) then
        raise not_suspended;
    end if;
    let running number := (
        select count(*) from table(information_schema.current_task_graphs()) where state = 'EXECUTING'
    );
    if (running > 0) then
        raise still_running;
    end if;

    -- Whoever stops in between calls again: nothing reads the streams meanwhile. What is told (ops.notification) stays
    -- told, and what is erased stays erased. The unknown members stay, which no procedure writes.
    let tables resultset := (
        select
            'delete from ' || table_schema || '.' || table_name || iff(
                startswith(table_name, 'DIM_'), ' where ' || substr(table_name, 5) || '_key <> ''-1''', ''
            ) as statement
        from information_schema.tables
        where table_schema in ('SILVER', 'GOLD') and table_type = 'BASE TABLE' and table_name <> 'DIM_DATE'
        order by table_schema, table_name
    );
    for one in tables do
        let statement varchar := one.statement;
        execute immediate :statement;
    end for;
    delete from ops.rejected_event where reason <> 'ERASED';

    show streams in database;
    let streams resultset := (
        select
            'create or replace stream ' || "schema_name" || '.' || "name" || ' on table ' || "table_name"
            || ' append_only = true' || iff("schema_name" = 'RAW', ' show_initial_rows = true', '')
            || ' comment = ''' || replace("comment", '''', '''''') || '''' as statement
        from table(result_scan(last_query_id()))
    );
    for one in streams do
        let statement varchar := one.statement;
        execute immediate :statement;
        stream_total := stream_total + 1;
    end for;
    return stream_total || ' streams set to their beginning: deploy, or run the files sql/8*.sql, to resume the graphs';
end;
$$;

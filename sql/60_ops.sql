-- The pipeline itself: what could not be read, and what ran.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table ops.rejected_event (
    source varchar not null comment 'Raw table, as patient_flow_event.',
    origin varchar not null comment 'Where it is in raw: topic/partition/offset, or feed/content hash/as-of/line.',
    payload_hash varchar not null comment 'SHA-256 of the payload; empty for a null message.',
    reason varchar not null comment 'Why it could not be read.',
    payload varchar comment 'The payload, untouched. Holds patient data.',
    payload_encoding varchar comment 'As in raw.',
    received_at timestamp_ntz not null comment 'Broker time or as-of, UTC.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per raw row that silver rejects.';

create or alter table ops.pipeline_run (
    graph_run_group_id varchar not null comment 'The run of the task graph.',
    root_task_id varchar comment 'Id of the graph''s root task.',
    task_name varchar not null comment 'Task that ran.',
    attempt_number number(38, 0) comment 'Attempt within the run, from 1.',
    state varchar not null comment 'SUCCEEDED, FAILED, FAILED_AND_AUTO_SUSPENDED, SKIPPED or CANCELLED.',
    error_code number(38, 0) comment 'Error code of a failed task; its message stays in the task history alone, for it may quote data.',
    started_at timestamp_ntz comment 'Start, UTC.',
    completed_at timestamp_ntz comment 'End, UTC.'
)
comment = 'One row per task and attempt of a run of a task graph, written by the graph''s finalizer.';

create or replace view ops.task_run (
    graph_run_group_id comment 'The run of the task graph.',
    root_task_id comment 'Id of the graph''s root task.',
    task_name comment 'Task.',
    attempt_number comment 'Attempt within the run, from 1.',
    state comment 'SCHEDULED, EXECUTING, SUCCEEDED, FAILED, FAILED_AND_AUTO_SUSPENDED, SKIPPED or CANCELLED.',
    error_code comment 'Error code of a failed task.',
    started_at comment 'Start, UTC.',
    completed_at comment 'End, UTC.'
)
copy grants
comment = 'One row per run of a task of the last seven days, the newest 10,000.'
as
select
    graph_run_group_id,
    root_task_id,
    name as task_name,
    attempt_number,
    state,
    error_code,
    convert_timezone('UTC', query_start_time)::timestamp_ntz as started_at,
    convert_timezone('UTC', completed_time)::timestamp_ntz as completed_at
from table(
    information_schema.task_history(
        result_limit => 10000,
        database_name => '<% ctx.env.database %>',
        schema_name => 'ops'
    )
);

create or replace view ops.finished_task_run (
    graph_run_group_id comment 'The run of the task graph.',
    root_task_id comment 'Id of the graph''s root task.',
    task_name comment 'Task.',
    attempt_number comment 'Attempt within the run, from 1.',
    state comment 'How it ended.',
    error_code comment 'Error code of a failed task.',
    started_at comment 'Start, UTC.',
    completed_at comment 'End, UTC.'
)
copy grants
comment = 'One row per ended run of a task that ops.pipeline_run does not have yet: what a finalizer writes, its columns in their order.'
as
select
    task_run.graph_run_group_id,
    task_run.root_task_id,
    task_run.task_name,
    task_run.attempt_number,
    task_run.state,
    task_run.error_code,
    task_run.started_at,
    task_run.completed_at
from ops.task_run
left join ops.pipeline_run as written
    on
        task_run.graph_run_group_id = written.graph_run_group_id
        and task_run.task_name = written.task_name
        and task_run.attempt_number = written.attempt_number
where task_run.completed_at is not null and written.task_name is null;

create or replace view ops.run_outcome (
    graph_run_group_id comment 'The run of the task graph.',
    attempt_number comment 'Newest attempt of the run, from 1.',
    pipeline comment 'Root task of the graph.',
    outcome comment 'FAILED when the newest attempt of any task failed or was cancelled, else SUCCEEDED.',
    failed_stage comment 'The tasks that failed, the first one first; null when none did.',
    stages comment 'List of task, state, error_code, started_at and completed_at, in order of time.',
    started_at comment 'Start of the first task, UTC.',
    completed_at comment 'End of the last task, UTC.'
)
copy grants
comment = 'One row per run of a task graph, by the newest attempt of each task.'
as
with stage as (
    select
        graph_run_group_id,
        task_name,
        attempt_number,
        state,
        error_code,
        started_at,
        completed_at,
        state in ('FAILED', 'FAILED_AND_AUTO_SUSPENDED', 'CANCELLED') as is_failed
    from ops.pipeline_run
    qualify row_number() over (
        partition by graph_run_group_id, task_name
        order by attempt_number desc
    ) = 1
)

select
    graph_run_group_id,
    max(attempt_number) as attempt_number,
    min_by(task_name, coalesce(started_at, completed_at)) as pipeline,
    iff(boolor_agg(is_failed), 'FAILED', 'SUCCEEDED') as outcome,
    nullif(listagg(iff(is_failed, task_name, null), ', ') within group (order by completed_at, task_name), '')
        as failed_stage,
    array_agg(object_construct(
        'task', task_name,
        'state', state,
        'error_code', error_code,
        'started_at', to_char(started_at, 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"'),
        'completed_at', to_char(completed_at, 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"')
    )) within group (order by coalesce(started_at, completed_at), task_name) as stages,
    min(started_at) as started_at,
    max(completed_at) as completed_at
from stage
group by graph_run_group_id;

create or replace view ops.run_notification (
    notification_id comment 'SHA-256 of kind, run and attempt.',
    kind comment 'RUN.',
    is_suppressed comment 'False: a run is always told.',
    happened_at comment 'End of the run, UTC.',
    patient_id comment 'Null.',
    alert_type comment 'Null.',
    window_start comment 'Null.',
    severity comment 'Null.',
    pipeline comment 'Root task of the graph.',
    graph_run_group_id comment 'The run of the graph.',
    outcome comment 'SUCCEEDED or FAILED.',
    failed_stage comment 'The tasks that failed, the first one first; null when none did.',
    stages comment 'List of task, state, error_code, started_at and completed_at.',
    created_at comment 'Now, UTC.'
)
copy grants
comment = 'One row per run of a task graph, as a finalizer writes it: the columns of ops.notification in their order.'
as
select
    sha2(concat_ws('/', 'RUN', graph_run_group_id, attempt_number::varchar), 256) as notification_id,
    'RUN' as kind,
    false as is_suppressed,
    completed_at as happened_at,
    null::varchar as patient_id,
    null::varchar as alert_type,
    null::timestamp_ntz as window_start,
    null::varchar as severity,
    pipeline,
    graph_run_group_id,
    outcome,
    failed_stage,
    stages,
    sysdate() as created_at
from ops.run_outcome;

create or alter procedure ops.write_run(run varchar)
returns varchar
language sql
comment = 'What every finalizer calls, with the run of its graph: adds it to ops.pipeline_run and ops.notification, both or neither.'
execute as caller
as
$$
begin
    begin transaction;
    insert into ops.pipeline_run
    select * from ops.finished_task_run where graph_run_group_id = :run;
    insert into ops.notification
    select * from ops.run_notification where graph_run_group_id = :run;
    commit;
    return 'written';
end;
$$;

-- The pipeline itself: what could not be read, and what ran.

use database <% ctx.env.database %>;

create or alter table ops.rejected_event (
    source varchar not null comment 'Raw table, as patient_flow_event.',
    origin varchar not null comment 'Where it is in raw: topic/partition/offset, or feed/content hash/as-of/line.',
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
    state varchar not null comment 'SUCCEEDED, FAILED, SKIPPED or CANCELLED.',
    error_code number(38, 0) comment 'Error code of a failed task; its message stays in the task history, for it may quote data.',
    return_value varchar comment 'Rows written, as the procedure reports them.',
    started_at timestamp_ntz comment 'Start, UTC.',
    completed_at timestamp_ntz comment 'End, UTC.'
)
comment = 'One row per task and attempt of a run of a task graph, written by the graph''s finalizer.';

create or alter view ops.task_run (
    graph_run_group_id comment 'The run of the task graph.',
    root_task_id comment 'Id of the graph''s root task.',
    task_name comment 'Task.',
    attempt_number comment 'Attempt within the run, from 1.',
    state comment 'SCHEDULED, EXECUTING, SUCCEEDED, FAILED, SKIPPED or CANCELLED.',
    error_code comment 'Error code of a failed task.',
    error_message comment 'Error of a failed task; may quote data.',
    return_value comment 'Rows written, as the procedure reports them.',
    started_at comment 'Start, UTC.',
    completed_at comment 'End, UTC.'
)
comment = 'One row per run of a task of the last seven days, the newest 10,000.'
as
select
    graph_run_group_id,
    root_task_id,
    name as task_name,
    attempt_number,
    state,
    error_code,
    error_message,
    return_value,
    convert_timezone('UTC', query_start_time)::timestamp_ntz as started_at,
    convert_timezone('UTC', completed_time)::timestamp_ntz as completed_at
from table(information_schema.task_history(result_limit => 10000))
where schema_name = 'OPS';

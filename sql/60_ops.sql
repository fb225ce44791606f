-- Tables of the pipeline itself: what could not be read, and what ran.

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

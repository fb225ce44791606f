-- The outbox: what people are to be told, and what they have been told. `carefloe-loader notify` publishes it.
-- Holds no patient data beyond the patient's id.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table ops.notification (
    notification_id varchar not null comment 'SHA-256 of what makes it one: kind, patient, alert type, window and severity, or kind, run and attempt.',
    kind varchar not null comment 'ALERT or RUN.',
    is_suppressed boolean not null comment 'True when the breach was too old to page anybody when it was loaded: stored, never published.',
    happened_at timestamp_ntz comment 'ALERT: the newest breach known when this was written; RUN: end of the run. UTC.',
    patient_id varchar comment 'ALERT: durable patient id.',
    alert_type varchar comment 'ALERT: vital and direction, as HEART_RATE_HIGH; or CONSCIOUSNESS.',
    window_start timestamp_ntz comment 'ALERT: start of the 15 minutes, UTC.',
    severity varchar comment 'ALERT: severity reached, HIGH or CRITICAL.',
    pipeline varchar comment 'RUN: root task of the graph.',
    graph_run_group_id varchar comment 'RUN: the run of the graph.',
    outcome varchar comment 'RUN: SUCCEEDED or FAILED.',
    failed_stage varchar comment 'RUN: the tasks that failed, the first one first; null when none did.',
    stages variant comment 'RUN: list of task, state, error_code, started_at and completed_at.',
    created_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per patient, alert type, 15-minute window and severity reached (HIGH, CRITICAL), and one per run of a task graph. Never withdrawn.';

create or alter table ops.notification_delivery (
    notification_id varchar not null comment 'The notification.',
    topic varchar not null comment 'Kafka topic.',
    kafka_partition number(38, 0) not null comment 'Kafka partition.',
    kafka_offset number(38, 0) not null comment 'Kafka offset.',
    delivered_at timestamp_ntz not null comment 'When the delivery was recorded, UTC.'
)
comment = 'One row per notification that every replica of the topic has.';

create or replace view ops.undelivered_notification (
    notification_id comment 'The notification; the key of its message.',
    message comment 'JSON, the value of its message; what does not apply is left out.',
    created_at comment 'When it was written, UTC.'
)
copy grants
comment = 'One row per notification still to be published: neither suppressed nor delivered.'
as
select
    notification.notification_id,
    to_json(object_construct(
        'notification_id', notification.notification_id,
        'kind', notification.kind,
        'happened_at', to_char(notification.happened_at, 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"'),
        'patient_id', notification.patient_id,
        'alert_type', notification.alert_type,
        'window_start', to_char(notification.window_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'severity', notification.severity,
        'pipeline', notification.pipeline,
        'run_id', notification.graph_run_group_id,
        'outcome', notification.outcome,
        'failed_stage', notification.failed_stage,
        'stages', notification.stages
    )) as message,
    notification.created_at
from ops.notification as notification
left join ops.notification_delivery as delivery
    on notification.notification_id = delivery.notification_id
where not notification.is_suppressed and delivery.notification_id is null;

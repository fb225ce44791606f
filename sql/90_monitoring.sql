-- How the pipeline does, as views: nothing here is in the scheduled path. Runs after streams and tasks.
-- ops.reconciliation reads streams, which consumes nothing; its owner must own the streams too.

use database <% ctx.env.database %>;

create or replace view ops.reconciliation (
    source comment 'Raw table.',
    raw_rows comment 'Rows of the raw table.',
    silver_rows comment 'Rows of the silver table.',
    duplicate_rows comment 'Raw rows that repeat one already counted: the same payload, or the same origin landed twice.',
    rejected_rows comment 'Rows of ops.rejected_event.',
    pending_rows comment 'Raw rows in a stream that are not in silver nor rejected yet.',
    unexplained_rows comment 'raw_rows - silver_rows - duplicate_rows - rejected_rows - pending_rows: must be 0.'
)
copy grants
comment = 'One row per raw table: where its rows are, each figure counted on its own.'
as
with raw_row as (
    select
        'patient_flow_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin,
        coalesce(sha2(payload, 256), '') as payload_hash,
        coalesce(sha2(payload, 256), '') as identity
    from raw.patient_flow_event
    union all
    select
        'encounter_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin,
        coalesce(sha2(payload, 256), '') as payload_hash,
        coalesce(sha2(payload, 256), '') as identity
    from raw.encounter_event
    union all
    select
        'vitals_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin,
        coalesce(sha2(payload, 256), '') as payload_hash,
        coalesce(sha2(payload, 256), '') as identity
    from raw.vitals_event
    union all
    select
        'hospital_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin,
        sha2(payload, 256) as payload_hash,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity
    from raw.hospital_record
    union all
    select
        'department_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin,
        sha2(payload, 256) as payload_hash,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity
    from raw.department_record
    union all
    select
        'organization_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin,
        sha2(payload, 256) as payload_hash,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity
    from raw.organization_record
    union all
    select
        'payer_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin,
        sha2(payload, 256) as payload_hash,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity
    from raw.payer_record
),

pending_origin as (
    select
        'patient_flow_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.patient_flow_event_to_silver_stream
    union distinct
    select
        'patient_flow_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.patient_flow_event_to_rejected_stream
    union distinct
    select
        'encounter_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.encounter_event_to_silver_stream
    union distinct
    select
        'encounter_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.encounter_event_to_rejected_stream
    union distinct
    select
        'vitals_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.vitals_event_to_silver_stream
    union distinct
    select
        'vitals_event' as source,
        concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin
    from raw.vitals_event_to_rejected_stream
    union distinct
    select
        'hospital_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.hospital_record_to_silver_stream
    union distinct
    select
        'hospital_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.hospital_record_to_rejected_stream
    union distinct
    select
        'department_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.department_record_to_silver_stream
    union distinct
    select
        'department_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.department_record_to_rejected_stream
    union distinct
    select
        'organization_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.organization_record_to_silver_stream
    union distinct
    select
        'organization_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.organization_record_to_rejected_stream
    union distinct
    select
        'payer_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.payer_record_to_silver_stream
    union distinct
    select
        'payer_record' as source,
        concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
            as origin
    from raw.payer_record_to_rejected_stream
),

silver_row as (
    select
        'patient_flow_event' as source,
        payload_hash as identity
    from silver.patient_flow
    union all
    select
        'encounter_event' as source,
        payload_hash as identity
    from silver.encounter
    union all
    select
        'vitals_event' as source,
        payload_hash as identity
    from silver.vitals
    union all
    select
        'hospital_record' as source,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, payload_hash) as identity
    from silver.hospital
    union all
    select
        'department_record' as source,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, payload_hash) as identity
    from silver.department
    union all
    select
        'organization_record' as source,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, payload_hash) as identity
    from silver.organization
    union all
    select
        'payer_record' as source,
        concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, payload_hash) as identity
    from silver.payer
),

silver_identity as (
    select distinct
        source,
        identity
    from silver_row
),

-- One row per raw row: what became of it, and its number among those of the same identity.
fate as (
    select
        raw_row.source,
        case
            when rejected.origin is not null then 'rejected'
            when silver_identity.identity is not null then 'silver'
            when pending_origin.origin is not null then 'pending'
            else 'missing'
        end as state,
        row_number() over (
            partition by
                raw_row.source,
                iff(rejected.origin is null, raw_row.identity, null),
                iff(rejected.origin is null, null, concat_ws('/', raw_row.origin, raw_row.payload_hash))
            order by raw_row.origin
        ) as copy_number
    from raw_row
    left join ops.rejected_event as rejected
        on
            raw_row.source = rejected.source
            and raw_row.origin = rejected.origin
            and raw_row.payload_hash = rejected.payload_hash
    left join silver_identity
        on raw_row.source = silver_identity.source and raw_row.identity = silver_identity.identity
    left join pending_origin
        on raw_row.source = pending_origin.source and raw_row.origin = pending_origin.origin
),

source as (
    select column1 as source
    from
        values
        ('patient_flow_event'),
        ('encounter_event'),
        ('vitals_event'),
        ('hospital_record'),
        ('department_record'),
        ('organization_record'),
        ('payer_record')
),

counted as (
    select
        source,
        0 as raw_rows,
        0 as silver_rows,
        0 as duplicate_rows,
        0 as rejected_rows,
        0 as pending_rows
    from source
    union all
    select
        source,
        count(*) as raw_rows,
        0 as silver_rows,
        count_if(state in ('rejected', 'silver') and copy_number > 1) as duplicate_rows,
        0 as rejected_rows,
        count_if(state = 'pending') as pending_rows
    from fate
    group by source
    union all
    select
        source,
        0 as raw_rows,
        count(*) as silver_rows,
        0 as duplicate_rows,
        0 as rejected_rows,
        0 as pending_rows
    from silver_row
    group by source
    union all
    select
        source,
        0 as raw_rows,
        0 as silver_rows,
        0 as duplicate_rows,
        count(*) as rejected_rows,
        0 as pending_rows
    from ops.rejected_event
    group by source
)

select
    source,
    sum(raw_rows) as raw_rows,
    sum(silver_rows) as silver_rows,
    sum(duplicate_rows) as duplicate_rows,
    sum(rejected_rows) as rejected_rows,
    sum(pending_rows) as pending_rows,
    sum(raw_rows) - sum(silver_rows) - sum(duplicate_rows) - sum(rejected_rows) - sum(pending_rows)
        as unexplained_rows
from counted
group by source;

create or replace view ops.dq_flag_count (
    source comment 'Silver table.',
    flag comment 'Rule that fired, or CLEAN.',
    row_count comment 'Silver rows with the flag.',
    share_percent comment '100 * row_count / rows of the table.'
)
copy grants
comment = 'One row per silver table and data-quality flag.'
as
with per_combination as (
    select
        'patient_flow' as source,
        dq_flags,
        count(*) as row_count
    from silver.patient_flow
    group by dq_flags
    union all
    select
        'encounter' as source,
        dq_flags,
        count(*) as row_count
    from silver.encounter
    group by dq_flags
    union all
    select
        'vitals' as source,
        dq_flags,
        count(*) as row_count
    from silver.vitals
    group by dq_flags
    union all
    select
        'hospital' as source,
        dq_flags,
        count(*) as row_count
    from silver.hospital
    group by dq_flags
    union all
    select
        'department' as source,
        dq_flags,
        count(*) as row_count
    from silver.department
    group by dq_flags
    union all
    select
        'organization' as source,
        dq_flags,
        count(*) as row_count
    from silver.organization
    group by dq_flags
    union all
    select
        'payer' as source,
        dq_flags,
        count(*) as row_count
    from silver.payer
    group by dq_flags
),

total as (
    select
        source,
        sum(row_count) as total_rows
    from per_combination
    group by source
),

per_flag as (
    select
        per_combination.source,
        flag.value::varchar as flag,
        sum(per_combination.row_count) as row_count
    from per_combination,
        lateral flatten(input => split(per_combination.dq_flags, '|')) as flag
    group by per_combination.source, flag.value::varchar
)

select
    per_flag.source,
    per_flag.flag,
    per_flag.row_count,
    round(100 * per_flag.row_count / total.total_rows, 2) as share_percent
from per_flag
inner join total
    on per_flag.source = total.source;

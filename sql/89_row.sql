-- Every raw, waiting and silver row in one view each, for the monitoring views: a new table gets its lines here alone.
-- Nothing here is in the scheduled path. ops.pending_row reads streams, which consumes nothing; its owner must own the
-- streams too.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view ops.raw_row (
    source comment 'Raw table.',
    origin comment 'Where it came from: topic/partition/offset, or feed/content hash/as-of/line.',
    payload_hash comment 'SHA-256 of the payload; empty for a null message.',
    identity comment 'What makes it one row of silver: the payload hash, for a file with the as-of before it.',
    received_at comment 'Broker time or as-of, UTC.'
)
copy grants
comment = 'One row per row of a raw table.'
as
with event as (
    select
        'patient_flow_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        broker_time,
        payload
    from raw.patient_flow_event
    union all
    select
        'encounter_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        broker_time,
        payload
    from raw.encounter_event
    union all
    select
        'vitals_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        broker_time,
        payload
    from raw.vitals_event
),

record as (
    select
        'hospital_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.hospital_record
    union all
    select
        'department_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.department_record
    union all
    select
        'organization_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.organization_record
    union all
    select
        'payer_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.payer_record
    union all
    select
        'patient_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.patient_record
    union all
    select
        'provider_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.provider_record
    union all
    select
        'encounter_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.encounter_record
    union all
    select
        'condition_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.condition_record
    union all
    select
        'observation_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.observation_record
    union all
    select
        'procedure_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.procedure_record
    union all
    select
        'allergy_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.allergy_record
    union all
    select
        'claim_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.claim_record
    union all
    select
        'claim_transaction_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload
    from raw.claim_transaction_record
)

select
    source,
    concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin,
    coalesce(sha2(payload, 256), '') as payload_hash,
    coalesce(sha2(payload, 256), '') as identity,
    broker_time as received_at
from event
union all
select
    source,
    concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
        as origin,
    sha2(payload, 256) as payload_hash,
    concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity,
    as_of as received_at
from record;

create or replace view ops.pending_row (
    source comment 'Raw table.',
    row_id comment 'What tells rows of the raw table apart, also those of one origin.',
    origin comment 'As in ops.raw_row.',
    payload_hash comment 'As in ops.raw_row.',
    identity comment 'As in ops.raw_row.'
)
copy grants
comment = 'One row per raw row that waits in a stream to silver or to the rejected rows.'
as
with event as (
    select
        'patient_flow_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.patient_flow_event_to_silver_stream
    union all
    select
        'patient_flow_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.patient_flow_event_to_rejected_stream
    union all
    select
        'encounter_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.encounter_event_to_silver_stream
    union all
    select
        'encounter_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.encounter_event_to_rejected_stream
    union all
    select
        'vitals_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.vitals_event_to_silver_stream
    union all
    select
        'vitals_event' as source,
        topic,
        kafka_partition,
        kafka_offset,
        payload,
        metadata$row_id as row_id
    from raw.vitals_event_to_rejected_stream
),

record as (
    select
        'hospital_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.hospital_record_to_silver_stream
    union all
    select
        'hospital_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.hospital_record_to_rejected_stream
    union all
    select
        'department_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.department_record_to_silver_stream
    union all
    select
        'department_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.department_record_to_rejected_stream
    union all
    select
        'organization_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.organization_record_to_silver_stream
    union all
    select
        'organization_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.organization_record_to_rejected_stream
    union all
    select
        'payer_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.payer_record_to_silver_stream
    union all
    select
        'payer_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.payer_record_to_rejected_stream
    union all
    select
        'patient_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.patient_record_to_silver_stream
    union all
    select
        'patient_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.patient_record_to_rejected_stream
    union all
    select
        'provider_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.provider_record_to_silver_stream
    union all
    select
        'provider_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.provider_record_to_rejected_stream
    union all
    select
        'encounter_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.encounter_record_to_silver_stream
    union all
    select
        'encounter_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.encounter_record_to_rejected_stream
    union all
    select
        'condition_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.condition_record_to_silver_stream
    union all
    select
        'condition_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.condition_record_to_rejected_stream
    union all
    select
        'observation_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.observation_record_to_silver_stream
    union all
    select
        'observation_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.observation_record_to_rejected_stream
    union all
    select
        'procedure_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.procedure_record_to_silver_stream
    union all
    select
        'procedure_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.procedure_record_to_rejected_stream
    union all
    select
        'allergy_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.allergy_record_to_silver_stream
    union all
    select
        'allergy_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.allergy_record_to_rejected_stream
    union all
    select
        'claim_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.claim_record_to_silver_stream
    union all
    select
        'claim_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.claim_record_to_rejected_stream
    union all
    select
        'claim_transaction_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.claim_transaction_record_to_silver_stream
    union all
    select
        'claim_transaction_record' as source,
        feed,
        content_hash,
        as_of,
        line_number,
        payload,
        metadata$row_id as row_id
    from raw.claim_transaction_record_to_rejected_stream
)

select
    source,
    row_id,
    concat_ws('/', topic, kafka_partition::varchar, kafka_offset::varchar) as origin,
    coalesce(sha2(payload, 256), '') as payload_hash,
    coalesce(sha2(payload, 256), '') as identity
from event
union distinct
select
    source,
    row_id,
    concat_ws('/', feed, content_hash, date_part(epoch_microsecond, as_of)::varchar, line_number::varchar)
        as origin,
    sha2(payload, 256) as payload_hash,
    concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, sha2(payload, 256)) as identity
from record;

create or replace view ops.silver_row (
    source comment 'Silver table.',
    raw_source comment 'Raw table.',
    identity comment 'As in ops.raw_row.',
    dq_flags comment 'Rules that fired, joined by |; CLEAN when none did.'
)
copy grants
comment = 'One row per row of a silver table.'
as
with event as (
    select
        'patient_flow' as source,
        'patient_flow_event' as raw_source,
        payload_hash,
        dq_flags
    from silver.patient_flow
    union all
    select
        'encounter' as source,
        'encounter_event' as raw_source,
        payload_hash,
        dq_flags
    from silver.encounter
    union all
    select
        'vitals' as source,
        'vitals_event' as raw_source,
        payload_hash,
        dq_flags
    from silver.vitals
),

record as (
    select
        'hospital' as source,
        'hospital_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.hospital
    union all
    select
        'department' as source,
        'department_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.department
    union all
    select
        'organization' as source,
        'organization_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.organization
    union all
    select
        'payer' as source,
        'payer_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.payer
    union all
    select
        'patient' as source,
        'patient_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.patient
    union all
    select
        'provider' as source,
        'provider_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.provider
    union all
    select
        'encounter_record' as source,
        'encounter_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.encounter_record
    union all
    select
        'condition' as source,
        'condition_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.condition
    union all
    select
        'observation' as source,
        'observation_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.observation
    union all
    select
        'procedure' as source,
        'procedure_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.procedure
    union all
    select
        'allergy' as source,
        'allergy_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.allergy
    union all
    select
        'claim' as source,
        'claim_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.claim
    union all
    select
        'claim_transaction' as source,
        'claim_transaction_record' as raw_source,
        as_of,
        payload_hash,
        dq_flags
    from silver.claim_transaction
)

select
    source,
    raw_source,
    payload_hash as identity,
    dq_flags
from event
union all
select
    source,
    raw_source,
    concat_ws('/', date_part(epoch_microsecond, as_of)::varchar, payload_hash) as identity,
    dq_flags
from record;

-- How the pipeline does, as views: nothing here is in the scheduled path. Runs after streams and tasks.

use role <% ctx.env.database %>_admin;
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
with silver_identity as (
    select distinct
        raw_source as source,
        identity
    from ops.silver_row
),

-- One row per raw row: where it is, and what it is there; a rejected row counts by its origin.
settled as (
    select
        raw_row.source,
        rejected.origin is not null as is_rejected,
        rejected.origin is null and silver_identity.identity is not null as is_in_silver,
        iff(
            rejected.origin is null, raw_row.identity, concat_ws('/', raw_row.origin, raw_row.payload_hash)
        ) as counted_as
    from ops.raw_row as raw_row
    left join ops.rejected_event as rejected
        on
            raw_row.source = rejected.source
            and raw_row.origin = rejected.origin
            and raw_row.payload_hash = rejected.payload_hash
    left join silver_identity
        on raw_row.source = silver_identity.source and raw_row.identity = silver_identity.identity
),

-- One row per raw row in a stream that is nowhere else yet.
waiting as (
    select pending_row.source
    from ops.pending_row as pending_row
    left join ops.rejected_event as rejected
        on
            pending_row.source = rejected.source
            and pending_row.origin = rejected.origin
            and pending_row.payload_hash = rejected.payload_hash
    left join silver_identity
        on pending_row.source = silver_identity.source and pending_row.identity = silver_identity.identity
    where rejected.origin is null and silver_identity.identity is null
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
        ('payer_record'),
        ('patient_record'),
        ('provider_record'),
        ('encounter_record'),
        ('condition_record'),
        ('observation_record'),
        ('procedure_record'),
        ('allergy_record'),
        ('claim_record'),
        ('claim_transaction_record')
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
        count_if(is_rejected or is_in_silver)
        - count(distinct iff(is_rejected, counted_as, null))
        - count(distinct iff(is_in_silver, counted_as, null)) as duplicate_rows,
        0 as rejected_rows,
        0 as pending_rows
    from settled
    group by source
    union all
    select
        source,
        0 as raw_rows,
        0 as silver_rows,
        0 as duplicate_rows,
        0 as rejected_rows,
        count(*) as pending_rows
    from waiting
    group by source
    union all
    select
        raw_source as source,
        0 as raw_rows,
        count(*) as silver_rows,
        0 as duplicate_rows,
        0 as rejected_rows,
        0 as pending_rows
    from ops.silver_row
    group by raw_source
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
        source,
        dq_flags,
        count(*) as row_count
    from ops.silver_row
    group by source, dq_flags
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

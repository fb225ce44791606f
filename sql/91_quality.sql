-- How good the data is and how it comes, as views: nothing here is in the scheduled path.
-- A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view ops.vitals_quality (
    column_name comment 'Column of silver.vitals.',
    row_count comment 'Rows of silver.vitals.',
    null_count comment 'Rows without a value: not sent, unreadable or impossible.',
    null_percent comment '100 * null_count / row_count.',
    completeness_percent comment '100 - null_percent.',
    impossible_count comment 'Of these, rows whose value was impossible: outside the limits, systolic below diastolic, no letter of ACVPU.',
    impossible_percent comment '100 * impossible_count / rows that sent a readable value.'
)
copy grants
comment = 'One row per column of silver.vitals that a monitor fills. Flags one by one are in ops.dq_flag_count.'
as
with counted as (
    select
        count(*) as row_count,
        count(patient_id) as patient_id_count,
        count(device_id) as device_id_count,
        count(event_timestamp) as event_timestamp_count,
        count(heart_rate) as heart_rate_count,
        count(systolic_bp) as systolic_bp_count,
        count(diastolic_bp) as diastolic_bp_count,
        count(oxygen_saturation) as oxygen_saturation_count,
        count(respiratory_rate) as respiratory_rate_count,
        count(temperature_c) as temperature_c_count,
        count(consciousness) as consciousness_count,
        count(on_supplemental_oxygen) as on_supplemental_oxygen_count,
        count_if(contains(dq_flags, 'IMPOSSIBLE_HEART_RATE')) as heart_rate_impossible,
        count_if(
            contains(dq_flags, 'IMPOSSIBLE_SYSTOLIC_BP')
            or contains(dq_flags, 'SYSTOLIC_BELOW_DIASTOLIC')
        ) as systolic_bp_impossible,
        count_if(
            contains(dq_flags, 'IMPOSSIBLE_DIASTOLIC_BP')
            or contains(dq_flags, 'SYSTOLIC_BELOW_DIASTOLIC')
        ) as diastolic_bp_impossible,
        count_if(contains(dq_flags, 'IMPOSSIBLE_OXYGEN_SATURATION')) as oxygen_saturation_impossible,
        count_if(contains(dq_flags, 'IMPOSSIBLE_RESPIRATORY_RATE')) as respiratory_rate_impossible,
        count_if(contains(dq_flags, 'IMPOSSIBLE_TEMPERATURE')) as temperature_c_impossible,
        count_if(contains(dq_flags, 'INVALID_CONSCIOUSNESS')) as consciousness_impossible
    from silver.vitals
),

per_column as (
    select
        'patient_id' as column_name,
        row_count,
        row_count - patient_id_count as null_count,
        0 as impossible_count
    from counted
    union all
    select
        'device_id' as column_name,
        row_count,
        row_count - device_id_count as null_count,
        0 as impossible_count
    from counted
    union all
    select
        'event_timestamp' as column_name,
        row_count,
        row_count - event_timestamp_count as null_count,
        0 as impossible_count
    from counted
    union all
    select
        'heart_rate' as column_name,
        row_count,
        row_count - heart_rate_count as null_count,
        heart_rate_impossible as impossible_count
    from counted
    union all
    select
        'systolic_bp' as column_name,
        row_count,
        row_count - systolic_bp_count as null_count,
        systolic_bp_impossible as impossible_count
    from counted
    union all
    select
        'diastolic_bp' as column_name,
        row_count,
        row_count - diastolic_bp_count as null_count,
        diastolic_bp_impossible as impossible_count
    from counted
    union all
    select
        'oxygen_saturation' as column_name,
        row_count,
        row_count - oxygen_saturation_count as null_count,
        oxygen_saturation_impossible as impossible_count
    from counted
    union all
    select
        'respiratory_rate' as column_name,
        row_count,
        row_count - respiratory_rate_count as null_count,
        respiratory_rate_impossible as impossible_count
    from counted
    union all
    select
        'temperature_c' as column_name,
        row_count,
        row_count - temperature_c_count as null_count,
        temperature_c_impossible as impossible_count
    from counted
    union all
    select
        'consciousness' as column_name,
        row_count,
        row_count - consciousness_count as null_count,
        consciousness_impossible as impossible_count
    from counted
    union all
    select
        'on_supplemental_oxygen' as column_name,
        row_count,
        row_count - on_supplemental_oxygen_count as null_count,
        0 as impossible_count
    from counted
)

select
    column_name,
    row_count,
    null_count,
    round(100 * null_count / nullif(row_count, 0), 2) as null_percent,
    round(100 * (row_count - null_count) / nullif(row_count, 0), 2) as completeness_percent,
    impossible_count,
    round(100 * impossible_count / nullif(row_count - null_count + impossible_count, 0), 2)
        as impossible_percent
from per_column;

create or replace view ops.vitals_completeness (
    calendar_date comment 'The day of the reading, UTC; 1900-01-01 for readings without a time.',
    reading_count comment 'Rows of silver.vitals.',
    clean_percent comment '100 * rows without any flag / reading_count.',
    complete_percent comment '100 * rows with all six vitals, consciousness and oxygen / reading_count.',
    impossible_percent comment '100 * rows with an impossible value / reading_count.'
)
copy grants
comment = 'One row per day with a reading: the share of readings that are whole, clean, impossible.'
as
select
    event_date as calendar_date,
    count(*) as reading_count,
    round(100 * count_if(dq_flags = 'CLEAN') / count(*), 2) as clean_percent,
    round(100 * count_if(not news2_is_partial and diastolic_bp is not null) / count(*), 2)
        as complete_percent,
    round(100 * count_if(contains(dq_flags, 'IMPOSSIBLE_')) / count(*), 2) as impossible_percent
from silver.vitals
group by event_date;

create or replace view ops.late_arrival (
    source comment 'Silver table.',
    calendar_date comment 'The day of the event, UTC.',
    event_count comment 'Distinct payloads with a time.',
    late_count comment 'Of these, those that reached the broker more than five minutes after the event.',
    late_percent comment '100 * late_count / event_count.',
    median_delay_seconds comment 'Median of the seconds from the event to its first arrival at the broker.',
    p95_delay_seconds comment '95th percentile, interpolated.',
    max_delay_seconds comment 'The greatest.'
)
copy grants
comment = 'One row per source and day of the event: how late its events reached the broker. Reads raw and silver whole.'
as
with arrival as (
    select
        'patient_flow' as source,
        sha2(payload, 256) as payload_hash,
        min(broker_time) as arrived_at
    from raw.patient_flow_event
    where payload is not null
    group by sha2(payload, 256)
    union all
    select
        'encounter' as source,
        sha2(payload, 256) as payload_hash,
        min(broker_time) as arrived_at
    from raw.encounter_event
    where payload is not null
    group by sha2(payload, 256)
    union all
    select
        'vitals' as source,
        sha2(payload, 256) as payload_hash,
        min(broker_time) as arrived_at
    from raw.vitals_event
    where payload is not null
    group by sha2(payload, 256)
),

event as (
    select
        'patient_flow' as source,
        payload_hash,
        event_timestamp
    from silver.patient_flow
    where event_timestamp is not null
    union all
    select
        'encounter' as source,
        payload_hash,
        event_timestamp
    from silver.encounter
    where event_timestamp is not null
    union all
    select
        'vitals' as source,
        payload_hash,
        event_timestamp
    from silver.vitals
    where event_timestamp is not null
),

delay as (
    select
        event.source,
        to_date(event.event_timestamp) as calendar_date,
        datediff(second, event.event_timestamp, arrival.arrived_at) as delay_seconds
    from event
    inner join arrival
        on event.source = arrival.source and event.payload_hash = arrival.payload_hash
)

select
    source,
    calendar_date,
    count(*) as event_count,
    count_if(delay_seconds > 300) as late_count,
    round(100 * count_if(delay_seconds > 300) / count(*), 2) as late_percent,
    median(delay_seconds) as median_delay_seconds,
    percentile_cont(0.95) within group (order by delay_seconds) as p95_delay_seconds,
    max(delay_seconds) as max_delay_seconds
from delay
group by source, calendar_date;

create or replace view ops.volume_anomaly (
    source comment 'patient_flow, encounter or vitals.',
    hour_start comment 'Start of the hour, UTC.',
    row_count comment 'Events, or readings of known patients, of the hour.',
    expected_count comment 'Mean of the same hour of the same weekday in up to four weeks before; null without one.',
    anomaly comment 'LOW under half, HIGH over twice of what is expected, and by more than three deviations of a random count; else NONE; null without an earlier week.'
)
copy grants
comment = 'One row per source and whole hour of the 28 days before gold.as_of, from the source''s first hour on; hours without any event too.'
as
with bounds as (
    select
        date_trunc('hour', as_of) as end_at,
        dateadd(day, -56, date_trunc('hour', as_of)) as begin_at,
        dateadd(day, -28, date_trunc('hour', as_of)) as report_at
    from gold.as_of
),

counted as (
    select
        'patient_flow' as source,
        date_trunc('hour', event_timestamp) as hour_start,
        count(*) as row_count
    from silver.patient_flow
    where event_timestamp is not null
    group by date_trunc('hour', event_timestamp)
    union all
    select
        'encounter' as source,
        date_trunc('hour', event_timestamp) as hour_start,
        count(*) as row_count
    from silver.encounter
    where event_timestamp is not null
    group by date_trunc('hour', event_timestamp)
    union all
    select
        'vitals' as source,
        hour_start,
        sum(reading_count) as row_count
    from gold.vitals_hourly
    group by hour_start
),

source as (
    select
        source,
        min(hour_start) as first_at
    from counted
    group by source
),

hour_of_day as (
    select row_number() over (order by seq4()) - 1 as hour_number
    from table(generator(rowcount => 24))
),

every_hour as (
    select
        source.source,
        dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) as hour_start
    from gold.dim_date as calendar
    cross join hour_of_day
    cross join bounds
    cross join source
    where
        calendar.calendar_date between to_date(bounds.begin_at) and to_date(bounds.end_at)
        and dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) >= bounds.begin_at
        and dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) >= source.first_at
        and dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) < bounds.end_at
),

compared as (
    select
        every_hour.source,
        every_hour.hour_start,
        coalesce(counted.row_count, 0) as row_count,
        avg(coalesce(counted.row_count, 0)) over (
            partition by
                every_hour.source, dayofweekiso(every_hour.hour_start), hour(every_hour.hour_start)
            order by every_hour.hour_start
            rows between 4 preceding and 1 preceding
        ) as expected_count
    from every_hour
    left join counted
        on every_hour.source = counted.source and every_hour.hour_start = counted.hour_start
)

select
    compared.source,
    compared.hour_start,
    compared.row_count,
    round(compared.expected_count, 2) as expected_count,
    case
        when compared.expected_count is null then null
        when
            abs(compared.row_count - compared.expected_count)
            <= 3 * sqrt(greatest(compared.expected_count, 1))
            then 'NONE'
        when compared.row_count < compared.expected_count / 2 then 'LOW'
        when compared.row_count > compared.expected_count * 2 then 'HIGH'
        else 'NONE'
    end as anomaly
from compared
cross join bounds
where compared.hour_start >= bounds.report_at;

create or replace view ops.freshness (
    source comment 'patient_flow, encounter or vitals.',
    newest_event_at comment 'The newest event, or the newest reading of a known patient, UTC.',
    hours_behind comment 'Hours from it to gold.as_of: how far the source lies behind the others.',
    missing_count comment 'What the same hours of the weeks before let expect since its newest hour.',
    is_stale comment 'True when that is at least ten.'
)
copy grants
comment = 'One row per source with an event: whether it has fallen silent.'
as
with newest as (
    select
        'patient_flow' as source,
        max(event_timestamp) as newest_event_at
    from silver.patient_flow
    union all
    select
        'encounter' as source,
        max(event_timestamp) as newest_event_at
    from silver.encounter
    union all
    select
        'vitals' as source,
        max(measured_at) as newest_event_at
    from gold.patient_latest_vitals
),

missing as (
    select
        newest.source,
        sum(anomaly.expected_count) as missing_count
    from newest
    inner join ops.volume_anomaly as anomaly
        on newest.source = anomaly.source and newest.newest_event_at < anomaly.hour_start
    group by newest.source
)

select
    newest.source,
    newest.newest_event_at,
    round(datediff(second, newest.newest_event_at, as_of.as_of) / 3600, 2) as hours_behind,
    coalesce(missing.missing_count, 0) as missing_count,
    coalesce(missing.missing_count, 0) >= 10 as is_stale
from newest
cross join gold.as_of as as_of
left join missing
    on newest.source = missing.source
where newest.newest_event_at is not null;

create or replace view ops.snapshot (
    source comment 'Raw table of the feed.',
    as_of comment 'When the snapshot was true, UTC.',
    line_count comment 'Lines of its files.',
    rejected_count comment 'Of these, lines that silver rejects.',
    rejected_percent comment '100 * rejected_count / line_count.',
    hours_since_previous comment 'Hours from the snapshot before; null for the first.',
    growth_percent comment '100 * (line_count / that of the snapshot before - 1); null for the first.',
    is_shrunk comment 'True when it has less than nine tenths of the lines of the snapshot before: perhaps a part is missing.'
)
copy grants
comment = 'One row per feed and snapshot: what the nights brought. Reads raw whole.'
as
with counted as (
    select
        raw_row.source,
        raw_row.received_at as as_of,
        count(*) as line_count,
        count(rejected.origin) as rejected_count
    from ops.raw_row as raw_row
    left join ops.rejected_event as rejected
        on
            raw_row.source = rejected.source
            and raw_row.origin = rejected.origin
            and raw_row.payload_hash = rejected.payload_hash
    where endswith(raw_row.source, '_record')
    group by raw_row.source, raw_row.received_at
),

compared as (
    select
        source,
        as_of,
        line_count,
        rejected_count,
        lag(as_of) over (
            partition by source
            order by as_of
        ) as previous_as_of,
        lag(line_count) over (
            partition by source
            order by as_of
        ) as previous_line_count
    from counted
)

select
    source,
    as_of,
    line_count,
    rejected_count,
    round(100 * rejected_count / line_count, 2) as rejected_percent,
    round(datediff(second, previous_as_of, as_of) / 3600, 2) as hours_since_previous,
    round(100 * (line_count / previous_line_count - 1), 2) as growth_percent,
    coalesce(line_count < 0.9 * previous_line_count, false) as is_shrunk
from compared;

-- Who is at risk: a patient's vital signs beside what is usual for the same patient, from the hourly sums alone.
-- A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.patient_vital_baseline (
    patient_id comment 'Durable patient id.',
    vital comment 'HEART_RATE, SYSTOLIC_BP, DIASTOLIC_BP, OXYGEN_SATURATION, RESPIRATORY_RATE or TEMPERATURE.',
    value_count comment 'Values of the vital.',
    mean_value comment 'Mean of all of them.',
    stddev_value comment 'Their standard deviation, of a sample; null for one value.',
    min_value comment 'The least.',
    max_value comment 'The greatest.',
    recent_mean comment 'Mean of the six hours that end with the patient''s newest hour; null without a value.',
    baseline_mean comment 'Mean of the hours before: what is usual for this patient.',
    baseline_stddev comment 'Standard deviation of the hours before, of a sample.',
    z_score comment '(recent_mean - baseline_mean) / baseline_stddev; null without a baseline that varies.'
)
copy grants
comment = 'One row per patient and vital with a value. Reads the hourly sums alone.'
as
with newest as (
    select
        patient_id,
        max(hour_start) as hour_start
    from gold.vitals_hourly
    group by patient_id
),

placed as (
    select
        hourly.patient_id,
        hourly.hour_start > dateadd(hour, -6, newest.hour_start) as is_recent,
        hourly.heart_rate_count,
        hourly.heart_rate_sum,
        hourly.heart_rate_sum_of_squares,
        hourly.heart_rate_min,
        hourly.heart_rate_max,
        hourly.systolic_bp_count,
        hourly.systolic_bp_sum,
        hourly.systolic_bp_sum_of_squares,
        hourly.systolic_bp_min,
        hourly.systolic_bp_max,
        hourly.diastolic_bp_count,
        hourly.diastolic_bp_sum,
        hourly.diastolic_bp_sum_of_squares,
        hourly.diastolic_bp_min,
        hourly.diastolic_bp_max,
        hourly.oxygen_saturation_count,
        hourly.oxygen_saturation_sum,
        hourly.oxygen_saturation_sum_of_squares,
        hourly.oxygen_saturation_min,
        hourly.oxygen_saturation_max,
        hourly.respiratory_rate_count,
        hourly.respiratory_rate_sum,
        hourly.respiratory_rate_sum_of_squares,
        hourly.respiratory_rate_min,
        hourly.respiratory_rate_max,
        hourly.temperature_c_count,
        hourly.temperature_c_sum,
        hourly.temperature_c_sum_of_squares,
        hourly.temperature_c_min,
        hourly.temperature_c_max
    from gold.vitals_hourly as hourly
    inner join newest
        on hourly.patient_id = newest.patient_id
),

per_vital as (
    select
        patient_id,
        is_recent,
        'HEART_RATE' as vital,
        heart_rate_count as value_count,
        heart_rate_sum as value_sum,
        heart_rate_sum_of_squares as square_sum,
        heart_rate_min as min_value,
        heart_rate_max as max_value
    from placed
    where heart_rate_count > 0
    union all
    select
        patient_id,
        is_recent,
        'SYSTOLIC_BP' as vital,
        systolic_bp_count as value_count,
        systolic_bp_sum as value_sum,
        systolic_bp_sum_of_squares as square_sum,
        systolic_bp_min as min_value,
        systolic_bp_max as max_value
    from placed
    where systolic_bp_count > 0
    union all
    select
        patient_id,
        is_recent,
        'DIASTOLIC_BP' as vital,
        diastolic_bp_count as value_count,
        diastolic_bp_sum as value_sum,
        diastolic_bp_sum_of_squares as square_sum,
        diastolic_bp_min as min_value,
        diastolic_bp_max as max_value
    from placed
    where diastolic_bp_count > 0
    union all
    select
        patient_id,
        is_recent,
        'OXYGEN_SATURATION' as vital,
        oxygen_saturation_count as value_count,
        oxygen_saturation_sum as value_sum,
        oxygen_saturation_sum_of_squares as square_sum,
        oxygen_saturation_min as min_value,
        oxygen_saturation_max as max_value
    from placed
    where oxygen_saturation_count > 0
    union all
    select
        patient_id,
        is_recent,
        'RESPIRATORY_RATE' as vital,
        respiratory_rate_count as value_count,
        respiratory_rate_sum as value_sum,
        respiratory_rate_sum_of_squares as square_sum,
        respiratory_rate_min as min_value,
        respiratory_rate_max as max_value
    from placed
    where respiratory_rate_count > 0
    union all
    select
        patient_id,
        is_recent,
        'TEMPERATURE' as vital,
        temperature_c_count as value_count,
        temperature_c_sum as value_sum,
        temperature_c_sum_of_squares as square_sum,
        temperature_c_min as min_value,
        temperature_c_max as max_value
    from placed
    where temperature_c_count > 0
),

summed as (
    select
        patient_id,
        vital,
        sum(value_count) as n_all,
        sum(value_sum) as sum_all,
        sum(square_sum) as square_all,
        min(min_value) as min_value,
        max(max_value) as max_value,
        sum(iff(is_recent, value_count, 0)) as n_recent,
        sum(iff(is_recent, value_sum, 0)) as sum_recent,
        sum(iff(is_recent, 0, value_count)) as n_before,
        sum(iff(is_recent, 0, value_sum)) as sum_before,
        sum(iff(is_recent, 0, square_sum)) as square_before
    from per_vital
    group by patient_id, vital
),

-- n * sum of squares - square of the sum is exact in decimals; only the root is not.
measured as (
    select
        patient_id,
        vital,
        n_all,
        min_value,
        max_value,
        sum_all / n_all as mean_value,
        sqrt((n_all * square_all - sum_all * sum_all) / nullif(n_all * (n_all - 1), 0)) as stddev_value,
        sum_recent / nullif(n_recent, 0) as recent_mean,
        sum_before / nullif(n_before, 0) as baseline_mean,
        sqrt((n_before * square_before - sum_before * sum_before) / nullif(n_before * (n_before - 1), 0))
            as baseline_stddev
    from summed
)

select
    patient_id,
    vital,
    n_all as value_count,
    round(mean_value, 2) as mean_value,
    round(stddev_value, 2) as stddev_value,
    min_value,
    max_value,
    round(recent_mean, 2) as recent_mean,
    round(baseline_mean, 2) as baseline_mean,
    round(baseline_stddev, 2) as baseline_stddev,
    round((recent_mean - baseline_mean) / nullif(baseline_stddev, 0), 2) as z_score
from measured;

create or replace view gold.patient_risk_snapshot (
    patient_id comment 'Durable patient id.',
    risk_group comment 'CRITICAL, HIGH, ELEVATED, STABLE; UNKNOWN when the six hours have no vital that says anything.',
    recent_severity comment 'The worst severity of the six hours that end with the patient''s newest hour.',
    recent_news2_max comment 'The greatest NEWS2 of the same hours.',
    greatest_z_score comment 'The greatest deviation from the patient''s own baseline, without sign.',
    latest_severity comment 'Severity of the newest reading.',
    latest_news2_score comment 'NEWS2 of the newest reading.',
    latest_news2_risk comment 'Its clinical risk.',
    last_measured_at comment 'The newest reading, UTC.',
    hours_silent comment 'Hours from the newest reading to gold.as_of.',
    reading_count comment 'Readings.',
    normal_count comment 'Readings of severity NORMAL.',
    moderate_count comment 'Readings of severity MODERATE.',
    high_count comment 'Readings of severity HIGH.',
    critical_count comment 'Readings of severity CRITICAL.',
    heart_rate_mean comment 'Mean heart rate, beats per minute.',
    heart_rate_stddev comment 'Its standard deviation.',
    heart_rate_min comment 'Least value.',
    heart_rate_max comment 'Greatest value.',
    heart_rate_z_score comment 'Deviation of the recent mean from the patient''s own baseline.',
    systolic_bp_mean comment 'Mean systolic bp, mmHg.',
    systolic_bp_stddev comment 'Its standard deviation.',
    systolic_bp_min comment 'Least value.',
    systolic_bp_max comment 'Greatest value.',
    systolic_bp_z_score comment 'Deviation of the recent mean from the patient''s own baseline.',
    diastolic_bp_mean comment 'Mean diastolic bp, mmHg.',
    diastolic_bp_stddev comment 'Its standard deviation.',
    diastolic_bp_min comment 'Least value.',
    diastolic_bp_max comment 'Greatest value.',
    diastolic_bp_z_score comment 'Deviation of the recent mean from the patient''s own baseline.',
    oxygen_saturation_mean comment 'Mean oxygen saturation, percent.',
    oxygen_saturation_stddev comment 'Its standard deviation.',
    oxygen_saturation_min comment 'Least value.',
    oxygen_saturation_max comment 'Greatest value.',
    oxygen_saturation_z_score comment 'Deviation of the recent mean from the patient''s own baseline.',
    respiratory_rate_mean comment 'Mean respiratory rate, breaths per minute.',
    respiratory_rate_stddev comment 'Its standard deviation.',
    respiratory_rate_min comment 'Least value.',
    respiratory_rate_max comment 'Greatest value.',
    respiratory_rate_z_score comment 'Deviation of the recent mean from the patient''s own baseline.',
    temperature_c_mean comment 'Mean temperature, degrees Celsius.',
    temperature_c_stddev comment 'Its standard deviation.',
    temperature_c_min comment 'Least value.',
    temperature_c_max comment 'Greatest value.',
    temperature_c_z_score comment 'Deviation of the recent mean from the patient''s own baseline.'
)
copy grants
comment = 'One row per patient with a reading. Reads the hourly sums and the latest readings. The group follows the worst sign of the six newest hours: no patient with a breach in them is stable.'
as
with newest as (
    select
        patient_id,
        max(hour_start) as hour_start
    from gold.vitals_hourly
    group by patient_id
),

counted as (
    select
        hourly.patient_id,
        sum(hourly.reading_count) as reading_count,
        sum(hourly.normal_count) as normal_count,
        sum(hourly.moderate_count) as moderate_count,
        sum(hourly.high_count) as high_count,
        sum(hourly.critical_count) as critical_count,
        max(iff(hourly.hour_start > dateadd(hour, -6, newest.hour_start), hourly.news2_max, null))
            as recent_news2_max,
        max(
            case
                when hourly.hour_start <= dateadd(hour, -6, newest.hour_start) then null
                when hourly.critical_count > 0 then 3
                when hourly.high_count > 0 then 2
                when hourly.moderate_count > 0 then 1
                when hourly.normal_count > 0 then 0
            end
        ) as recent_rank
    from gold.vitals_hourly as hourly
    inner join newest
        on hourly.patient_id = newest.patient_id
    group by hourly.patient_id
),

baseline as (
    select
        patient_id,
        max(abs(z_score)) as greatest_z_score,
        max(iff(vital = 'HEART_RATE', mean_value, null)) as heart_rate_mean,
        max(iff(vital = 'HEART_RATE', stddev_value, null)) as heart_rate_stddev,
        max(iff(vital = 'HEART_RATE', min_value, null)) as heart_rate_min,
        max(iff(vital = 'HEART_RATE', max_value, null)) as heart_rate_max,
        max(iff(vital = 'HEART_RATE', z_score, null)) as heart_rate_z_score,
        max(iff(vital = 'SYSTOLIC_BP', mean_value, null)) as systolic_bp_mean,
        max(iff(vital = 'SYSTOLIC_BP', stddev_value, null)) as systolic_bp_stddev,
        max(iff(vital = 'SYSTOLIC_BP', min_value, null)) as systolic_bp_min,
        max(iff(vital = 'SYSTOLIC_BP', max_value, null)) as systolic_bp_max,
        max(iff(vital = 'SYSTOLIC_BP', z_score, null)) as systolic_bp_z_score,
        max(iff(vital = 'DIASTOLIC_BP', mean_value, null)) as diastolic_bp_mean,
        max(iff(vital = 'DIASTOLIC_BP', stddev_value, null)) as diastolic_bp_stddev,
        max(iff(vital = 'DIASTOLIC_BP', min_value, null)) as diastolic_bp_min,
        max(iff(vital = 'DIASTOLIC_BP', max_value, null)) as diastolic_bp_max,
        max(iff(vital = 'DIASTOLIC_BP', z_score, null)) as diastolic_bp_z_score,
        max(iff(vital = 'OXYGEN_SATURATION', mean_value, null)) as oxygen_saturation_mean,
        max(iff(vital = 'OXYGEN_SATURATION', stddev_value, null)) as oxygen_saturation_stddev,
        max(iff(vital = 'OXYGEN_SATURATION', min_value, null)) as oxygen_saturation_min,
        max(iff(vital = 'OXYGEN_SATURATION', max_value, null)) as oxygen_saturation_max,
        max(iff(vital = 'OXYGEN_SATURATION', z_score, null)) as oxygen_saturation_z_score,
        max(iff(vital = 'RESPIRATORY_RATE', mean_value, null)) as respiratory_rate_mean,
        max(iff(vital = 'RESPIRATORY_RATE', stddev_value, null)) as respiratory_rate_stddev,
        max(iff(vital = 'RESPIRATORY_RATE', min_value, null)) as respiratory_rate_min,
        max(iff(vital = 'RESPIRATORY_RATE', max_value, null)) as respiratory_rate_max,
        max(iff(vital = 'RESPIRATORY_RATE', z_score, null)) as respiratory_rate_z_score,
        max(iff(vital = 'TEMPERATURE', mean_value, null)) as temperature_c_mean,
        max(iff(vital = 'TEMPERATURE', stddev_value, null)) as temperature_c_stddev,
        max(iff(vital = 'TEMPERATURE', min_value, null)) as temperature_c_min,
        max(iff(vital = 'TEMPERATURE', max_value, null)) as temperature_c_max,
        max(iff(vital = 'TEMPERATURE', z_score, null)) as temperature_c_z_score
    from gold.patient_vital_baseline
    group by patient_id
)

select
    counted.patient_id,
    case
        when counted.recent_rank = 3 or counted.recent_news2_max >= 7 then 'CRITICAL'
        when counted.recent_rank = 2 or counted.recent_news2_max >= 5 then 'HIGH'
        when
            counted.recent_rank = 1
            or counted.recent_news2_max >= 3
            or baseline.greatest_z_score >= 2
            then 'ELEVATED'
        when counted.recent_rank = 0 then 'STABLE'
        else 'UNKNOWN'
    end as risk_group,
    case counted.recent_rank
        when 3 then 'CRITICAL' when 2 then 'HIGH' when 1 then 'MODERATE' when 0 then 'NORMAL'
    end as recent_severity,
    counted.recent_news2_max,
    baseline.greatest_z_score,
    latest.severity as latest_severity,
    latest.news2_score as latest_news2_score,
    latest.news2_risk as latest_news2_risk,
    latest.measured_at as last_measured_at,
    round(datediff(second, latest.measured_at, as_of.as_of) / 3600, 2) as hours_silent,
    counted.reading_count,
    counted.normal_count,
    counted.moderate_count,
    counted.high_count,
    counted.critical_count,
    baseline.heart_rate_mean,
    baseline.heart_rate_stddev,
    baseline.heart_rate_min,
    baseline.heart_rate_max,
    baseline.heart_rate_z_score,
    baseline.systolic_bp_mean,
    baseline.systolic_bp_stddev,
    baseline.systolic_bp_min,
    baseline.systolic_bp_max,
    baseline.systolic_bp_z_score,
    baseline.diastolic_bp_mean,
    baseline.diastolic_bp_stddev,
    baseline.diastolic_bp_min,
    baseline.diastolic_bp_max,
    baseline.diastolic_bp_z_score,
    baseline.oxygen_saturation_mean,
    baseline.oxygen_saturation_stddev,
    baseline.oxygen_saturation_min,
    baseline.oxygen_saturation_max,
    baseline.oxygen_saturation_z_score,
    baseline.respiratory_rate_mean,
    baseline.respiratory_rate_stddev,
    baseline.respiratory_rate_min,
    baseline.respiratory_rate_max,
    baseline.respiratory_rate_z_score,
    baseline.temperature_c_mean,
    baseline.temperature_c_stddev,
    baseline.temperature_c_min,
    baseline.temperature_c_max,
    baseline.temperature_c_z_score
from counted
inner join gold.patient_latest_vitals as latest
    on counted.patient_id = latest.patient_id
cross join gold.as_of as as_of
left join baseline
    on counted.patient_id = baseline.patient_id;

-- Views of vital signs. They read sums, alerts and latest readings, not the history of readings, but where their comment
-- names gold.fact_vitals. A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.vitals_enriched (
    event_id comment 'Id of the reading.',
    patient_id comment 'Durable patient id; null when unknown.',
    patient_key comment 'Version of gold.dim_patient in force when it was measured; -1 when there is none.',
    gender comment 'Gender, of that version.',
    age comment 'Age in years, of that version.',
    insurance_type comment 'Insurance, of that version.',
    stay_key comment 'The stay that was open: the one admitted last, unless it had ended; null outside of any.',
    hospital_id comment 'Hospital of the stay.',
    hospital_key comment 'Version of gold.dim_hospital in force when it was measured; -1 when there is none.',
    hospital_name comment 'Hospital name, of that version.',
    city comment 'City, of that version.',
    department comment 'Department of the stay.',
    bed_id comment 'Bed of the stay.',
    device_id comment 'Monitor that measured.',
    measured_at comment 'When it was measured, UTC; null when not told.',
    heart_rate comment 'Beats per minute.',
    systolic_bp comment 'Systolic blood pressure, mmHg.',
    diastolic_bp comment 'Diastolic blood pressure, mmHg.',
    oxygen_saturation comment 'Oxygen saturation, percent.',
    respiratory_rate comment 'Breaths per minute.',
    temperature_c comment 'Body temperature, degrees Celsius.',
    consciousness comment 'A, C, V, P or U.',
    on_supplemental_oxygen comment 'True on oxygen, false on air; null when not told.',
    severity comment 'The worst of the vitals'' severities; null without a vital.',
    news2_score comment 'NEWS2.',
    news2_risk comment 'Low, Low-Medium, Medium or High.',
    news2_is_partial comment 'True when a parameter of NEWS2 is missing.'
)
copy grants
comment = 'One row per reading of gold.fact_vitals, with the patient version, stay, hospital and department in force when it was measured.'
as
with patient_version as (
    select
        patient_id,
        patient_key,
        gender,
        age,
        insurance_type,
        -- Null for the first version: it holds from the beginning, as in the facts.
        lag(valid_to) over (partition by patient_id order by valid_from) as from_at,
        valid_to as to_at
    from gold.dim_patient
    where patient_id is not null
),

hospital_version as (
    select
        hospital_id,
        hospital_key,
        hospital_name,
        city,
        lag(valid_to) over (partition by hospital_id order by valid_from) as from_at,
        valid_to as to_at
    from gold.dim_hospital
    where hospital_id is not null
),

admission as (
    select
        patient_id,
        stay_key,
        hospital_id,
        department,
        bed_id,
        admitted_at,
        discharged_at,
        lead(admitted_at) over (partition by patient_id order by admitted_at, stay_key) as next_at
    from gold.fact_patient_flow
    where has_admission and patient_id is not null and admitted_at is not null
),

stay as (
    select
        patient_id,
        stay_key,
        hospital_id,
        department,
        bed_id,
        admitted_at,
        coalesce(least(discharged_at, next_at), discharged_at, next_at) as left_at
    from admission
)

select
    reading.event_id,
    reading.patient_id,
    coalesce(patient_version.patient_key, '-1') as patient_key,
    patient_version.gender,
    patient_version.age,
    patient_version.insurance_type,
    stay.stay_key,
    stay.hospital_id,
    coalesce(hospital_version.hospital_key, '-1') as hospital_key,
    hospital_version.hospital_name,
    hospital_version.city,
    stay.department,
    stay.bed_id,
    reading.device_id,
    reading.measured_at,
    reading.heart_rate,
    reading.systolic_bp,
    reading.diastolic_bp,
    reading.oxygen_saturation,
    reading.respiratory_rate,
    reading.temperature_c,
    reading.consciousness,
    reading.on_supplemental_oxygen,
    reading.severity,
    reading.news2_score,
    reading.news2_risk,
    reading.news2_is_partial
from gold.fact_vitals as reading
left join patient_version
    on
        reading.patient_id = patient_version.patient_id
        and (patient_version.from_at is null or reading.measured_at >= patient_version.from_at)
        and (patient_version.to_at is null or reading.measured_at < patient_version.to_at)
left join stay
    on
        reading.patient_id = stay.patient_id
        and reading.measured_at >= stay.admitted_at
        and (stay.left_at is null or reading.measured_at < stay.left_at)
left join hospital_version
    on
        stay.hospital_id = hospital_version.hospital_id
        and (hospital_version.from_at is null or reading.measured_at >= hospital_version.from_at)
        and (hospital_version.to_at is null or reading.measured_at < hospital_version.to_at);

create or replace view gold.alert_episode (
    patient_id comment 'Durable patient id.',
    alert_type comment 'Vital and direction, as HEART_RATE_HIGH; or CONSCIOUSNESS.',
    started_at comment 'First breach, UTC.',
    ended_at comment 'Last breach, UTC.',
    window_count comment 'Windows of 15 minutes, each following the one before.',
    breach_count comment 'Readings over the threshold.',
    severity comment 'The worst severity reached: MODERATE, HIGH or CRITICAL.',
    worst_value comment 'The lowest value of a LOW alert, the highest of a HIGH one; null for CONSCIOUSNESS.',
    worst_consciousness comment 'The lowest consciousness, C, V, P or U; null for the other types.'
)
copy grants
comment = 'One row per unbroken row of 15-minute windows of gold.fact_alert, of one patient and alert type.'
as
with numbered as (
    select
        patient_id,
        alert_type,
        window_start,
        severity_rank,
        first_breach_at,
        last_breach_at,
        breach_count,
        worst_value,
        worst_consciousness,
        -- Windows of one episode are 15 minutes and one number apart: what is left is the same for all.
        dateadd(
            minute,
            -15 * row_number() over (partition by patient_id, alert_type order by window_start),
            window_start
        ) as episode
    from gold.fact_alert
)

select
    patient_id,
    alert_type,
    min(first_breach_at) as started_at,
    max(last_breach_at) as ended_at,
    count(*) as window_count,
    sum(breach_count) as breach_count,
    case max(severity_rank) when 3 then 'CRITICAL' when 2 then 'HIGH' else 'MODERATE' end as severity,
    iff(endswith(alert_type, '_LOW'), min(worst_value), max(worst_value)) as worst_value,
    -- A to U in the order of AVPU with C behind A: C, V, P, U.
    substr('CVPU', nullif(max(position(worst_consciousness in 'CVPU')), 0), 1) as worst_consciousness
from numbered
group by patient_id, alert_type, episode;

create or replace view gold.patient_kpi (
    patient_id comment 'Durable patient id.',
    reading_count comment 'Readings of monitors.',
    avg_heart_rate comment 'Mean heart rate, beats per minute; null without one.',
    bp_abnormal_count comment 'Readings whose systolic or diastolic pressure is above NORMAL severity.',
    hospitals_visited comment 'Different hospitals of the patient''s stays.',
    city_change_count comment 'Moves to another city, as the patients files tell them.',
    latest_city comment 'City the patient lives in now; null without a patients file.',
    last_seen comment 'The newest reading, admission or discharge, UTC.',
    is_high_risk_patient comment 'avg_heart_rate > 100 or bp_abnormal_count >= 3.'
)
copy grants
comment = 'One row per patient with a reading or a stay. Reads the hourly sums, the stays and the patient versions.'
as
with vitals as (
    select
        patient_id,
        sum(reading_count) as reading_count,
        sum(heart_rate_sum) / nullif(sum(heart_rate_count), 0) as avg_heart_rate,
        sum(bp_abnormal_count) as bp_abnormal_count,
        max(last_measured_at) as last_measured_at
    from gold.vitals_hourly
    group by patient_id
),

visited as (
    select
        patient_id,
        count(distinct hospital_id) as hospitals_visited,
        max(coalesce(discharged_at, admitted_at)) as last_at
    from gold.fact_patient_flow
    where patient_id is not null
    group by patient_id
),

lived as (
    select
        patient_id,
        city,
        lag(city) over (partition by patient_id order by valid_from) as city_before,
        is_current
    from gold.dim_patient
    where patient_id is not null
),

moved as (
    select
        patient_id,
        count_if(city <> city_before) as city_change_count,
        max(iff(is_current, city, null)) as latest_city
    from lived
    group by patient_id
),

patient as (
    select patient_id
    from vitals
    union distinct
    select patient_id
    from visited
)

select
    patient.patient_id,
    coalesce(vitals.reading_count, 0) as reading_count,
    round(vitals.avg_heart_rate, 2) as avg_heart_rate,
    coalesce(vitals.bp_abnormal_count, 0) as bp_abnormal_count,
    coalesce(visited.hospitals_visited, 0) as hospitals_visited,
    coalesce(moved.city_change_count, 0) as city_change_count,
    moved.latest_city,
    coalesce(greatest(vitals.last_measured_at, visited.last_at), vitals.last_measured_at, visited.last_at)
        as last_seen,
    coalesce(vitals.avg_heart_rate > 100, false) or coalesce(vitals.bp_abnormal_count >= 3, false)
        as is_high_risk_patient
from patient
left join vitals
    on patient.patient_id = vitals.patient_id
left join visited
    on patient.patient_id = visited.patient_id
left join moved
    on patient.patient_id = moved.patient_id;

create or replace view gold.kpi_alert_volume (
    alert_hour comment 'The hour in which the window starts, UTC.',
    patient_id comment 'Durable patient id.',
    alert_type comment 'Vital and direction, as HEART_RATE_HIGH; or CONSCIOUSNESS.',
    severity comment 'The worst severity of a window: MODERATE, HIGH or CRITICAL.',
    alert_count comment 'Windows of 15 minutes.',
    breach_count comment 'Readings over the threshold.'
)
copy grants
comment = 'One row per hour, patient, alert type and severity: to be summed over any of them.'
as
select
    date_trunc('hour', window_start) as alert_hour,
    patient_id,
    alert_type,
    severity,
    count(*) as alert_count,
    sum(breach_count) as breach_count
from gold.fact_alert
group by date_trunc('hour', window_start), patient_id, alert_type, severity;

create or replace view gold.kpi_breach_pattern (
    pattern comment 'The alert types of a window in alphabetical order, joined by +.',
    alert_type_count comment 'How many there are.',
    window_count comment 'Windows of a patient with exactly these.',
    patient_count comment 'Patients with such a window.',
    critical_window_count comment 'Windows in which one of them was CRITICAL.',
    share_percent comment '100 * window_count / all windows with an alert.'
)
copy grants
comment = 'One row per combination of alert types that met in a 15-minute window of a patient.'
as
with pattern_of_window as (
    select
        patient_id,
        window_start,
        listagg(alert_type, '+') within group (order by alert_type) as pattern,
        count(*) as alert_type_count,
        max(severity_rank) as severity_rank
    from gold.fact_alert
    group by patient_id, window_start
)

select
    pattern,
    alert_type_count,
    count(*) as window_count,
    count(distinct patient_id) as patient_count,
    count_if(severity_rank = 3) as critical_window_count,
    round(100 * count(*) / sum(count(*)) over (), 2) as share_percent
from pattern_of_window
group by pattern, alert_type_count;

create or replace view gold.kpi_severity_share (
    calendar_date comment 'The day, UTC.',
    severity comment 'NORMAL, MODERATE, HIGH or CRITICAL; NONE for readings without any vital.',
    reading_count comment 'Readings.',
    share_percent comment '100 * reading_count / readings of the day.'
)
copy grants
comment = 'One row per day and severity that occurred. Reads the hourly sums.'
as
with per_day as (
    select
        to_date(hour_start) as calendar_date,
        sum(reading_count) as reading_count,
        sum(normal_count) as normal_count,
        sum(moderate_count) as moderate_count,
        sum(high_count) as high_count,
        sum(critical_count) as critical_count
    from gold.vitals_hourly
    group by to_date(hour_start)
),

per_severity as (
    select
        calendar_date,
        'NORMAL' as severity,
        normal_count as severity_count,
        reading_count
    from per_day
    union all
    select
        calendar_date,
        'MODERATE' as severity,
        moderate_count as severity_count,
        reading_count
    from per_day
    union all
    select
        calendar_date,
        'HIGH' as severity,
        high_count as severity_count,
        reading_count
    from per_day
    union all
    select
        calendar_date,
        'CRITICAL' as severity,
        critical_count as severity_count,
        reading_count
    from per_day
    union all
    select
        calendar_date,
        'NONE' as severity,
        reading_count - normal_count - moderate_count - high_count - critical_count as severity_count,
        reading_count
    from per_day
)

select
    calendar_date,
    severity,
    severity_count as reading_count,
    round(100 * severity_count / reading_count, 2) as share_percent
from per_severity
where severity_count > 0;

create or replace view gold.kpi_vital_severity_correlation (
    vital comment 'HEART_RATE, SYSTOLIC_BP, DIASTOLIC_BP, OXYGEN_SATURATION, RESPIRATORY_RATE or TEMPERATURE.',
    value_count comment 'Readings with a value.',
    correlation comment 'Pearson''s r of the value and the severity of the reading as 0 (NORMAL) to 3 (CRITICAL).',
    correlation_of_distance comment 'The same of the distance from the mean: for vitals that alarm on both sides.'
)
copy grants
comment = 'One row per vital with a value. Reads gold.fact_vitals.'
as
with ranked as (
    select
        heart_rate,
        systolic_bp,
        diastolic_bp,
        oxygen_saturation,
        respiratory_rate,
        temperature_c,
        case severity when 'CRITICAL' then 3 when 'HIGH' then 2 when 'MODERATE' then 1 else 0 end
            as severity_rank
    from gold.fact_vitals
    where severity is not null
),

per_vital as (
    select
        'HEART_RATE' as vital,
        heart_rate as vital_value,
        severity_rank
    from ranked
    where heart_rate is not null
    union all
    select
        'SYSTOLIC_BP' as vital,
        systolic_bp as vital_value,
        severity_rank
    from ranked
    where systolic_bp is not null
    union all
    select
        'DIASTOLIC_BP' as vital,
        diastolic_bp as vital_value,
        severity_rank
    from ranked
    where diastolic_bp is not null
    union all
    select
        'OXYGEN_SATURATION' as vital,
        oxygen_saturation as vital_value,
        severity_rank
    from ranked
    where oxygen_saturation is not null
    union all
    select
        'RESPIRATORY_RATE' as vital,
        respiratory_rate as vital_value,
        severity_rank
    from ranked
    where respiratory_rate is not null
    union all
    select
        'TEMPERATURE' as vital,
        temperature_c as vital_value,
        severity_rank
    from ranked
    where temperature_c is not null
),

with_distance as (
    select
        vital,
        vital_value,
        severity_rank,
        abs(vital_value - avg(vital_value) over (partition by vital)) as distance
    from per_vital
)

select
    vital,
    count(*) as value_count,
    round(corr(vital_value, severity_rank), 3) as correlation,
    round(corr(distance, severity_rank), 3) as correlation_of_distance
from with_distance
group by vital;

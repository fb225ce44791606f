-- KPI views: plain SQL over dimensions and facts. "Now" is gold.as_of, never the clock.

use database <% ctx.env.database %>;

create or alter view gold.as_of (
    as_of comment 'The greatest event timestamp in silver, UTC: now, for every view.'
)
comment = 'One row: the time up to which events have arrived.'
as
with event_time as (
    select max(event_timestamp) as latest_at
    from silver.patient_flow
    union all
    select max(event_timestamp) as latest_at
    from silver.encounter
)

select max(event_time.latest_at) as as_of
from event_time;

create or alter view gold.kpi_bed_occupancy (
    hospital_id comment 'Hospital id; null for stays whose hospital is not known.',
    hospital_name comment 'Current name of the hospital.',
    department comment 'Department.',
    bed_capacity comment 'Staffed beds of the newest departments file; null until one names the department.',
    occupied_beds comment 'Open stays: admissions without a discharge, also where it never came or could not be read.',
    free_beds comment 'bed_capacity - occupied_beds.',
    occupancy_percent comment '100 * occupied_beds / bed_capacity.',
    as_of comment 'The time this is true for, UTC.'
)
comment = 'One row per department of a hospital that has beds or open stays, now.'
as
with open_stay as (
    select
        department_key,
        count(*) as occupied_beds
    from gold.fact_patient_flow
    where is_currently_admitted
    group by department_key
),

current_hospital as (
    select
        hospital_id,
        hospital_name
    from gold.dim_hospital
    where is_current
)

select
    department.hospital_id,
    current_hospital.hospital_name,
    department.department,
    department.bed_capacity,
    coalesce(open_stay.occupied_beds, 0) as occupied_beds,
    department.bed_capacity - coalesce(open_stay.occupied_beds, 0) as free_beds,
    round(100 * coalesce(open_stay.occupied_beds, 0) / nullif(department.bed_capacity, 0), 1)
        as occupancy_percent,
    as_of.as_of
from gold.dim_department as department
left join open_stay
    on department.department_key = open_stay.department_key
left join current_hospital
    on department.hospital_id = current_hospital.hospital_id
cross join gold.as_of as as_of
where department.bed_capacity is not null or open_stay.occupied_beds > 0;

create or alter view gold.kpi_hourly_census (
    census_at comment 'The full hour, UTC.',
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    occupied_beds comment 'Stays with admitted_at <= census_at and discharged_at after it or open.'
)
comment = 'One row per hour from the first admission to gold.as_of, hospital and department.'
as
with stay as (
    select
        hospital_id,
        department,
        admitted_at,
        greatest(discharged_at, admitted_at) as left_at
    from gold.fact_patient_flow
    where has_admission and admitted_at is not null
),

-- A stay counts from the first full hour at or after its admission, and no more from the first
-- full hour at or after its end.
movement as (
    select
        hospital_id,
        department,
        dateadd(
            hour, iff(date_trunc('hour', admitted_at) < admitted_at, 1, 0), date_trunc('hour', admitted_at)
        )
            as census_at,
        1 as change
    from stay
    union all
    select
        hospital_id,
        department,
        dateadd(hour, iff(date_trunc('hour', left_at) < left_at, 1, 0), date_trunc('hour', left_at))
            as census_at,
        -1 as change
    from stay
    where left_at is not null
),

bounds as (
    select
        min(movement.census_at) as first_at,
        max(as_of.as_of) as last_at
    from movement
    cross join gold.as_of as as_of
),

hour_of_day as (
    select row_number() over (order by seq4()) - 1 as hour_number
    from table(generator(rowcount => 24))
),

census_hour as (
    select dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) as census_at
    from gold.dim_date as calendar
    cross join hour_of_day
    cross join bounds
    where
        calendar.calendar_date between to_date(bounds.first_at) and to_date(bounds.last_at)
        and dateadd(hour, hour_of_day.hour_number, calendar.calendar_date)
        between bounds.first_at and bounds.last_at
),

place as (
    select distinct
        hospital_id,
        department
    from stay
),

change_per_hour as (
    select
        hospital_id,
        department,
        census_at,
        sum(change) as change
    from movement
    group by hospital_id, department, census_at
),

every_hour as (
    select
        census_hour.census_at,
        place.hospital_id,
        place.department,
        coalesce(change_per_hour.change, 0) as change
    from census_hour
    cross join place
    left join change_per_hour
        on
            census_hour.census_at = change_per_hour.census_at
            and place.hospital_id is not distinct from change_per_hour.hospital_id
            and place.department is not distinct from change_per_hour.department
)

select
    every_hour.census_at,
    every_hour.hospital_id,
    every_hour.department,
    sum(every_hour.change) over (
        partition by every_hour.hospital_id, every_hour.department
        order by every_hour.census_at
        rows between unbounded preceding and current row
    ) as occupied_beds
from every_hour;

create or alter view gold.kpi_occupancy_by_gender (
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    gender comment 'Gender at the admission.',
    occupied_beds comment 'Open stays of that gender.',
    share_percent comment '100 * occupied_beds / open stays of the department.'
)
comment = 'One row per hospital, department and gender with open stays, now.'
as
with open_stay as (
    select
        hospital_id,
        department,
        gender,
        count(*) as occupied_beds
    from gold.fact_patient_flow
    where is_currently_admitted
    group by hospital_id, department, gender
)

select
    open_stay.hospital_id,
    open_stay.department,
    open_stay.gender,
    open_stay.occupied_beds,
    round(
        100 * open_stay.occupied_beds
        / sum(open_stay.occupied_beds) over (partition by open_stay.hospital_id, open_stay.department),
        1
    ) as share_percent
from open_stay;

create or alter view gold.kpi_length_of_stay (
    department comment 'Department.',
    stay_count comment 'Closed stays whose length is known.',
    mean_hours comment 'Mean of length_of_stay_hours.',
    median_hours comment 'Median of length_of_stay_hours.',
    p90_hours comment '90th percentile of length_of_stay_hours, interpolated.'
)
comment = 'One row per department: how long its patients stayed.'
as
select
    department,
    count(*) as stay_count,
    round(avg(length_of_stay_hours), 2) as mean_hours,
    round(median(length_of_stay_hours), 2) as median_hours,
    round(percentile_cont(0.9) within group (order by length_of_stay_hours), 2) as p90_hours
from gold.fact_patient_flow
where length_of_stay_hours is not null
group by department;

create or alter view gold.kpi_admissions_by_priority_and_weekday (
    admission_priority comment 'Emergency, Urgent, Scheduled or Transfer.',
    weekday_number comment 'ISO day of the week, Monday is 1.',
    weekday_name comment 'Day of the week, as Mon.',
    admission_count comment 'Admissions on that weekday.',
    share_percent comment '100 * admission_count / all admissions of the priority.'
)
comment = 'One row per priority and day of the week.'
as
with admission as (
    select
        stay.admission_priority,
        calendar.weekday_number,
        calendar.weekday_name,
        count(*) as admission_count
    from gold.fact_patient_flow as stay
    inner join gold.dim_date as calendar
        on stay.admission_date_key = calendar.date_key
    where stay.has_admission
    group by stay.admission_priority, calendar.weekday_number, calendar.weekday_name
)

select
    admission.admission_priority,
    admission.weekday_number,
    admission.weekday_name,
    admission.admission_count,
    round(
        100 * admission.admission_count
        / sum(admission.admission_count) over (partition by admission.admission_priority),
        1
    ) as share_percent
from admission;

create or alter view gold.kpi_top_diagnosis (
    department comment 'Department.',
    diagnosis_rank comment 'Rank by stays within the department; equal counts share a rank.',
    diagnosis_code comment 'ICD-10 code and short name.',
    stay_count comment 'Stays with the diagnosis.',
    mean_stay_hours comment 'Mean of length_of_stay_hours.'
)
comment = 'One row per department and diagnosis of its ten most frequent ones.'
as
with diagnosis as (
    select
        department,
        diagnosis_code,
        count(*) as stay_count,
        round(avg(length_of_stay_hours), 2) as mean_stay_hours
    from gold.fact_patient_flow
    where diagnosis_code is not null
    group by department, diagnosis_code
)

select
    diagnosis.department,
    rank() over (partition by diagnosis.department order by diagnosis.stay_count desc) as diagnosis_rank,
    diagnosis.diagnosis_code,
    diagnosis.stay_count,
    diagnosis.mean_stay_hours
from diagnosis
qualify rank() over (partition by diagnosis.department order by diagnosis.stay_count desc) <= 10;

create or alter view gold.kpi_vitals_by_department (
    department comment 'Department.',
    stay_count comment 'Stays.',
    mean_heart_rate comment 'Mean heart rate at admission, beats per minute.',
    mean_bp_systolic comment 'Mean systolic blood pressure at admission, mmHg.',
    mean_bp_diastolic comment 'Mean diastolic blood pressure at admission, mmHg.',
    mean_temperature_f comment 'Mean body temperature at admission, degrees Fahrenheit.',
    mean_oxygen_saturation comment 'Mean oxygen saturation at admission, percent.'
)
comment = 'One row per department: its patients'' vitals at admission.'
as
select
    department,
    count(*) as stay_count,
    round(avg(heart_rate), 1) as mean_heart_rate,
    round(avg(bp_systolic), 1) as mean_bp_systolic,
    round(avg(bp_diastolic), 1) as mean_bp_diastolic,
    round(avg(temperature_f), 1) as mean_temperature_f,
    round(avg(oxygen_saturation), 1) as mean_oxygen_saturation
from gold.fact_patient_flow
group by department;

create or alter view gold.kpi_daily_volume (
    calendar_date comment 'The day, UTC.',
    hospital_id comment 'Hospital id; null when not known.',
    admission_count comment 'Stays admitted on the day.',
    discharge_count comment 'Stays discharged on the day.'
)
comment = 'One row per day and hospital with an admission or a discharge.'
as
with movement as (
    select
        admission_date_key as date_key,
        hospital_id,
        1 as admission_count,
        0 as discharge_count
    from gold.fact_patient_flow
    where has_admission
    union all
    select
        discharge_date_key as date_key,
        hospital_id,
        0 as admission_count,
        1 as discharge_count
    from gold.fact_patient_flow
    where not is_currently_admitted
)

select
    calendar.calendar_date,
    movement.hospital_id,
    sum(movement.admission_count) as admission_count,
    sum(movement.discharge_count) as discharge_count
from movement
inner join gold.dim_date as calendar
    on movement.date_key = calendar.date_key
group by calendar.calendar_date, movement.hospital_id;

create or alter view gold.kpi_department_inflow (
    calendar_date comment 'The day, UTC.',
    department comment 'Department.',
    admission_count comment 'Stays admitted on the day.',
    discharge_count comment 'Stays discharged on the day.',
    net_inflow comment 'admission_count - discharge_count.'
)
comment = 'One row per day and department with an admission or a discharge.'
as
with movement as (
    select
        admission_date_key as date_key,
        department,
        1 as admission_count,
        0 as discharge_count
    from gold.fact_patient_flow
    where has_admission
    union all
    select
        discharge_date_key as date_key,
        department,
        0 as admission_count,
        1 as discharge_count
    from gold.fact_patient_flow
    where not is_currently_admitted
)

select
    calendar.calendar_date,
    movement.department,
    sum(movement.admission_count) as admission_count,
    sum(movement.discharge_count) as discharge_count,
    sum(movement.admission_count) - sum(movement.discharge_count) as net_inflow
from movement
inner join gold.dim_date as calendar
    on movement.date_key = calendar.date_key
group by calendar.calendar_date, movement.department;

create or alter view gold.kpi_bed_turnover (
    hospital_id comment 'Hospital id.',
    department comment 'Department.',
    bed_capacity comment 'Staffed beds of the newest departments file.',
    discharge_count comment 'Stays discharged in the 30 days up to gold.as_of.',
    turnover_rate comment 'discharge_count / bed_capacity: patients per bed in 30 days.',
    occupied_bed_hours comment 'Hours of those 30 days in which stays held a bed, summed.',
    turnover_interval_hours comment '(30 * 24 * bed_capacity - occupied_bed_hours) / discharge_count: empty hours between patients.'
)
comment = 'One row per department with beds: how fast its beds change patients, over the last 30 days.'
as
with period as (
    select
        dateadd(day, -30, as_of.as_of) as starts_at,
        as_of.as_of as ends_at
    from gold.as_of as as_of
),

held as (
    select
        stay.department_key,
        iff(stay.discharged_at > period.starts_at and stay.discharged_at <= period.ends_at, 1, 0)
            as discharged,
        greatest(
            datediff(
                second,
                greatest(stay.admitted_at, period.starts_at),
                least(coalesce(stay.discharged_at, period.ends_at), period.ends_at)
            ),
            0
        ) as held_seconds
    from gold.fact_patient_flow as stay
    cross join period
    where
        stay.has_admission
        and stay.admitted_at < period.ends_at
        and coalesce(stay.discharged_at, period.ends_at) > period.starts_at
),

per_department as (
    select
        department_key,
        sum(discharged) as discharge_count,
        round(sum(held_seconds) / 3600, 1) as occupied_bed_hours
    from held
    group by department_key
)

select
    department.hospital_id,
    department.department,
    department.bed_capacity,
    coalesce(per_department.discharge_count, 0) as discharge_count,
    round(coalesce(per_department.discharge_count, 0) / nullif(department.bed_capacity, 0), 2)
        as turnover_rate,
    coalesce(per_department.occupied_bed_hours, 0) as occupied_bed_hours,
    round(
        (30 * 24 * department.bed_capacity - coalesce(per_department.occupied_bed_hours, 0))
        / nullif(per_department.discharge_count, 0),
        1
    ) as turnover_interval_hours
from gold.dim_department as department
left join per_department
    on department.department_key = per_department.department_key
where department.bed_capacity is not null;

create or alter view gold.kpi_overstay (
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    gender comment 'Gender at the admission.',
    stay_count comment 'Stays, open ones up to gold.as_of.',
    over_50_hours_count comment 'Stays of more than 50 hours.',
    over_50_hours_percent comment '100 * over_50_hours_count / stay_count.',
    past_expected_count comment 'Stays that ended, or are still open, after their expected discharge.',
    mean_hours_past_expected comment 'Mean hours past the expected discharge, over those stays.'
)
comment = 'One row per hospital, department and gender: who stays longer than 50 hours or than expected.'
as
with stay as (
    select
        flow.hospital_id,
        flow.department,
        flow.gender,
        datediff(second, flow.admitted_at, coalesce(flow.discharged_at, as_of.as_of)) as stay_seconds,
        datediff(second, flow.expected_discharge_at, coalesce(flow.discharged_at, as_of.as_of))
            as seconds_past_expected
    from gold.fact_patient_flow as flow
    cross join gold.as_of as as_of
    where flow.has_admission
)

select
    hospital_id,
    department,
    gender,
    count(*) as stay_count,
    count_if(stay_seconds > 50 * 3600) as over_50_hours_count,
    round(100 * count_if(stay_seconds > 50 * 3600) / count(*), 1) as over_50_hours_percent,
    count_if(seconds_past_expected > 0) as past_expected_count,
    round(avg(iff(seconds_past_expected > 0, seconds_past_expected, null)) / 3600, 1)
        as mean_hours_past_expected
from stay
group by hospital_id, department, gender;

create or alter view gold.kpi_encounters_by_department (
    department comment 'Encounter class: inpatient, ambulatory, emergency and so on.',
    encounter_count comment 'Encounters.',
    patient_count comment 'Distinct patients.',
    mean_duration_minutes comment 'Mean minutes from start to end.',
    total_claim_cost comment 'Sum of claimed cost, US dollars.',
    payer_coverage comment 'Sum covered by payers, US dollars.',
    coverage_percent comment '100 * payer_coverage / total_claim_cost.'
)
comment = 'One row per encounter class.'
as
select
    department,
    count(*) as encounter_count,
    count(distinct patient_id) as patient_count,
    round(avg(duration_minutes), 1) as mean_duration_minutes,
    sum(total_claim_cost) as total_claim_cost,
    sum(payer_coverage) as payer_coverage,
    round(100 * sum(payer_coverage) / nullif(sum(total_claim_cost), 0), 1) as coverage_percent
from gold.fact_encounter
group by department;

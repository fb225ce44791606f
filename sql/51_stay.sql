-- KPI views over dimensions and facts. Stays: how long, how well, with what.
-- "Now" is gold.as_of, never the clock. A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.kpi_length_of_stay (
    department comment 'Department.',
    stay_count comment 'Closed stays whose length is known.',
    mean_hours comment 'Mean of length_of_stay_hours.',
    median_hours comment 'Median of length_of_stay_hours.',
    p90_hours comment '90th percentile of length_of_stay_hours, interpolated.'
)
copy grants
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

create or replace view gold.kpi_overstay (
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    gender comment 'Gender at the admission.',
    stay_count comment 'Stays, open ones up to gold.as_of.',
    over_50_hours_count comment 'Stays of more than 50 hours.',
    over_50_hours_percent comment '100 * over_50_hours_count / stay_count.',
    past_expected_count comment 'Stays that ended, or are still open, after their expected discharge.',
    mean_hours_past_expected comment 'Mean hours past the expected discharge, over those stays.'
)
copy grants
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

create or replace view gold.kpi_top_diagnosis (
    department comment 'Department.',
    diagnosis_rank comment 'Rank by stays within the department; equal counts share a rank.',
    diagnosis_code comment 'ICD-10 code and short name.',
    stay_count comment 'Stays with the diagnosis.',
    mean_stay_hours comment 'Mean of length_of_stay_hours.'
)
copy grants
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

create or replace view gold.kpi_vitals_by_department (
    department comment 'Department.',
    stay_count comment 'Stays.',
    mean_heart_rate comment 'Mean heart rate at admission, beats per minute.',
    mean_bp_systolic comment 'Mean systolic blood pressure at admission, mmHg.',
    mean_bp_diastolic comment 'Mean diastolic blood pressure at admission, mmHg.',
    mean_temperature_f comment 'Mean body temperature at admission, degrees Fahrenheit.',
    mean_oxygen_saturation comment 'Mean oxygen saturation at admission, percent.'
)
copy grants
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

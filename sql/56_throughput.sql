-- Throughput: how long stays last against what was expected, how long Emergency patients wait for a bed, and which beds are
-- given twice. "Now" is gold.as_of, never the clock. A view's query changes only by `create or replace`; `copy grants` keeps
-- who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.kpi_length_of_stay_ratio (
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    stay_count comment 'Closed stays whose length is known.',
    expected_told_count comment 'Those of them with an expected discharge after their admission.',
    observed_hours comment 'Sum of length_of_stay_hours.',
    expected_hours comment 'Sum of the hours to the expected discharge, else of the median length of the department''s stays in all hospitals.',
    observed_over_expected comment 'observed_hours / expected_hours: above 1 stays last longer than expected.'
)
copy grants
comment = 'One row per hospital and department: observed over expected length of stay.'
as
with stay as (
    select
        hospital_id,
        department,
        length_of_stay_hours,
        datediff(second, admitted_at, expected_discharge_at) / 3600 as told_hours
    from gold.fact_patient_flow
    where length_of_stay_hours is not null
),

department_median as (
    select
        department,
        median(length_of_stay_hours) as median_hours
    from stay
    group by department
),

summed as (
    select
        stay.hospital_id,
        stay.department,
        count(*) as stay_count,
        count_if(stay.told_hours > 0) as expected_told_count,
        sum(stay.length_of_stay_hours) as observed_hours,
        sum(iff(stay.told_hours > 0, stay.told_hours, department_median.median_hours))
            as expected_hours
    from stay
    inner join department_median
        on stay.department is not distinct from department_median.department
    group by stay.hospital_id, stay.department
)

select
    hospital_id,
    department,
    stay_count,
    expected_told_count,
    observed_hours,
    round(expected_hours, 2) as expected_hours,
    round(observed_hours / nullif(expected_hours, 0), 2) as observed_over_expected
from summed;

create or replace view gold.ed_boarding (
    stay_key comment 'The Emergency stay, in gold.fact_patient_flow.',
    patient_id comment 'Durable patient id.',
    hospital_id comment 'Its hospital; null when not known.',
    discharged_at comment 'Discharge from the Emergency department, UTC.',
    inpatient_stay_key comment 'The patient''s first stay in another department admitted at or after that, in any hospital.',
    inpatient_hospital_id comment 'Its hospital.',
    inpatient_department comment 'Its department.',
    inpatient_admitted_at comment 'Its admission, UTC: at most 24 hours after discharged_at.',
    boarding_hours comment 'Hours from discharged_at to inpatient_admitted_at.'
)
copy grants
comment = 'One row per Emergency stay of a known patient that an inpatient admission follows within 24 hours.'
as
with ed_stay as (
    select
        stay_key,
        patient_id,
        hospital_id,
        discharged_at
    from gold.fact_patient_flow
    where department = 'Emergency' and patient_id is not null and discharged_at is not null
),

-- One per patient and instant, so that a search by time finds one row.
inpatient_stay as (
    select
        stay_key,
        patient_id,
        hospital_id,
        department,
        admitted_at
    from gold.fact_patient_flow
    where department <> 'Emergency' and patient_id is not null and admitted_at is not null
    qualify row_number() over (partition by patient_id, admitted_at order by stay_key) = 1
)

select
    ed_stay.stay_key,
    ed_stay.patient_id,
    ed_stay.hospital_id,
    ed_stay.discharged_at,
    inpatient_stay.stay_key as inpatient_stay_key,
    inpatient_stay.hospital_id as inpatient_hospital_id,
    inpatient_stay.department as inpatient_department,
    inpatient_stay.admitted_at as inpatient_admitted_at,
    round(datediff(second, ed_stay.discharged_at, inpatient_stay.admitted_at) / 3600, 2)
        as boarding_hours
from ed_stay
asof join inpatient_stay
    match_condition(ed_stay.discharged_at <= inpatient_stay.admitted_at)
    on ed_stay.patient_id = inpatient_stay.patient_id
where inpatient_stay.admitted_at <= dateadd(hour, 24, ed_stay.discharged_at);

create or replace view gold.kpi_ed_boarding (
    hospital_id comment 'Hospital of the Emergency department; null when not known.',
    boarding_count comment 'Emergency stays followed by an inpatient admission within 24 hours.',
    mean_hours comment 'Mean of boarding_hours.',
    median_hours comment 'Median of boarding_hours.',
    p90_hours comment '90th percentile of boarding_hours, interpolated.'
)
copy grants
comment = 'One row per hospital: how long its Emergency patients wait for an inpatient bed.'
as
select
    hospital_id,
    count(*) as boarding_count,
    round(avg(boarding_hours), 2) as mean_hours,
    round(median(boarding_hours), 2) as median_hours,
    round(percentile_cont(0.9) within group (order by boarding_hours), 2) as p90_hours
from gold.ed_boarding
group by hospital_id;

create or replace view gold.bed_conflict (
    bed_id comment 'Bed, as H3-SUR-15.',
    first_stay_key comment 'The stay admitted first, in gold.fact_patient_flow.',
    second_stay_key comment 'The stay admitted while the first was there.',
    is_same_patient comment 'True when both are of one patient, or one visit of an unknown one: a doubled stay rather than a doubled bed.',
    conflict_starts_at comment 'Admission of the second, UTC.',
    conflict_ends_at comment 'When the first of the two left, UTC; null while both are there.',
    conflict_hours comment 'Hours between them, up to gold.as_of while both are there.',
    is_first_open comment 'True when the first has no discharge: often one that was lost.'
)
copy grants
comment = 'One row per pair of stays that hold one bed at one time. A stay holds its bed from its admission until before its discharge; one without admission event, or whose discharge is not after it, holds none.'
as
with held as (
    select
        flow.bed_id,
        flow.stay_key,
        flow.unit_id,
        flow.admitted_at,
        flow.discharged_at,
        flow.is_currently_admitted,
        row_number() over (partition by flow.bed_id order by flow.admitted_at, flow.stay_key) as place,
        min(iff(flow.is_currently_admitted, flow.admitted_at, null)) over (partition by flow.bed_id)
            as never_free_from,
        max(flow.discharged_at) over (
            partition by flow.bed_id order by flow.admitted_at, flow.stay_key
            rows between unbounded preceding and 1 preceding
        ) as taken_until,
        lead(flow.admitted_at) over (
            partition by flow.bed_id order by flow.admitted_at, flow.stay_key
        ) as next_at
    from gold.fact_patient_flow as flow
    where
        flow.has_admission
        and flow.bed_id is not null
        and flow.admitted_at is not null
        and (flow.is_currently_admitted or flow.discharged_at > flow.admitted_at)
),

-- Few stays are in any conflict: only these are paired.
involved as (
    select
        bed_id,
        stay_key,
        unit_id,
        admitted_at,
        discharged_at,
        is_currently_admitted,
        place
    from held
    where
        taken_until > admitted_at
        or next_at < discharged_at
        or never_free_from <= admitted_at
)

select
    earlier.bed_id,
    earlier.stay_key as first_stay_key,
    later.stay_key as second_stay_key,
    earlier.unit_id = later.unit_id as is_same_patient,
    later.admitted_at as conflict_starts_at,
    coalesce(
        least(earlier.discharged_at, later.discharged_at), earlier.discharged_at, later.discharged_at
    ) as conflict_ends_at,
    round(
        datediff(
            second,
            later.admitted_at,
            coalesce(
                least(earlier.discharged_at, later.discharged_at),
                earlier.discharged_at,
                later.discharged_at,
                as_of.as_of
            )
        ) / 3600,
        2
    ) as conflict_hours,
    earlier.is_currently_admitted as is_first_open
from involved as earlier
inner join involved as later
    on
        earlier.bed_id = later.bed_id
        and earlier.place < later.place
        and (earlier.is_currently_admitted or earlier.discharged_at > later.admitted_at)
cross join gold.as_of as as_of;

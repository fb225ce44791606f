-- Readmissions: who comes back after a discharge, how soon, and to which hospital.
-- "Now" is gold.as_of, never the clock. A view's query changes only by `create or replace`; `copy grants` keeps who may read it.
--
-- The rules follow CMS's hospital-wide measure (Horwitz and others, Hospital-Wide All-Condition 30-Day Risk-Standardized
-- Readmission Measure, Methodology Report, Yale New Haven Health CORE for the Centers for Medicare & Medicaid Services).
-- As there: the index stay ended alive, not against medical advice and not by a transfer; its follow-up is complete; any
-- hospital counts; the first admission after the discharge is the readmission, and may be an index stay itself.
-- Different here: all ages, payers and diagnoses; planned readmissions count, as do stays in an Emergency department
-- (next_admission_priority and next_department tell them apart); a day is 24 hours and not a date; nothing is risk-adjusted.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.index_stay (
    stay_key comment 'The stay, in gold.fact_patient_flow.',
    patient_id comment 'Durable patient id.',
    hospital_id comment 'Hospital that discharged; null when not known.',
    department comment 'Department of the stay.',
    diagnosis_code comment 'ICD-10 code and short name.',
    admitted_at comment 'Admission, UTC; null when neither event told it.',
    discharged_at comment 'Discharge, UTC: the follow-up begins.',
    next_stay_key comment 'The patient''s first stay admitted at or after the discharge; null without one, as all that follows of it.',
    next_hospital_id comment 'Its hospital.',
    next_department comment 'Its department.',
    next_admission_priority comment 'Its priority: Scheduled is a planned return.',
    next_admitted_at comment 'Its admission, UTC.',
    hours_to_next comment 'Hours from the discharge to next_admitted_at.',
    next_same_hospital_admitted_at comment 'The first admission to the same hospital at or after the discharge, UTC; it need not be the next one.',
    is_readmitted_7_days comment 'True when next_admitted_at is at most 7 * 24 hours after the discharge; null until these are over at gold.as_of.',
    is_readmitted_14_days comment 'The same for 14 * 24 hours.',
    is_readmitted_30_days comment 'The same for 30 * 24 hours.',
    is_readmitted_same_hospital_7_days comment 'The same for next_same_hospital_admitted_at and 7 * 24 hours; false when the hospital is not known.',
    is_readmitted_same_hospital_14_days comment 'The same for 14 * 24 hours.',
    is_readmitted_same_hospital_30_days comment 'The same for 30 * 24 hours.'
)
copy grants
comment = 'One row per index stay: a closed stay of a known patient after which a readmission can be looked for. It was not left against medical advice (Discharged-AMA), did not end in death (Deceased) or in a transfer (Discharged-Transfer, or the next admission is one of priority Transfer at another hospital within 24 hours); the patient lay in no other bed at its end (an open stay ends with the patient''s next admission); its discharge lies after its admission. A discharge without admission event counts by what it tells. Each window is judged only when it is over at gold.as_of.'
as
with stay as (
    select
        flow.stay_key,
        flow.patient_id,
        flow.hospital_id,
        flow.department,
        flow.diagnosis_code,
        flow.admission_priority,
        flow.discharge_status,
        flow.admitted_at,
        flow.discharged_at,
        coalesce(
            flow.discharged_at,
            lead(flow.admitted_at) over (
                partition by flow.patient_id order by flow.admitted_at, flow.stay_key
            ),
            as_of.as_of
        ) as left_at
    from gold.fact_patient_flow as flow
    cross join gold.as_of as as_of
    where flow.patient_id is not null
),

-- One per patient and instant, so that a search by time finds one row.
admission as (
    select
        stay_key,
        patient_id,
        hospital_id,
        department,
        admission_priority,
        admitted_at,
        max(left_at) over (
            partition by patient_id order by admitted_at
            range between unbounded preceding and current row
        ) as all_left_at
    from stay
    where admitted_at is not null
    qualify row_number() over (partition by patient_id, admitted_at order by stay_key) = 1
),

same_hospital_admission as (
    select distinct
        patient_id,
        hospital_id,
        admitted_at
    from stay
    where admitted_at is not null and hospital_id is not null
),

discharge as (
    select
        stay.stay_key,
        stay.patient_id,
        stay.hospital_id,
        stay.department,
        stay.diagnosis_code,
        stay.admitted_at,
        stay.discharged_at,
        earlier.all_left_at
    from stay
    asof join admission as earlier
        match_condition(stay.discharged_at > earlier.admitted_at)
        on stay.patient_id = earlier.patient_id
    where
        stay.discharged_at is not null
        and (stay.admitted_at is null or stay.discharged_at > stay.admitted_at)
        and (
            stay.discharge_status is null
            or stay.discharge_status not in ('Discharged-AMA', 'Discharged-Transfer', 'Deceased')
        )
),

-- Who still lies in another bed has not left hospital.
home as (
    select
        stay_key,
        patient_id,
        hospital_id,
        department,
        diagnosis_code,
        admitted_at,
        discharged_at,
        dateadd(day, 1, discharged_at) as day_1_at,
        dateadd(day, 7, discharged_at) as day_7_at,
        dateadd(day, 14, discharged_at) as day_14_at,
        dateadd(day, 30, discharged_at) as day_30_at
    from discharge
    where all_left_at is null or all_left_at <= discharged_at
),

followed as (
    select
        home.stay_key,
        home.patient_id,
        home.hospital_id,
        home.department,
        home.diagnosis_code,
        home.admitted_at,
        home.discharged_at,
        home.day_7_at,
        home.day_14_at,
        home.day_30_at,
        later.stay_key as next_stay_key,
        later.hospital_id as next_hospital_id,
        later.department as next_department,
        later.admission_priority as next_admission_priority,
        later.admitted_at as next_admitted_at,
        coalesce(
            later.admission_priority = 'Transfer'
            and later.hospital_id <> home.hospital_id
            and later.admitted_at <= home.day_1_at,
            false
        ) as is_transfer
    from home
    asof join admission as later
        match_condition(home.discharged_at <= later.admitted_at)
        on home.patient_id = later.patient_id
)

select
    followed.stay_key,
    followed.patient_id,
    followed.hospital_id,
    followed.department,
    followed.diagnosis_code,
    followed.admitted_at,
    followed.discharged_at,
    followed.next_stay_key,
    followed.next_hospital_id,
    followed.next_department,
    followed.next_admission_priority,
    followed.next_admitted_at,
    round(datediff(second, followed.discharged_at, followed.next_admitted_at) / 3600, 2)
        as hours_to_next,
    same_hospital.admitted_at as next_same_hospital_admitted_at,
    iff(
        followed.day_7_at <= as_of.as_of,
        coalesce(followed.next_admitted_at <= followed.day_7_at, false),
        null
    ) as is_readmitted_7_days,
    iff(
        followed.day_14_at <= as_of.as_of,
        coalesce(followed.next_admitted_at <= followed.day_14_at, false),
        null
    ) as is_readmitted_14_days,
    iff(
        followed.day_30_at <= as_of.as_of,
        coalesce(followed.next_admitted_at <= followed.day_30_at, false),
        null
    ) as is_readmitted_30_days,
    iff(
        followed.day_7_at <= as_of.as_of,
        coalesce(same_hospital.admitted_at <= followed.day_7_at, false),
        null
    ) as is_readmitted_same_hospital_7_days,
    iff(
        followed.day_14_at <= as_of.as_of,
        coalesce(same_hospital.admitted_at <= followed.day_14_at, false),
        null
    ) as is_readmitted_same_hospital_14_days,
    iff(
        followed.day_30_at <= as_of.as_of,
        coalesce(same_hospital.admitted_at <= followed.day_30_at, false),
        null
    ) as is_readmitted_same_hospital_30_days
from followed
asof join same_hospital_admission as same_hospital
    match_condition(followed.discharged_at <= same_hospital.admitted_at)
    on
        followed.patient_id = same_hospital.patient_id
        and followed.hospital_id = same_hospital.hospital_id
cross join gold.as_of as as_of
where not followed.is_transfer;

create or replace view gold.kpi_readmission_by_department (
    hospital_id comment 'Hospital that discharged; null when not known.',
    department comment 'Department that discharged.',
    window_days comment '7, 14 or 30 days of 24 hours after the discharge.',
    index_count comment 'Index stays whose window is over at gold.as_of.',
    readmission_count comment 'Those of them followed by an admission to any hospital in the window.',
    readmission_percent comment '100 * readmission_count / index_count.',
    same_hospital_count comment 'Those of them followed by an admission to the same hospital in the window.',
    same_hospital_percent comment '100 * same_hospital_count / index_count.'
)
copy grants
comment = 'One row per hospital, department and window: how many patients come back. The rules are those of gold.index_stay.'
as
with follow_up_window as (
    select 7 as window_days
    union all
    select 14 as window_days
    union all
    select 30 as window_days
),

follow_up as (
    select
        index_stay.hospital_id,
        index_stay.department,
        follow_up_window.window_days,
        case follow_up_window.window_days
            when 7 then index_stay.is_readmitted_7_days
            when 14 then index_stay.is_readmitted_14_days
            when 30 then index_stay.is_readmitted_30_days
        end as is_readmitted,
        case follow_up_window.window_days
            when 7 then index_stay.is_readmitted_same_hospital_7_days
            when 14 then index_stay.is_readmitted_same_hospital_14_days
            when 30 then index_stay.is_readmitted_same_hospital_30_days
        end as is_readmitted_same_hospital
    from gold.index_stay as index_stay
    cross join follow_up_window
)

select
    follow_up.hospital_id,
    follow_up.department,
    follow_up.window_days,
    count(*) as index_count,
    count_if(follow_up.is_readmitted) as readmission_count,
    round(100 * count_if(follow_up.is_readmitted) / count(*), 1) as readmission_percent,
    count_if(follow_up.is_readmitted_same_hospital) as same_hospital_count,
    round(100 * count_if(follow_up.is_readmitted_same_hospital) / count(*), 1) as same_hospital_percent
from follow_up
where follow_up.is_readmitted is not null
group by follow_up.hospital_id, follow_up.department, follow_up.window_days;

create or replace view gold.kpi_readmission_by_diagnosis (
    diagnosis_code comment 'ICD-10 code and short name of the index stay; null when not told.',
    window_days comment '7, 14 or 30 days of 24 hours after the discharge.',
    index_count comment 'Index stays whose window is over at gold.as_of.',
    readmission_count comment 'Those of them followed by an admission to any hospital in the window.',
    readmission_percent comment '100 * readmission_count / index_count.',
    same_hospital_count comment 'Those of them followed by an admission to the same hospital in the window.',
    same_hospital_percent comment '100 * same_hospital_count / index_count.'
)
copy grants
comment = 'One row per diagnosis and window: how many patients come back. The rules are those of gold.index_stay.'
as
with follow_up_window as (
    select 7 as window_days
    union all
    select 14 as window_days
    union all
    select 30 as window_days
),

follow_up as (
    select
        index_stay.diagnosis_code,
        follow_up_window.window_days,
        case follow_up_window.window_days
            when 7 then index_stay.is_readmitted_7_days
            when 14 then index_stay.is_readmitted_14_days
            when 30 then index_stay.is_readmitted_30_days
        end as is_readmitted,
        case follow_up_window.window_days
            when 7 then index_stay.is_readmitted_same_hospital_7_days
            when 14 then index_stay.is_readmitted_same_hospital_14_days
            when 30 then index_stay.is_readmitted_same_hospital_30_days
        end as is_readmitted_same_hospital
    from gold.index_stay as index_stay
    cross join follow_up_window
)

select
    follow_up.diagnosis_code,
    follow_up.window_days,
    count(*) as index_count,
    count_if(follow_up.is_readmitted) as readmission_count,
    round(100 * count_if(follow_up.is_readmitted) / count(*), 1) as readmission_percent,
    count_if(follow_up.is_readmitted_same_hospital) as same_hospital_count,
    round(100 * count_if(follow_up.is_readmitted_same_hospital) / count(*), 1) as same_hospital_percent
from follow_up
where follow_up.is_readmitted is not null
group by follow_up.diagnosis_code, follow_up.window_days;

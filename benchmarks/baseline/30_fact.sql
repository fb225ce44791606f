-- The winning events and the dimensions to gold.fact_patient_flow: who belongs to which patient,
-- which discharge closes which admission, and the versions in force.

-- A day outside gold.dim_date has the key of the unknown date.
create or replace macro date_key(instant) as case
    when year(instant) between 1900 and 2099
        then year(instant) * 10000 + month(instant) * 100 + day(instant)
    else -1
end;

create or replace temp table stay_event as
with visit_patient as (
    select
        visit_id,
        max(patient_id) as patient_id
    from winner
    where visit_id is not null
    group by visit_id
    having count(*) > count(patient_id)
),

resolved as (
    select
        winner.* replace (coalesce(winner.patient_id, visit_patient.patient_id) as patient_id),
        coalesce(
            winner.patient_id,
            visit_patient.patient_id,
            'visit:' || winner.visit_id,
            'event:' || winner.event_id
        ) as unit_id,
        case when dq_flags not like '%FUTURE_ADMISSION%' then admission_time end as trusted_time,
        case when event_type = 'ADMISSION' then admission_time else trusted_time end as slot_time
    from winner
    left join visit_patient
        on winner.patient_id is null and winner.visit_id = visit_patient.visit_id
    where event_type is not null
),

slot_visit as (
    select
        unit_id,
        slot_time,
        max(visit_id) as visit_id
    from resolved
    where slot_time is not null
    group by unit_id, slot_time
    having count(*) > count(visit_id)
)

select
    resolved.*,
    coalesce(
        'visit:' || coalesce(resolved.visit_id, slot_visit.visit_id),
        'at:' || epoch_us(resolved.slot_time),
        'event:' || event_id
    ) as stay_id
from resolved
left join slot_visit
    on resolved.visit_id is null
    and resolved.unit_id = slot_visit.unit_id
    and resolved.slot_time = slot_visit.slot_time
qualify
    row_number() over (
        partition by resolved.unit_id, stay_id, event_type
        order by happened_at desc nulls last, event_id desc
    ) = 1;

-- Admissions and discharges still alone, the discharges with the stay of the admission they close.
create or replace temp table closed_in_time as
with loose as (
    select
        unit_id,
        stay_id,
        event_id,
        event_type,
        happened_at,
        trusted_time
    from stay_event
    where
        (event_type = 'ADMISSION' or visit_id is null)
        and not exists (
            select 1
            from stay_event as other
            where
                other.unit_id = stay_event.unit_id
                and other.stay_id = stay_event.stay_id
                and other.event_type != stay_event.event_type
        )
),

levelled as (
    select
        *,
        sum(case event_type when 'ADMISSION' then 1 else -1 end) over (
            partition by unit_id
            order by happened_at nulls last, event_type desc, event_id
            rows unbounded preceding
        ) + case event_type when 'ADMISSION' then 0 else 1 end as level
    from loose
),

bracketed as (
    select
        *,
        lag(event_type) over in_bracket as before_type,
        lag(stay_id) over in_bracket as before_stay_id,
        lag(trusted_time) over in_bracket as before_trusted_time
    from levelled
    window in_bracket as (
        partition by unit_id, level
        order by happened_at nulls last, event_type desc, event_id
    )
)

select
    event_id,
    before_stay_id as stay_id
from bracketed
where
    event_type = 'DISCHARGE'
    and before_type = 'ADMISSION'
    and (trusted_time is null or before_trusted_time is null);

create or replace table gold.fact_patient_flow as
with admission as (
    select *
    from stay_event
    where event_type = 'ADMISSION'
),

discharge as (
    select stay_event.* replace (coalesce(closed_in_time.stay_id, stay_event.stay_id) as stay_id)
    from stay_event
    left join closed_in_time
        on stay_event.event_id = closed_in_time.event_id
    where event_type = 'DISCHARGE'
),

stay as (
    select
        coalesce(a.unit_id, d.unit_id) as unit_id,
        coalesce(a.stay_id, d.stay_id) as stay_id,
        coalesce(a.visit_id, d.visit_id) as visit_id,
        coalesce(a.patient_id, d.patient_id) as patient_id,
        case
            when a.event_id is null then true
            when a.hospital_id is not null and a.department is not null then false
            else coalesce(d.hospital_id is not null and d.department is not null, false)
        end as lay_as_discharged,
        case when lay_as_discharged then d.hospital_id else a.hospital_id end as hospital_id,
        case when lay_as_discharged then d.department else a.department end as department,
        case when lay_as_discharged then d.bed_id else a.bed_id end as bed_id,
        coalesce(a.admission_priority, d.admission_priority) as admission_priority,
        d.discharge_status,
        coalesce(a.diagnosis_code, d.diagnosis_code) as diagnosis_code,
        coalesce(a.insurance_type, d.insurance_type) as insurance_type,
        coalesce(a.gender, d.gender) as gender,
        coalesce(a.age, d.age) as age,
        a.event_id is not null as has_admission,
        d.event_id is null as is_currently_admitted,
        coalesce(a.admission_time, d.trusted_time, a.happened_at) as admitted_at,
        coalesce(a.expected_discharge_time, d.expected_discharge_time) as expected_discharge_at,
        coalesce(d.discharge_time, d.happened_at) as discharged_at,
        d.discharge_time,
        coalesce(a.happened_at, d.happened_at, '-infinity'::timestamp) as version_at,
        coalesce(a.heart_rate, d.heart_rate) as heart_rate,
        coalesce(a.bp_systolic, d.bp_systolic) as bp_systolic,
        coalesce(a.bp_diastolic, d.bp_diastolic) as bp_diastolic,
        coalesce(a.temperature_f, d.temperature_f) as temperature_f,
        coalesce(a.oxygen_saturation, d.oxygen_saturation) as oxygen_saturation,
        date_diff('microsecond', admitted_at, d.discharge_time) as elapsed
    from admission as a
    full join discharge as d
        on a.unit_id = d.unit_id and a.stay_id = d.stay_id
),

patient_version as (
    select
        patient_id,
        patient_key,
        case
            when row_number() over (partition by patient_id order by valid_from) = 1
                then '-infinity'::timestamp
            else valid_from
        end as since
    from gold.dim_patient
    where patient_id is not null
),

hospital_version as (
    select
        hospital_id,
        hospital_key,
        case
            when row_number() over (partition by hospital_id order by valid_from) = 1
                then '-infinity'::timestamp
            else valid_from
        end as since
    from gold.dim_hospital
    where hospital_id is not null
)

select
    sha256(part(unit_id) || part(stay_id)) as stay_key,
    unit_id,
    visit_id,
    stay.patient_id,
    coalesce(patient_version.patient_key, '-1') as patient_key,
    coalesce(hospital_version.hospital_key, '-1') as hospital_key,
    case
        when department is null then '-1'
        else sha256(part(stay.hospital_id) || part(department))
    end as department_key,
    date_key(admitted_at) as admission_date_key,
    date_key(discharged_at) as discharge_date_key,
    stay.hospital_id,
    department,
    bed_id,
    admission_priority,
    discharge_status,
    diagnosis_code,
    insurance_type,
    gender,
    age,
    has_admission,
    is_currently_admitted,
    admitted_at,
    expected_discharge_at,
    discharged_at,
    case
        when elapsed >= 0 and admission_date_key != -1
            then (((elapsed * 100 + 1_800_000_000) // 3_600_000_000) / 100)::decimal(10, 2)
    end as length_of_stay_hours,
    heart_rate,
    bp_systolic,
    bp_diastolic,
    temperature_f,
    oxygen_saturation
from stay
asof left join patient_version
    on stay.patient_id = patient_version.patient_id and stay.version_at >= patient_version.since
asof left join hospital_version
    on stay.hospital_id = hospital_version.hospital_id
    and stay.version_at >= hospital_version.since;

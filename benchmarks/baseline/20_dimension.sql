-- silver.patient_flow and the files to gold.dim_department, gold.dim_hospital and gold.dim_patient.

create or replace temp table winner as
select
    *,
    coalesce(
        event_timestamp,
        case when event_type = 'DISCHARGE' then discharge_time else admission_time end
    ) as happened_at,
    case lower(gender)
        when 'female' then 'F' when 'f' then 'F' when 'male' then 'M' when 'm' then 'M' else gender
    end as meant_gender
from silver.patient_flow
qualify
    row_number() over (
        partition by event_id
        order by event_timestamp desc nulls last, payload_hash desc
    ) = 1;

create or replace table gold.dim_department as
with member as (
    select
        hospital_id,
        department
    from silver.patient_flow
    where department is not null
    union
    select
        hospital_id,
        department
    from silver.department
),

newest_file as (
    select *
    from silver.department
    qualify
        row_number() over (
            partition by hospital_id, department
            order by as_of desc, payload_hash desc
        ) = 1
)

select
    sha256(part(member.hospital_id) || part(member.department)) as department_key,
    member.hospital_id,
    member.department,
    newest_file.department_code,
    newest_file.bed_capacity
from member
left join newest_file
    on member.hospital_id = newest_file.hospital_id and member.department = newest_file.department
union all
select
    '-1' as department_key,
    null as hospital_id,
    'Unknown' as department,
    null as department_code,
    null as bed_capacity;

create or replace table gold.dim_hospital as
with told as (
    select
        hospital_id,
        event_timestamp as seen_at,
        hospital_name,
        lead(event_timestamp) over in_time as next_at
    from winner
    where hospital_id is not null and hospital_name is not null and event_timestamp is not null
    window in_time as (partition by hospital_id order by event_timestamp, event_id)
),

changed as (
    select *
    from told
    where next_at is null or next_at != seen_at
    window in_time as (partition by hospital_id order by seen_at)
    qualify
        row_number() over in_time = 1
        or lag(hospital_name) over in_time != hospital_name
)

select
    sha256(part(hospital_id) || part(epoch_us(seen_at)::varchar)) as hospital_key,
    hospital_id,
    hospital_name,
    null as city,
    null as state,
    sha256(part(hospital_name) || '--') as attribute_hash,
    seen_at as valid_from,
    lead(seen_at) over (partition by hospital_id order by seen_at) as valid_to,
    valid_to is null as is_current
from changed
union all
select
    '-1' as hospital_key,
    null as hospital_id,
    'Unknown' as hospital_name,
    null as city,
    null as state,
    null as attribute_hash,
    null as valid_from,
    null as valid_to,
    true as is_current;

create or replace table gold.dim_patient as
with observed as (
    select
        patient_id,
        happened_at,
        coalesce(
            last_value(meant_gender ignore nulls) over before,
            first_value(meant_gender ignore nulls) over after
        ) as gender,
        coalesce(
            last_value(age ignore nulls) over before,
            first_value(age ignore nulls) over after
        ) as age,
        coalesce(
            last_value(insurance_type ignore nulls) over before,
            first_value(insurance_type ignore nulls) over after
        ) as insurance_type,
        lead(happened_at) over in_time as next_at
    from winner
    where patient_id is not null and happened_at is not null
    window
        in_time as (partition by patient_id order by happened_at, event_id),
        before as (
            partition by patient_id
            order by happened_at, event_id
            rows between unbounded preceding and current row
        ),
        after as (
            partition by patient_id
            order by happened_at, event_id
            rows between current row and unbounded following
        )
),

changed as (
    select *
    from observed
    where next_at is null or next_at != happened_at
    window in_time as (partition by patient_id order by happened_at)
    qualify
        row_number() over in_time = 1
        or lag(gender) over in_time is distinct from gender
        or lag(age) over in_time is distinct from age
        or lag(insurance_type) over in_time is distinct from insurance_type
)

select
    sha256(part(patient_id) || part(epoch_us(happened_at)::varchar)) as patient_key,
    patient_id,
    gender,
    age,
    insurance_type,
    -- No file tells name, birth, address, city and state: six times `-`, which stands for null.
    sha256(part(gender) || part(age::varchar) || part(insurance_type) || '------') as attribute_hash,
    happened_at as valid_from,
    lead(happened_at) over (partition by patient_id order by happened_at) as valid_to,
    valid_to is null as is_current,
    null as first_name,
    null as last_name,
    null::date as birth_date,
    null as address,
    null as city,
    null as state
from changed
union all
select
    '-1' as patient_key,
    null as patient_id,
    null as gender,
    null as age,
    null as insurance_type,
    null as attribute_hash,
    null as valid_from,
    null as valid_to,
    true as is_current,
    null as first_name,
    null as last_name,
    null::date as birth_date,
    null as address,
    null as city,
    null as state;

-- raw.patient_flow_event to silver.patient_flow and ops.rejected_event, in DuckDB's own SQL: every
-- payload is parsed once, for both tables. Needs `set timezone = 'UTC'`.

create or replace macro part(value) as coalesce(length(value) || ':' || value, '-');

-- ISO-8601 with hours and minutes; without an offset it is UTC.
create or replace macro instant(given) as case
    when regexp_full_match(
        given,
        '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?Z?'
    ) then try_cast(given as timestamp)
    when regexp_full_match(
        given,
        '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)? ?[+-](0\d|1[0-4]):?[0-5]\d'
    ) then try_cast(
        regexp_replace(given, ' ?([+-]\d\d):?(\d\d)$', '\1:\2') as timestamptz
    )::timestamp
end;

create or replace temp table department_spelling as
with department as (
    select unnest([
        'Emergency', 'Surgery', 'ICU', 'Cardiology', 'Maternity', 'Oncology', 'Pediatrics'
    ]) as name
),

letter as (
    select
        name,
        lower(name) as word,
        unnest(range(1, length(name) + 1)) as i
    from department
)

select distinct
    name,
    unnest(case when length(word) < 4 then [word, word[:i] || word[i:]] else [
        word,
        word[:i] || word[i:],
        word[:i - 1] || word[i + 1:],
        word[:i - 1] || word[i + 1:i + 1] || word[i:i] || word[i + 2:]
    ] end) as spelling
from letter;

create or replace temp table event as
with parsed as (
    select
        *,
        sha256(payload) as payload_hash,
        case when payload_encoding = 'utf-8' and json_valid(payload) then payload end as json
    from raw.patient_flow_event
),

transformed as (
    select
        * exclude (json),
        json_type(json) as json_type,
        from_json(json, '{
            "event_id": "VARCHAR", "visit_id": "VARCHAR", "patient_id": "VARCHAR",
            "hospital_id": "VARCHAR", "bed_id": "VARCHAR", "event_type": "VARCHAR",
            "gender": "VARCHAR", "department": "VARCHAR", "hospital_name": "VARCHAR",
            "admission_priority": "VARCHAR", "discharge_status": "VARCHAR",
            "diagnosis_code": "VARCHAR", "insurance_type": "VARCHAR", "age": "VARCHAR",
            "length_of_stay_hrs": "VARCHAR", "event_timestamp": "VARCHAR",
            "admission_time": "VARCHAR", "expected_discharge_time": "VARCHAR",
            "discharge_time": "VARCHAR",
            "vitals": {
                "heart_rate": "VARCHAR", "bp_systolic": "VARCHAR", "bp_diastolic": "VARCHAR",
                "temperature_f": "VARCHAR", "oxygen_saturation": "VARCHAR"
            }
        }') as field,
        case when json_type(json) = 'OBJECT' then
            nullif(json_merge_patch(json, '{
                "event_id": null, "visit_id": null, "patient_id": null, "hospital_id": null,
                "bed_id": null, "event_type": null, "gender": null, "department": null,
                "hospital_name": null, "admission_priority": null, "discharge_status": null,
                "diagnosis_code": null, "insurance_type": null, "age": null,
                "length_of_stay_hrs": null, "event_timestamp": null, "admission_time": null,
                "expected_discharge_time": null, "discharge_time": null, "vitals": null
            }'), '{}')
        end as extra
    from parsed
),

typed as (
    select
        topic || '/' || kafka_partition || '/' || kafka_offset as origin,
        broker_time,
        payload,
        payload_encoding,
        payload_hash,
        json_type,
        extra,
        nullif(trim(field.event_id), '') as event_id,
        nullif(trim(field.visit_id), '') as visit_id,
        nullif(trim(field.patient_id), '') as patient_id,
        nullif(trim(field.hospital_id), '') as hospital_id,
        nullif(trim(field.bed_id), '') as bed_id,
        upper(nullif(trim(field.event_type), '')) as event_type,
        nullif(trim(field.gender), '') as gender,
        nullif(trim(field.department), '') as department,
        nullif(trim(field.hospital_name), '') as hospital_name,
        nullif(trim(field.admission_priority), '') as admission_priority,
        nullif(trim(field.discharge_status), '') as discharge_status,
        nullif(trim(field.diagnosis_code), '') as diagnosis_code,
        nullif(trim(field.insurance_type), '') as insurance_type,
        try_cast(field.age as decimal(38, 0)) as age,
        try_cast(field.length_of_stay_hrs as decimal(10, 2)) as length_of_stay_hours,
        try_cast(field.vitals.heart_rate as decimal(10, 2)) as heart_rate,
        try_cast(field.vitals.bp_systolic as decimal(10, 2)) as bp_systolic,
        try_cast(field.vitals.bp_diastolic as decimal(10, 2)) as bp_diastolic,
        try_cast(field.vitals.temperature_f as decimal(10, 2)) as temperature_f,
        try_cast(field.vitals.oxygen_saturation as decimal(10, 2)) as oxygen_saturation,
        instant(field.event_timestamp) as event_timestamp,
        instant(field.admission_time) as admission_time,
        instant(field.expected_discharge_time) as expected_discharge_time,
        instant(field.discharge_time) as discharge_time
    from transformed
)

select
    * exclude (payload, json_type),
    case
        when payload is null then 'NULL_MESSAGE'
        when payload_encoding = 'base64' then 'NOT_UTF8'
        when trim(payload) = '' then 'EMPTY_MESSAGE'
        when json_type is null then 'NOT_JSON'
        when json_type != 'OBJECT' then 'NOT_AN_OBJECT'
        when event_type not in ('ADMISSION', 'DISCHARGE') then 'UNKNOWN_EVENT_TYPE'
        when event_timestamp > broker_time + interval 1 day then 'FUTURE_EVENT'
    end as reason,
    case when reason is not null then payload end as payload
from typed;

create or replace table ops.rejected_event as
select
    'patient_flow_event' as source,
    origin,
    coalesce(payload_hash, '') as payload_hash,
    any_value(reason) as reason,
    any_value(payload) as payload,
    any_value(payload_encoding) as payload_encoding,
    max(broker_time) as received_at,
    now()::timestamp as loaded_at
from event
where reason is not null
group by origin, payload_hash;

create or replace table silver.patient_flow as
with readable as (
    select distinct on (payload_hash) *
    from event
    where reason is null
),

judged as (
    select
        readable.*,
        department_spelling.name as meant,
        admission_time > event_timestamp as is_future_admission,
        discharge_time < admission_time as is_discharge_before_admit,
        age < 0 or age > 120 as is_invalid_age,
        hospital_id not in ('H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'H7') as is_invalid_hospital
    from readable
    left join department_spelling
        on lower(readable.department) = department_spelling.spelling
)

select
    coalesce(event_id, payload_hash) as event_id,
    payload_hash,
    coalesce(event_timestamp::date, date '1900-01-01') as event_date,
    visit_id,
    patient_id,
    case when not is_invalid_hospital then hospital_id end as hospital_id,
    bed_id,
    event_type,
    gender,
    coalesce(meant, department) as department,
    hospital_name,
    admission_priority,
    discharge_status,
    diagnosis_code,
    insurance_type,
    case when not is_invalid_age then age end as age,
    case when is_discharge_before_admit then null else length_of_stay_hours end
        as length_of_stay_hours,
    heart_rate,
    bp_systolic,
    bp_diastolic,
    temperature_f,
    oxygen_saturation,
    event_timestamp,
    case when is_future_admission then event_timestamp else admission_time end as admission_time,
    expected_discharge_time,
    case when is_discharge_before_admit then null else discharge_time end as discharge_time,
    coalesce(nullif(concat_ws(
        '|',
        case when is_future_admission then 'FUTURE_ADMISSION' end,
        case when is_invalid_age then 'INVALID_AGE' end,
        case when is_discharge_before_admit then 'DISCHARGE_BEFORE_ADMIT' end,
        case when meant != department then 'DEPT_TYPO' end,
        case when meant is null and department is not null then 'UNKNOWN_DEPT' end,
        case when is_invalid_hospital then 'INVALID_HOSPITAL_ID' end,
        case when patient_id is null then 'MISSING_PATIENT_ID' end,
        case when event_type is null then 'MISSING_EVENT_TYPE' end,
        case when department is null then 'MISSING_DEPARTMENT' end,
        case when admission_time is null then 'MISSING_ADMISSION_TIME' end,
        case when event_timestamp is null then 'MISSING_EVENT_TIMESTAMP' end,
        case when event_id is null then 'MISSING_EVENT_ID' end
    ), ''), 'CLEAN') as dq_flags,
    extra,
    now()::timestamp as loaded_at
from judged;

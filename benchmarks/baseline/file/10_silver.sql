-- The raw rows of claims, their transactions, encounters and payers to silver, in DuckDB's own SQL: every payload is
-- parsed once, for silver and for the rejected lines. Needs `set timezone = 'UTC'`.

create or replace macro part(value) as coalesce(length(value) || ':' || value, '-');

create or replace macro told(given) as nullif(trim(given), '');

-- ISO-8601, without an offset in UTC; else a date or a date-time as files write it.
create or replace macro file_time(given) as case
    when regexp_full_match(
        given, '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?Z?'
    ) then try_cast(given as timestamp)
    when regexp_full_match(
        given,
        '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?[+-](0\d|1[0-4]):?[0-5]\d'
    ) then try_cast(regexp_replace(given, '([+-]\d\d):?(\d\d)$', '\1:\2') as timestamptz)::timestamp
    else try_strptime(given, [
        '%Y-%m-%d', '%m/%d/%Y', '%Y/%m/%d', '%Y%m%d',
        '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d %H:%M:%S'
    ])
end;

create or replace macro money(given) as try_cast(given as decimal(18, 2));

create or replace macro flag(fires, name) as case when fires then name end;

create or replace macro positive(amount) as case when amount >= 0 then amount end;

create or replace macro flags(fired) as coalesce(nullif(array_to_string(fired, '|'), ''), 'CLEAN');

create or replace temp table line as
select distinct on (feed, as_of, payload)
    feed,
    feed || '/' || content_hash || '/' || epoch_us(as_of) || '/' || line_number as origin,
    as_of,
    payload,
    payload_encoding,
    sha256(payload) as payload_hash,
    case when payload_encoding = 'json' and json_valid(payload) then payload end as json
from (
    from raw.claim_record
    union all
    from raw.claim_transaction_record
    union all
    from raw.encounter_record
    union all
    from raw.payer_record
);

create or replace temp table claim_line as
select
    * exclude (json),
    from_json(json, '{
        "Id": "VARCHAR", "PATIENTID": "VARCHAR", "PROVIDERID": "VARCHAR",
        "PRIMARYPATIENTINSURANCEID": "VARCHAR", "SECONDARYPATIENTINSURANCEID": "VARCHAR",
        "APPOINTMENTID": "VARCHAR", "DIAGNOSIS1": "VARCHAR", "SERVICEDATE": "VARCHAR",
        "CURRENTILLNESSDATE": "VARCHAR", "STATUS1": "VARCHAR", "STATUS2": "VARCHAR",
        "STATUSP": "VARCHAR", "OUTSTANDING1": "VARCHAR", "OUTSTANDING2": "VARCHAR",
        "OUTSTANDINGP": "VARCHAR"
    }') as field,
    nullif(json_merge_patch(json, '{
        "Id": null, "PATIENTID": null, "PROVIDERID": null, "PRIMARYPATIENTINSURANCEID": null,
        "SECONDARYPATIENTINSURANCEID": null, "APPOINTMENTID": null, "DIAGNOSIS1": null,
        "SERVICEDATE": null, "CURRENTILLNESSDATE": null, "STATUS1": null, "STATUS2": null,
        "STATUSP": null, "OUTSTANDING1": null, "OUTSTANDING2": null, "OUTSTANDINGP": null
    }'), '{}') as extra
from line
where feed = 'claims';

create or replace table silver.claim as
with typed as (
    select
        as_of,
        payload_hash,
        extra,
        told(field.Id) as claim_id,
        told(field.PATIENTID) as patient_id,
        told(field.PROVIDERID) as provider_id,
        nullif(told(field.PRIMARYPATIENTINSURANCEID), '0') as payer_id,
        nullif(told(field.SECONDARYPATIENTINSURANCEID), '0') as secondary_payer_id,
        told(field.APPOINTMENTID) as encounter_id,
        told(field.DIAGNOSIS1) as diagnosis_code,
        told(field.SERVICEDATE) as service_text,
        told(field.CURRENTILLNESSDATE) as illness_text,
        file_time(service_text) as service_at,
        file_time(regexp_replace(illness_text, '(Z|[+-]\d\d:?\d\d)$', ''))::date as illness_on,
        told(field.STATUS1) as status_primary,
        told(field.STATUS2) as status_secondary,
        told(field.STATUSP) as status_patient,
        told(field.OUTSTANDING1) as primary_text,
        told(field.OUTSTANDING2) as secondary_text,
        told(field.OUTSTANDINGP) as patient_text,
        money(primary_text) as outstanding_primary,
        money(secondary_text) as outstanding_secondary,
        money(patient_text) as outstanding_patient
    from claim_line
    where told(field.Id) is not null
)

select
    claim_id,
    as_of,
    payload_hash,
    patient_id,
    provider_id,
    payer_id,
    secondary_payer_id,
    encounter_id,
    diagnosis_code,
    service_at,
    illness_on,
    status_primary,
    status_secondary,
    status_patient,
    positive(outstanding_primary) as outstanding_primary,
    positive(outstanding_secondary) as outstanding_secondary,
    positive(outstanding_patient) as outstanding_patient,
    flags([
        flag(service_text is null, 'MISSING_SERVICE_AT'),
        flag(service_text is not null and service_at is null, 'BAD_SERVICE_AT'),
        flag(illness_text is not null and illness_on is null, 'BAD_ILLNESS_ON'),
        flag(primary_text is not null and outstanding_primary is null, 'BAD_OUTSTANDING_PRIMARY'),
        flag(
            secondary_text is not null and outstanding_secondary is null,
            'BAD_OUTSTANDING_SECONDARY'
        ),
        flag(patient_text is not null and outstanding_patient is null, 'BAD_OUTSTANDING_PATIENT'),
        flag(
            least(outstanding_primary, outstanding_secondary, outstanding_patient) < 0,
            'NEGATIVE_COST'
        ),
        flag(patient_id is null, 'MISSING_PATIENT_ID'),
        flag(encounter_id is null, 'MISSING_ENCOUNTER_ID')
    ]) as dq_flags,
    extra,
    now()::timestamp as loaded_at
from typed;

create or replace temp table transaction_line as
select
    * exclude (json),
    from_json(json, '{
        "ID": "VARCHAR", "CLAIMID": "VARCHAR", "CHARGEID": "VARCHAR", "PATIENTID": "VARCHAR",
        "APPOINTMENTID": "VARCHAR", "PROVIDERID": "VARCHAR", "PATIENTINSURANCEID": "VARCHAR",
        "TYPE": "VARCHAR", "METHOD": "VARCHAR", "AMOUNT": "VARCHAR", "PAYMENTS": "VARCHAR",
        "ADJUSTMENTS": "VARCHAR", "TRANSFERS": "VARCHAR", "OUTSTANDING": "VARCHAR",
        "UNITAMOUNT": "VARCHAR", "UNITS": "VARCHAR", "TRANSFERTYPE": "VARCHAR",
        "FROMDATE": "VARCHAR", "TODATE": "VARCHAR", "PROCEDURECODE": "VARCHAR",
        "PLACEOFSERVICE": "VARCHAR"
    }') as field,
    nullif(json_merge_patch(json, '{
        "ID": null, "CLAIMID": null, "CHARGEID": null, "PATIENTID": null, "APPOINTMENTID": null,
        "PROVIDERID": null, "PATIENTINSURANCEID": null, "TYPE": null, "METHOD": null,
        "AMOUNT": null, "PAYMENTS": null, "ADJUSTMENTS": null, "TRANSFERS": null,
        "OUTSTANDING": null, "UNITAMOUNT": null, "UNITS": null, "TRANSFERTYPE": null,
        "FROMDATE": null, "TODATE": null, "PROCEDURECODE": null, "PLACEOFSERVICE": null
    }'), '{}') as extra
from line
where feed = 'claims_transactions';

create or replace table silver.claim_transaction as
with typed as (
    select
        as_of,
        payload_hash,
        extra,
        told(field.ID) as transaction_id,
        told(field.CLAIMID) as claim_id,
        told(field.CHARGEID) as charge_id,
        told(field.PATIENTID) as patient_id,
        told(field.APPOINTMENTID) as encounter_id,
        told(field.PROVIDERID) as provider_id,
        told(field.PATIENTINSURANCEID) as patient_insurance_id,
        upper(told(field.TYPE)) as transaction_type,
        told(field.METHOD) as method,
        told(field.AMOUNT) as amount_text,
        told(field.PAYMENTS) as payments_text,
        told(field.ADJUSTMENTS) as adjustments_text,
        told(field.TRANSFERS) as transfers_text,
        told(field.OUTSTANDING) as outstanding_text,
        told(field.UNITAMOUNT) as unit_amount_text,
        told(field.UNITS) as units_text,
        money(amount_text) as amount,
        money(payments_text) as payments,
        money(adjustments_text) as adjustments,
        money(transfers_text) as transfers,
        money(outstanding_text) as outstanding,
        money(unit_amount_text) as unit_amount,
        try_cast(units_text as decimal(38, 0)) as units,
        told(field.TRANSFERTYPE) as transfer_type,
        told(field.FROMDATE) as from_text,
        told(field.TODATE) as to_text,
        file_time(from_text) as from_at,
        file_time(to_text) as to_at,
        told(field.PROCEDURECODE) as procedure_code,
        told(field.PLACEOFSERVICE) as place_of_service
    from transaction_line
    where told(field.ID) is not null
)

select
    transaction_id,
    as_of,
    payload_hash,
    claim_id,
    charge_id,
    patient_id,
    encounter_id,
    provider_id,
    patient_insurance_id,
    transaction_type,
    method,
    positive(amount) as amount,
    positive(payments) as payments,
    positive(adjustments) as adjustments,
    positive(transfers) as transfers,
    positive(outstanding) as outstanding,
    positive(unit_amount) as unit_amount,
    units,
    transfer_type,
    from_at,
    case when to_at < from_at then null else to_at end as to_at,
    procedure_code,
    place_of_service,
    flags([
        flag(from_text is not null and from_at is null, 'BAD_FROM_AT'),
        flag(to_text is not null and to_at is null, 'BAD_TO_AT'),
        flag(to_at < from_at, 'ENDED_BEFORE_STARTED'),
        flag(amount_text is not null and amount is null, 'BAD_AMOUNT'),
        flag(payments_text is not null and payments is null, 'BAD_PAYMENTS'),
        flag(adjustments_text is not null and adjustments is null, 'BAD_ADJUSTMENTS'),
        flag(transfers_text is not null and transfers is null, 'BAD_TRANSFERS'),
        flag(outstanding_text is not null and outstanding is null, 'BAD_OUTSTANDING'),
        flag(unit_amount_text is not null and unit_amount is null, 'BAD_UNIT_AMOUNT'),
        flag(
            least(amount, payments, adjustments, transfers, outstanding, unit_amount) < 0,
            'NEGATIVE_COST'
        ),
        flag(units_text is not null and units is null, 'BAD_UNITS'),
        flag(claim_id is null, 'MISSING_CLAIM_ID'),
        flag(patient_id is null, 'MISSING_PATIENT_ID'),
        flag(transaction_type is null, 'MISSING_TRANSACTION_TYPE')
    ]) as dq_flags,
    extra,
    now()::timestamp as loaded_at
from typed;

create or replace temp table encounter_line as
select
    * exclude (json),
    from_json(json, '{
        "Id": "VARCHAR", "PATIENT": "VARCHAR", "ORGANIZATION": "VARCHAR", "PROVIDER": "VARCHAR",
        "PAYER": "VARCHAR", "ENCOUNTERCLASS": "VARCHAR", "START": "VARCHAR", "STOP": "VARCHAR",
        "CODE": "VARCHAR", "DESCRIPTION": "VARCHAR", "BASE_ENCOUNTER_COST": "VARCHAR",
        "TOTAL_CLAIM_COST": "VARCHAR", "PAYER_COVERAGE": "VARCHAR", "REASONCODE": "VARCHAR",
        "REASONDESCRIPTION": "VARCHAR"
    }') as field,
    nullif(json_merge_patch(json, '{
        "Id": null, "PATIENT": null, "ORGANIZATION": null, "PROVIDER": null, "PAYER": null,
        "ENCOUNTERCLASS": null, "START": null, "STOP": null, "CODE": null, "DESCRIPTION": null,
        "BASE_ENCOUNTER_COST": null, "TOTAL_CLAIM_COST": null, "PAYER_COVERAGE": null,
        "REASONCODE": null, "REASONDESCRIPTION": null
    }'), '{}') as extra
from line
where feed = 'encounters';

create or replace table silver.encounter_record as
with typed as (
    select
        as_of,
        payload_hash,
        extra,
        told(field.Id) as encounter_id,
        told(field.PATIENT) as patient_id,
        told(field.ORGANIZATION) as organization_id,
        told(field.PROVIDER) as provider_id,
        nullif(told(field.PAYER), '0') as payer_id,
        told(field.ENCOUNTERCLASS) as department,
        told(field.START) as start_text,
        told(field.STOP) as stop_text,
        file_time(start_text) as started_at,
        file_time(stop_text) as ended_at,
        told(field.CODE) as code,
        told(field.DESCRIPTION) as description,
        told(field.BASE_ENCOUNTER_COST) as base_text,
        told(field.TOTAL_CLAIM_COST) as total_text,
        told(field.PAYER_COVERAGE) as coverage_text,
        money(base_text) as base_encounter_cost,
        money(total_text) as total_claim_cost,
        money(coverage_text) as payer_coverage,
        told(field.REASONCODE) as reason_code,
        told(field.REASONDESCRIPTION) as reason_description
    from encounter_line
    where told(field.Id) is not null
)

select
    encounter_id,
    as_of,
    payload_hash,
    patient_id,
    organization_id,
    provider_id,
    payer_id,
    department,
    started_at,
    case when ended_at < started_at then null else ended_at end as ended_at,
    code,
    description,
    positive(base_encounter_cost) as base_encounter_cost,
    positive(total_claim_cost) as total_claim_cost,
    positive(payer_coverage) as payer_coverage,
    reason_code,
    reason_description,
    flags([
        flag(start_text is null, 'MISSING_STARTED_AT'),
        flag(start_text is not null and started_at is null, 'BAD_STARTED_AT'),
        flag(stop_text is not null and ended_at is null, 'BAD_ENDED_AT'),
        flag(ended_at < started_at, 'DISCHARGE_BEFORE_ADMIT'),
        flag(base_text is not null and base_encounter_cost is null, 'BAD_BASE_ENCOUNTER_COST'),
        flag(total_text is not null and total_claim_cost is null, 'BAD_TOTAL_CLAIM_COST'),
        flag(coverage_text is not null and payer_coverage is null, 'BAD_PAYER_COVERAGE'),
        flag(least(base_encounter_cost, total_claim_cost, payer_coverage) < 0, 'NEGATIVE_COST'),
        flag(patient_id is null, 'MISSING_PATIENT_ID')
    ]) as dq_flags,
    extra,
    now()::timestamp as loaded_at
from typed;

create or replace temp table payer_line as
select
    * exclude (json),
    from_json(
        json, '{"Id": "VARCHAR", "NAME": "VARCHAR", "STATE_HEADQUARTERED": "VARCHAR"}'
    ) as field,
    nullif(json_merge_patch(json, '{"Id": null, "NAME": null, "STATE_HEADQUARTERED": null}'), '{}')
        as extra
from line
where feed = 'payers';

create or replace table silver.payer as
select
    told(field.Id) as payer_id,
    as_of,
    payload_hash,
    told(field.NAME) as payer_name,
    told(field.STATE_HEADQUARTERED) as state_headquartered,
    flags([flag(told(field.NAME) is null, 'MISSING_PAYER_NAME')]) as dq_flags,
    extra,
    now()::timestamp as loaded_at
from payer_line
where told(field.Id) is not null;

create or replace table ops.rejected_event as
with judged as (
    select origin, payload, payload_encoding, payload_hash, as_of,
        told(field.Id) as id, 'CLAIM' as name, 'claim_record' as source
    from claim_line
    union all
    select origin, payload, payload_encoding, payload_hash, as_of,
        told(field.ID) as id, 'TRANSACTION' as name, 'claim_transaction_record' as source
    from transaction_line
    union all
    select origin, payload, payload_encoding, payload_hash, as_of,
        told(field.Id) as id, 'ENCOUNTER' as name, 'encounter_record' as source
    from encounter_line
    union all
    select origin, payload, payload_encoding, payload_hash, as_of,
        told(field.Id) as id, 'PAYER' as name, 'payer_record' as source
    from payer_line
)

select
    source,
    origin,
    payload_hash,
    case
        when payload_encoding = 'base64' then 'NOT_UTF8'
        when payload_encoding != 'json' then 'BROKEN_LINE'
        when not json_valid(payload) then 'NOT_JSON'
        when json_type(payload) != 'OBJECT' then 'NOT_AN_OBJECT'
        else 'MISSING_' || name || '_ID'
    end as reason,
    payload,
    payload_encoding,
    as_of as received_at,
    now()::timestamp as loaded_at
from judged
where id is null;

-- Typed, deduplicated, repaired and flagged rows of the nightly files; insert-only, so that every stream is append-only.
-- Written by the silver.load_* procedures alone. A row is identified by (id, as_of, payload_hash); readers take the
-- greatest (as_of, payload_hash) of an id. That an id is absent from a later snapshot means nothing.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table silver.hospital (
    hospital_id varchar not null comment 'Hospital id, as H3.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    hospital_name varchar comment 'Name.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per hospital, snapshot and distinct payload.';

create or alter table silver.department (
    hospital_id varchar not null comment 'Hospital id.',
    department varchar not null comment 'Department name.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    department_code varchar comment 'Short code, as in bed ids.',
    bed_capacity number(38, 0) comment 'Staffed beds; null when negative (NEGATIVE_CAPACITY).',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per department of a hospital, snapshot and distinct payload.';

create or alter table silver.organization (
    organization_id varchar not null comment 'Organization id.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    organization_name varchar comment 'Name.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    revenue number(18, 2) comment 'Revenue, US dollars; null when negative (NEGATIVE_COST).',
    utilization number(38, 0) comment 'Encounters the organization reports.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per organization, snapshot and distinct payload.';

create or alter table silver.payer (
    payer_id varchar not null comment 'Payer id.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    payer_name varchar comment 'Name.',
    state_headquartered varchar comment 'State of the head office.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per payer, snapshot and distinct payload.';

create or alter table silver.patient (
    patient_id varchar not null comment 'Durable patient id.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    first_name varchar comment 'First name.',
    last_name varchar comment 'Last name.',
    birth_date date comment 'Birth; null when after the snapshot or more than 120 years before it or death (INVALID_BIRTH_DATE).',
    death_date date comment 'Death; null while alive, and when before the birth (DEATH_BEFORE_BIRTH).',
    gender varchar comment 'F or M; other text is kept.',
    race varchar comment 'Race.',
    ethnicity varchar comment 'Ethnicity.',
    marital_status varchar comment 'M married, S single, D divorced, W widowed; null when not told.',
    address varchar comment 'Street and number.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    zip_code varchar comment 'Postal code.',
    insurance_type varchar comment 'Insurance, as in patient flow; files of other systems do not tell.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per patient, snapshot and distinct payload. Holds patient data.';

create or alter table silver.provider (
    provider_id varchar not null comment 'Clinician.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    organization_id varchar comment 'Organization the clinician works for.',
    provider_name varchar comment 'Name.',
    gender varchar comment 'F or M; other text is kept.',
    specialty varchar comment 'Specialty.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per clinician, snapshot and distinct payload.';

create or alter table silver.encounter_record (
    encounter_id varchar not null comment 'Id of the encounter.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    organization_id varchar comment 'Organization that provided the encounter.',
    provider_id varchar comment 'Clinician.',
    payer_id varchar comment 'Payer; null without one.',
    department varchar comment 'Encounter class: inpatient, ambulatory, emergency and so on.',
    started_at timestamp_ntz comment 'Start, UTC.',
    ended_at timestamp_ntz comment 'End, UTC; null when before the start (DISCHARGE_BEFORE_ADMIT).',
    code varchar comment 'SNOMED CT code of the kind of encounter.',
    description varchar comment 'What the code means.',
    base_encounter_cost number(18, 2) comment 'Base cost, US dollars; null when negative (NEGATIVE_COST).',
    total_claim_cost number(18, 2) comment 'Claimed cost, US dollars; null when negative (NEGATIVE_COST).',
    payer_coverage number(18, 2) comment 'Part the payer covers, US dollars; null when negative (NEGATIVE_COST).',
    reason_code varchar comment 'SNOMED CT code of the diagnosis that led to it.',
    reason_description varchar comment 'What that code means.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per encounter, snapshot and distinct payload of an encounters file; the events are in silver.encounter. Holds patient data.';

create or alter table silver.condition (
    condition_id varchar not null comment 'SHA-256 of patient, encounter and code (and start, without an encounter), by which nights tell of the same condition.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    encounter_id varchar comment 'Encounter in which it was found.',
    code varchar comment 'SNOMED CT code.',
    description varchar comment 'What the code means.',
    started_on date comment 'Onset.',
    ended_on date comment 'End; null while it lasts, and when before the onset (ENDED_BEFORE_STARTED).',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per condition of a patient, snapshot and distinct payload. Holds patient data.';

create or alter table silver.observation (
    observation_id varchar not null comment 'SHA-256 of patient, encounter, code and time, by which nights tell of the same observation.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    encounter_id varchar comment 'Encounter in which it was made; null for those about a whole life.',
    category varchar comment 'vital-signs, laboratory, survey and so on; older files do not tell.',
    code varchar comment 'LOINC code.',
    description varchar comment 'What the code means.',
    value_text varchar comment 'The value as it was written.',
    value_number number(38, 9) comment 'The value, where it is a number; else null.',
    units varchar comment 'Unit of the value.',
    value_type varchar comment 'numeric or text.',
    observed_at timestamp_ntz comment 'When it was observed, UTC.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per observation, snapshot and distinct payload. Holds patient data.';

create or alter table silver.procedure (
    procedure_id varchar not null comment 'SHA-256 of patient, encounter, code and start, by which nights tell of the same procedure.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    encounter_id varchar comment 'Encounter in which it was done.',
    code varchar comment 'SNOMED CT code.',
    description varchar comment 'What the code means.',
    started_at timestamp_ntz comment 'Start, UTC; the DATE of older files.',
    ended_at timestamp_ntz comment 'End, UTC; null when before the start (ENDED_BEFORE_STARTED), and in older files.',
    base_cost number(18, 2) comment 'Base cost, US dollars; null when negative (NEGATIVE_COST).',
    reason_code varchar comment 'SNOMED CT code of the diagnosis that led to it.',
    reason_description varchar comment 'What that code means.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per procedure done to a patient, snapshot and distinct payload. Holds patient data.';

create or alter table silver.allergy (
    allergy_id varchar not null comment 'SHA-256 of patient, encounter and code (and start, without an encounter), by which nights tell of the same allergy.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    encounter_id varchar comment 'Encounter in which it was found.',
    code varchar comment 'Code of the allergen.',
    description varchar comment 'What the code means.',
    started_on date comment 'When it was found.',
    ended_on date comment 'End; null while it lasts, and when before the start (ENDED_BEFORE_STARTED).',
    allergy_type varchar comment 'allergy or intolerance; older files do not tell.',
    category varchar comment 'food, environment, medication; older files do not tell.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per allergy of a patient, snapshot and distinct payload. Holds patient data.';

create or alter table silver.claim (
    claim_id varchar not null comment 'Id of the claim.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    patient_id varchar comment 'Durable patient id.',
    provider_id varchar comment 'Clinician.',
    payer_id varchar comment 'Primary payer; null without one (0 in the file).',
    secondary_payer_id varchar comment 'Secondary payer; null without one (0 in the file).',
    encounter_id varchar comment 'Encounter that is claimed.',
    diagnosis_code varchar comment 'SNOMED CT code of the first diagnosis.',
    service_at timestamp_ntz comment 'When the service was given, UTC.',
    illness_on date comment 'When the illness began.',
    status_primary varchar comment 'Status with the primary payer: BILLED or CLOSED.',
    status_secondary varchar comment 'Status with the secondary payer; null without one.',
    status_patient varchar comment 'Status with the patient.',
    outstanding_primary number(18, 2) comment 'What the primary payer owes, US dollars; null when negative (NEGATIVE_COST).',
    outstanding_secondary number(18, 2) comment 'What the secondary payer owes, US dollars; null when negative (NEGATIVE_COST).',
    outstanding_patient number(18, 2) comment 'What the patient owes, US dollars; null when negative (NEGATIVE_COST).',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per claim, snapshot and distinct payload. Holds patient data.';

create or alter table silver.claim_transaction (
    transaction_id varchar not null comment 'Id of the transaction.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    claim_id varchar comment 'Claim it belongs to.',
    charge_id varchar comment 'Number the file gives the line.',
    patient_id varchar comment 'Durable patient id.',
    encounter_id varchar comment 'Encounter that is claimed.',
    provider_id varchar comment 'Clinician.',
    patient_insurance_id varchar comment 'The policy, as the file names it; not the payer, which the claim knows.',
    transaction_type varchar comment 'CHARGE, PAYMENT, ADJUSTMENT, TRANSFERIN or TRANSFEROUT; other text is kept.',
    method varchar comment 'How a payment was made: CASH, CHECK, COPAY and so on.',
    amount number(18, 2) comment 'Amount, US dollars; null when negative (NEGATIVE_COST), as every amount of this table.',
    payments number(18, 2) comment 'What was paid, US dollars; summed over PAYMENT rows it is the money received.',
    adjustments number(18, 2) comment 'What was written off, US dollars.',
    transfers number(18, 2) comment 'What was passed on to another payer or the patient, US dollars.',
    outstanding number(18, 2) comment 'What is still owed, US dollars.',
    unit_amount number(18, 2) comment 'Price of a unit, US dollars.',
    units number(38, 0) comment 'Number of units.',
    transfer_type varchar comment 'Who owes: 1 the primary payer, 2 the secondary, p the patient.',
    from_at timestamp_ntz comment 'Start of the service, UTC.',
    to_at timestamp_ntz comment 'End of the service, UTC; null when before the start (ENDED_BEFORE_STARTED).',
    procedure_code varchar comment 'SNOMED CT code of what is charged.',
    place_of_service varchar comment 'Organization where it was done.',
    dq_flags varchar not null comment 'Rules that fired, joined by |; CLEAN when none did.',
    extra variant comment 'Columns outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per transaction of a claim, snapshot and distinct payload. Holds patient data.';

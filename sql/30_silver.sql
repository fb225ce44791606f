-- Typed, deduplicated, repaired and flagged rows of events; insert-only, so that every stream is append-only.
-- Written by the silver.load_* procedures alone.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table silver.patient_flow (
    event_id varchar not null comment 'Id of the event; the payload hash when it came without one.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    event_date date not null comment 'UTC date of the event timestamp, 1900-01-01 without one: lets the deduplicating join prune.',
    visit_id varchar comment 'Id of the stay; other systems may not send it.',
    patient_id varchar comment 'Durable patient id.',
    hospital_id varchar comment 'Known hospital, else null (INVALID_HOSPITAL_ID).',
    bed_id varchar comment 'Bed, as H3-SUR-15.',
    event_type varchar comment 'ADMISSION or DISCHARGE.',
    gender varchar comment 'F or M; other text is kept.',
    department varchar comment 'Department; typing errors mapped (DEPT_TYPO), other text kept (UNKNOWN_DEPT).',
    hospital_name varchar comment 'Hospital name as the event gave it.',
    admission_priority varchar comment 'Emergency, Urgent, Scheduled or Transfer; other text is kept.',
    discharge_status varchar comment 'Discharged-Home, Discharged-Transfer, Discharged-AMA or Deceased.',
    diagnosis_code varchar comment 'ICD-10 code and short name, as I21.0-STEMI.',
    insurance_type varchar comment 'Insurance at the event.',
    age number(38, 0) comment 'Age in years, 0 to 120, else null (INVALID_AGE).',
    length_of_stay_hours number(10, 2) comment 'Length of stay the event reports, in hours.',
    heart_rate number(10, 2) comment 'Beats per minute.',
    bp_systolic number(10, 2) comment 'Systolic blood pressure, mmHg.',
    bp_diastolic number(10, 2) comment 'Diastolic blood pressure, mmHg.',
    temperature_f number(10, 2) comment 'Body temperature, degrees Fahrenheit.',
    oxygen_saturation number(10, 2) comment 'Oxygen saturation, percent.',
    event_timestamp timestamp_ntz comment 'When it happened, UTC.',
    admission_time timestamp_ntz comment 'Admission, UTC; the event timestamp when it lay after it (FUTURE_ADMISSION).',
    expected_discharge_time timestamp_ntz comment 'Expected discharge, UTC.',
    discharge_time timestamp_ntz comment 'Discharge, UTC; null when before the admission (DISCHARGE_BEFORE_ADMIT).',
    dq_flags varchar not null comment 'Rules that fired, joined by |, in the order of the rule list; CLEAN when none did.',
    extra variant comment 'Fields outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per distinct payload of a patient-flow event. A corrected event has several; the greatest (event_timestamp, payload_hash) counts.';

create or alter table silver.encounter (
    event_id varchar not null comment 'Id of the event; the payload hash when it came without one.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    event_date date not null comment 'UTC date of the event timestamp, 1900-01-01 without one: lets the deduplicating join prune.',
    encounter_id varchar comment 'Id of the encounter.',
    patient_id varchar comment 'Durable patient id.',
    organization_id varchar comment 'Organization that provided the encounter.',
    provider_id varchar comment 'Clinician.',
    payer_id varchar comment 'Payer.',
    gender varchar comment 'F or M; other text is kept.',
    department varchar comment 'Encounter class: inpatient, ambulatory, emergency and so on.',
    age number(38, 0) comment 'Age in years at the encounter, 0 to 120, else null (INVALID_AGE).',
    base_encounter_cost number(18, 2) comment 'Base cost, US dollars; null when negative (NEGATIVE_COST).',
    total_claim_cost number(18, 2) comment 'Claimed cost, US dollars; null when negative (NEGATIVE_COST).',
    payer_coverage number(18, 2) comment 'Part the payer covers, US dollars; null when negative (NEGATIVE_COST).',
    event_timestamp timestamp_ntz comment 'When the encounter was completed, UTC.',
    admission_time timestamp_ntz comment 'Start of the encounter, UTC.',
    discharge_time timestamp_ntz comment 'End of the encounter, UTC; null when before the start (DISCHARGE_BEFORE_ADMIT).',
    dq_flags varchar not null comment 'Rules that fired, joined by |, in the order of the rule list; CLEAN when none did.',
    extra variant comment 'Fields outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per distinct payload of an encounter event. A corrected event has several; the greatest (event_timestamp, payload_hash) counts.';

create or alter table silver.vitals (
    event_id varchar not null comment 'Id of the event; the payload hash when it came without one.',
    payload_hash varchar not null comment 'SHA-256 of the payload: finds the row in raw.',
    event_date date not null comment 'UTC date of the event timestamp, 1900-01-01 without one: lets the deduplicating join prune.',
    patient_id varchar comment 'Durable patient id.',
    device_id varchar comment 'Monitor that measured.',
    event_timestamp timestamp_ntz comment 'When it was measured (measured_at), UTC.',
    heart_rate number(6, 1) comment 'Beats per minute; null when impossible (IMPOSSIBLE_HEART_RATE), as every vital.',
    systolic_bp number(6, 1) comment 'Systolic blood pressure, mmHg.',
    diastolic_bp number(6, 1) comment 'Diastolic blood pressure, mmHg.',
    oxygen_saturation number(6, 1) comment 'Oxygen saturation, percent.',
    respiratory_rate number(6, 1) comment 'Breaths per minute.',
    temperature_c number(5, 2) comment 'Body temperature, degrees Celsius.',
    consciousness varchar comment 'A alert, C new confusion, V voice, P pain, U unresponsive.',
    on_supplemental_oxygen boolean comment 'True on oxygen, false on air; null when not told.',
    heart_rate_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    heart_rate_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    systolic_bp_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    systolic_bp_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    diastolic_bp_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    diastolic_bp_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    oxygen_saturation_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    oxygen_saturation_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    respiratory_rate_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    respiratory_rate_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    temperature_direction varchar comment 'LOW, IN_RANGE or HIGH; null without a value.',
    temperature_severity varchar comment 'NORMAL, MODERATE, HIGH or CRITICAL; null without a value.',
    consciousness_severity varchar comment 'NORMAL when alert, else CRITICAL; null when not told.',
    severity varchar comment 'The worst of the vitals'' severities; null without a vital.',
    news2_score number(2, 0) comment 'NEWS2, 0 to 20, of the parameters that are there; null without any vital of it.',
    news2_risk varchar comment 'Low, Low-Medium, Medium or High; null without a score.',
    news2_is_partial boolean not null comment 'True when a parameter of NEWS2 is missing: the score is then a lower bound.',
    dq_flags varchar not null comment 'Rules that fired, joined by |, in the order of the rule list; CLEAN when none did.',
    extra variant comment 'Fields outside the contract.',
    loaded_at timestamp_ntz not null comment 'When this row was written, UTC.'
)
comment = 'One row per distinct payload of a vitals event. A corrected event has several; the greatest (event_timestamp, payload_hash) counts.';

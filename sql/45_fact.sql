-- Facts. Written by the gold.load_fact_* procedures alone: what an event touches is rebuilt whole.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table gold.fact_patient_flow (
    stay_key varchar not null comment 'Hash of what identifies the stay.',
    unit_id varchar not null comment 'What is rebuilt together: the patient, or the visit or event of an unknown patient.',
    visit_id varchar comment 'Visit id, when any event of the stay gave one.',
    patient_id varchar comment 'Durable patient id; null when unknown.',
    patient_key varchar not null comment 'Version of gold.dim_patient at the admission event.',
    hospital_key varchar not null comment 'Version of gold.dim_hospital at the admission event.',
    department_key varchar not null comment 'Row of gold.dim_department.',
    admission_date_key number(8, 0) not null comment 'Row of gold.dim_date of admitted_at.',
    discharge_date_key number(8, 0) not null comment 'Row of gold.dim_date of discharged_at.',
    hospital_id varchar comment 'Hospital id; null when the event named none that is known.',
    department varchar comment 'Department of the admission.',
    bed_id varchar comment 'Bed, as H3-SUR-15.',
    admission_priority varchar comment 'Emergency, Urgent, Scheduled or Transfer.',
    discharge_status varchar comment 'How the stay ended; null while admitted.',
    diagnosis_code varchar comment 'ICD-10 code and short name.',
    insurance_type varchar comment 'Insurance at the admission.',
    gender varchar comment 'Gender at the admission.',
    age number(38, 0) comment 'Age in years at the admission.',
    has_admission boolean not null comment 'False for a discharge whose admission has not arrived: never a bed.',
    is_currently_admitted boolean not null comment 'True for an admission with no discharge.',
    admitted_at timestamp_ntz comment 'Admission, UTC.',
    expected_discharge_at timestamp_ntz comment 'Expected discharge, UTC.',
    discharged_at timestamp_ntz comment 'Discharge, UTC; the discharge event''s time when it gave none that holds.',
    length_of_stay_hours number(10, 2) comment 'Hours from admission to a discharge time that holds, else null.',
    heart_rate number(10, 2) comment 'Beats per minute at admission.',
    bp_systolic number(10, 2) comment 'Systolic blood pressure at admission, mmHg.',
    bp_diastolic number(10, 2) comment 'Diastolic blood pressure at admission, mmHg.',
    temperature_f number(10, 2) comment 'Body temperature at admission, degrees Fahrenheit.',
    oxygen_saturation number(10, 2) comment 'Oxygen saturation at admission, percent.'
)
comment = 'One row per stay: an admission and the discharge that closes it, or a discharge still without admission.';

create or alter table gold.fact_encounter (
    encounter_key varchar not null comment 'Hash of the encounter id, or of the event id of an event without one.',
    encounter_id varchar comment 'Encounter id.',
    patient_id varchar comment 'Durable patient id; null when unknown.',
    patient_key varchar not null comment 'Version of gold.dim_patient at the event; without one, at the end.',
    organization_key varchar not null comment 'Version of gold.dim_organization at the event.',
    payer_key varchar not null comment 'Row of gold.dim_payer.',
    admission_date_key number(8, 0) not null comment 'Row of gold.dim_date of the start.',
    organization_id varchar comment 'Organization id.',
    provider_id varchar comment 'Clinician.',
    payer_id varchar comment 'Payer id.',
    department varchar comment 'Encounter class.',
    started_at timestamp_ntz comment 'Start of the encounter, UTC.',
    ended_at timestamp_ntz comment 'End of the encounter, UTC.',
    duration_minutes number(38, 0) comment 'Whole minutes from start to end; null when either is missing.',
    base_encounter_cost number(18, 2) comment 'Base cost, US dollars.',
    total_claim_cost number(18, 2) comment 'Claimed cost, US dollars.',
    payer_coverage number(18, 2) comment 'Part the payer covers, US dollars.',
    code varchar comment 'SNOMED code of what was done; null until an encounters file names it.',
    description varchar comment 'Name of what was done.',
    reason_code varchar comment 'SNOMED code of the reason.',
    reason_description varchar comment 'Name of the reason.',
    payments number(18, 2) comment 'Paid by its PAYMENT transactions, US dollars; null until any transaction names it.'
)
comment = 'One row per encounter that an event or an encounters file tells of; the newest word counts.';

-- Facts of the nightly files. Written by gold.load_fact_claim, load_fact_claim_transaction and load_fact_condition alone.
-- Sums over them are sums over distinct claims and transactions: a row is the newest word of its id, however often told.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table gold.fact_claim (
    claim_id varchar not null comment 'Claim id.',
    patient_id varchar comment 'Durable patient id; null when unknown.',
    patient_key varchar not null comment 'Version of gold.dim_patient at service_at.',
    payer_key varchar not null comment 'Row of gold.dim_payer of payer_id.',
    service_date_key number(8, 0) not null comment 'Row of gold.dim_date of service_at.',
    payer_id varchar comment 'Primary payer; null for none.',
    secondary_payer_id varchar comment 'Secondary payer; null for none.',
    provider_id varchar comment 'Clinician.',
    encounter_id varchar comment 'Encounter that the claim is for.',
    diagnosis_code varchar comment 'SNOMED code of the first diagnosis.',
    service_at timestamp_ntz comment 'When the service was given, UTC.',
    illness_on date comment 'Onset of the illness.',
    status_primary varchar comment 'BILLED or CLOSED, at the primary payer.',
    status_secondary varchar comment 'BILLED or CLOSED, at the secondary payer.',
    status_patient varchar comment 'BILLED or CLOSED, at the patient.',
    outstanding_primary number(18, 2) comment 'What the primary payer still owes, US dollars.',
    outstanding_secondary number(18, 2) comment 'What the secondary payer still owes, US dollars.',
    outstanding_patient number(18, 2) comment 'What the patient still owes, US dollars.'
)
comment = 'One row per claim: what the newest claims file that names it says.';

create or alter table gold.fact_claim_transaction (
    transaction_id varchar not null comment 'Transaction id.',
    claim_id varchar comment 'Claim that it belongs to.',
    charge_id varchar comment 'Number of its charge.',
    patient_id varchar comment 'Durable patient id; null when unknown.',
    encounter_id varchar comment 'Encounter that the claim is for.',
    provider_id varchar comment 'Clinician.',
    transaction_type varchar comment 'CHARGE, PAYMENT, ADJUSTMENT, TRANSFERIN or TRANSFEROUT.',
    method varchar comment 'How a payment was made: CASH, CC, CHECK, ECHECK or COPAY.',
    from_date_key number(8, 0) not null comment 'Row of gold.dim_date of from_at.',
    from_at timestamp_ntz comment 'Start of the service, UTC.',
    to_at timestamp_ntz comment 'End of the service, UTC.',
    procedure_code varchar comment 'SNOMED code of the service.',
    place_of_service varchar comment 'Organization where the service was given.',
    units number(38, 0) comment 'Units charged.',
    unit_amount number(18, 2) comment 'Charge of one unit, US dollars.',
    amount number(18, 2) comment 'Charged or transferred in, US dollars; add up within one transaction_type only.',
    payments number(18, 2) comment 'Paid by a PAYMENT, US dollars.',
    adjustments number(18, 2) comment 'Adjusted, US dollars.',
    transfers number(18, 2) comment 'Transferred to the next payer or the patient, US dollars.',
    outstanding number(18, 2) comment 'Left to be paid after this transaction, US dollars.'
)
comment = 'One row per transaction of a claim: what the newest file that names it says. The payer is the claim''s.';

create or alter table gold.fact_condition (
    condition_id varchar not null comment 'Hash of patient, encounter, code and start.',
    patient_id varchar comment 'Durable patient id; null when unknown.',
    encounter_id varchar comment 'Encounter in which it was found.',
    code varchar comment 'SNOMED code.',
    description varchar comment 'Name of the condition.',
    started_date_key number(8, 0) not null comment 'Row of gold.dim_date of started_on.',
    started_on date comment 'First day.',
    ended_on date comment 'Last day; null while it lasts.'
)
comment = 'One row per condition of a patient: what the newest conditions file that names it says.';

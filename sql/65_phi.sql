-- Every column that can tell who a patient is, and by what. The identifiers are those of HIPAA's Safe Harbor method,
-- 45 CFR 164.514(b)(2)(i), by their letters there:
--   name        (A) names
--   address     (B) what is smaller than a state: street, city, zip code
--   date        (C) dates of birth and death
--   age         (C) ages over 89; the others are no identifier
--   identifier  (H) (I) (J) (M) (R) numbers of patient, visit, encounter, claim, insurance and device
--   payload     what arrived, whole: may hold any of them
--   free_text   what else may: headers, undeclared fields, text values
-- Dates of care are not tagged: reports are about them, so what reporters see is a limited data set
-- (164.514(e)), not de-identified. tests/sql/test_phi.py holds each table to this list. Runs before the tasks resume.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

-- Raw: what arrived, whole. A payload, header or key holds whatever a sender put there.
alter table raw.patient_flow_event modify
column kafka_key set tag governance.phi = 'identifier',
column headers set tag governance.phi = 'free_text',
column payload set tag governance.phi = 'payload';

alter table raw.encounter_event modify
column kafka_key set tag governance.phi = 'identifier',
column headers set tag governance.phi = 'free_text',
column payload set tag governance.phi = 'payload';

alter table raw.vitals_event modify
column kafka_key set tag governance.phi = 'identifier',
column headers set tag governance.phi = 'free_text',
column payload set tag governance.phi = 'payload';

alter table raw.hospital_record modify
column payload set tag governance.phi = 'payload';

alter table raw.department_record modify
column payload set tag governance.phi = 'payload';

alter table raw.organization_record modify
column payload set tag governance.phi = 'payload';

alter table raw.payer_record modify
column payload set tag governance.phi = 'payload';

alter table raw.patient_record modify
column payload set tag governance.phi = 'payload';

alter table raw.provider_record modify
column payload set tag governance.phi = 'payload';

alter table raw.encounter_record modify
column payload set tag governance.phi = 'payload';

alter table raw.condition_record modify
column payload set tag governance.phi = 'payload';

alter table raw.observation_record modify
column payload set tag governance.phi = 'payload';

alter table raw.procedure_record modify
column payload set tag governance.phi = 'payload';

alter table raw.allergy_record modify
column payload set tag governance.phi = 'payload';

alter table raw.claim_record modify
column payload set tag governance.phi = 'payload';

alter table raw.claim_transaction_record modify
column payload set tag governance.phi = 'payload';

-- Silver: patients as events and files tell of them; fields nobody has declared are in extra.
alter table silver.patient_flow modify
column visit_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column age set tag governance.phi = 'age',
column extra set tag governance.phi = 'free_text';

alter table silver.encounter modify
column encounter_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column age set tag governance.phi = 'age',
column extra set tag governance.phi = 'free_text';

alter table silver.vitals modify
column patient_id set tag governance.phi = 'identifier',
column device_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.hospital modify
column extra set tag governance.phi = 'free_text';

alter table silver.department modify
column extra set tag governance.phi = 'free_text';

alter table silver.organization modify
column extra set tag governance.phi = 'free_text';

alter table silver.payer modify
column extra set tag governance.phi = 'free_text';

alter table silver.patient modify
column patient_id set tag governance.phi = 'identifier',
column first_name set tag governance.phi = 'name',
column last_name set tag governance.phi = 'name',
column birth_date set tag governance.phi = 'date',
column death_date set tag governance.phi = 'date',
column address set tag governance.phi = 'address',
column city set tag governance.phi = 'address',
column zip_code set tag governance.phi = 'address',
column extra set tag governance.phi = 'free_text';

alter table silver.provider modify
column extra set tag governance.phi = 'free_text';

alter table silver.encounter_record modify
column encounter_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.condition modify
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.observation modify
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column value_text set tag governance.phi = 'free_text',
column extra set tag governance.phi = 'free_text';

alter table silver.procedure modify
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.allergy modify
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.claim modify
column claim_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

alter table silver.claim_transaction modify
column claim_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier',
column patient_insurance_id set tag governance.phi = 'identifier',
column extra set tag governance.phi = 'free_text';

-- Gold. A hash of a patient's attributes can be guessed by whoever knows the patient.
alter table gold.dim_patient modify
column patient_id set tag governance.phi = 'identifier',
column age set tag governance.phi = 'age',
column attribute_hash set tag governance.phi = 'identifier',
column first_name set tag governance.phi = 'name',
column last_name set tag governance.phi = 'name',
column birth_date set tag governance.phi = 'date',
column address set tag governance.phi = 'address',
column city set tag governance.phi = 'address';

alter table gold.fact_patient_flow modify
column unit_id set tag governance.phi = 'identifier',
column visit_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column age set tag governance.phi = 'age';

alter table gold.fact_encounter modify
column encounter_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier';

alter table gold.fact_vitals modify
column patient_id set tag governance.phi = 'identifier',
column device_id set tag governance.phi = 'identifier';

alter table gold.vitals_hourly modify
column patient_id set tag governance.phi = 'identifier';

alter table gold.fact_alert modify
column patient_id set tag governance.phi = 'identifier';

alter table gold.patient_latest_vitals modify
column patient_id set tag governance.phi = 'identifier',
column device_id set tag governance.phi = 'identifier';

alter table gold.fact_claim modify
column claim_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier';

alter table gold.fact_claim_transaction modify
column claim_id set tag governance.phi = 'identifier',
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier';

alter table gold.fact_condition modify
column patient_id set tag governance.phi = 'identifier',
column encounter_id set tag governance.phi = 'identifier';

-- Ops: a rejected payload, and whom an alert is about.
alter table ops.rejected_event modify
column payload set tag governance.phi = 'payload';

alter table ops.notification modify
column patient_id set tag governance.phi = 'identifier';

-- One append-only stream per consumer: <source>_to_<consumer>_stream.
-- `if not exists`, never `or replace`: a replaced stream loses its offset. A stream starts at its creation: one that is
-- added later to a filled table needs `show_initial_rows = true` in its own statement.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create stream if not exists raw.patient_flow_event_to_silver_stream
on table raw.patient_flow_event
append_only = true
comment = 'New rows of raw.patient_flow_event, read by silver.load_patient_flow.';

create stream if not exists raw.patient_flow_event_to_rejected_stream
on table raw.patient_flow_event
append_only = true
comment = 'New rows of raw.patient_flow_event, read by ops.load_rejected_patient_flow.';

create stream if not exists raw.encounter_event_to_silver_stream
on table raw.encounter_event
append_only = true
comment = 'New rows of raw.encounter_event, read by silver.load_encounter.';

create stream if not exists raw.encounter_event_to_rejected_stream
on table raw.encounter_event
append_only = true
comment = 'New rows of raw.encounter_event, read by ops.load_rejected_encounter.';

create stream if not exists raw.vitals_event_to_silver_stream
on table raw.vitals_event
append_only = true
comment = 'New rows of raw.vitals_event, read by silver.load_vitals.';

create stream if not exists raw.vitals_event_to_rejected_stream
on table raw.vitals_event
append_only = true
comment = 'New rows of raw.vitals_event, read by ops.load_rejected_vitals.';

create stream if not exists raw.hospital_record_to_silver_stream
on table raw.hospital_record
append_only = true
comment = 'New rows of raw.hospital_record, read by silver.load_hospital.';

create stream if not exists raw.hospital_record_to_rejected_stream
on table raw.hospital_record
append_only = true
comment = 'New rows of raw.hospital_record, read by ops.load_rejected_hospital.';

create stream if not exists raw.department_record_to_silver_stream
on table raw.department_record
append_only = true
comment = 'New rows of raw.department_record, read by silver.load_department.';

create stream if not exists raw.department_record_to_rejected_stream
on table raw.department_record
append_only = true
comment = 'New rows of raw.department_record, read by ops.load_rejected_department.';

create stream if not exists raw.organization_record_to_silver_stream
on table raw.organization_record
append_only = true
comment = 'New rows of raw.organization_record, read by silver.load_organization.';

create stream if not exists raw.organization_record_to_rejected_stream
on table raw.organization_record
append_only = true
comment = 'New rows of raw.organization_record, read by ops.load_rejected_organization.';

create stream if not exists raw.payer_record_to_silver_stream
on table raw.payer_record
append_only = true
comment = 'New rows of raw.payer_record, read by silver.load_payer.';

create stream if not exists raw.payer_record_to_rejected_stream
on table raw.payer_record
append_only = true
comment = 'New rows of raw.payer_record, read by ops.load_rejected_payer.';

create stream if not exists raw.patient_record_to_silver_stream
on table raw.patient_record
append_only = true
comment = 'New rows of raw.patient_record, read by silver.load_patient.';

create stream if not exists raw.patient_record_to_rejected_stream
on table raw.patient_record
append_only = true
comment = 'New rows of raw.patient_record, read by ops.load_rejected_patient.';

create stream if not exists raw.provider_record_to_silver_stream
on table raw.provider_record
append_only = true
comment = 'New rows of raw.provider_record, read by silver.load_provider.';

create stream if not exists raw.provider_record_to_rejected_stream
on table raw.provider_record
append_only = true
comment = 'New rows of raw.provider_record, read by ops.load_rejected_provider.';

create stream if not exists raw.encounter_record_to_silver_stream
on table raw.encounter_record
append_only = true
comment = 'New rows of raw.encounter_record, read by silver.load_encounter_record.';

create stream if not exists raw.encounter_record_to_rejected_stream
on table raw.encounter_record
append_only = true
comment = 'New rows of raw.encounter_record, read by ops.load_rejected_encounter_record.';

create stream if not exists raw.condition_record_to_silver_stream
on table raw.condition_record
append_only = true
comment = 'New rows of raw.condition_record, read by silver.load_condition.';

create stream if not exists raw.condition_record_to_rejected_stream
on table raw.condition_record
append_only = true
comment = 'New rows of raw.condition_record, read by ops.load_rejected_condition.';

create stream if not exists raw.observation_record_to_silver_stream
on table raw.observation_record
append_only = true
comment = 'New rows of raw.observation_record, read by silver.load_observation.';

create stream if not exists raw.observation_record_to_rejected_stream
on table raw.observation_record
append_only = true
comment = 'New rows of raw.observation_record, read by ops.load_rejected_observation.';

create stream if not exists raw.procedure_record_to_silver_stream
on table raw.procedure_record
append_only = true
comment = 'New rows of raw.procedure_record, read by silver.load_procedure.';

create stream if not exists raw.procedure_record_to_rejected_stream
on table raw.procedure_record
append_only = true
comment = 'New rows of raw.procedure_record, read by ops.load_rejected_procedure.';

create stream if not exists raw.allergy_record_to_silver_stream
on table raw.allergy_record
append_only = true
comment = 'New rows of raw.allergy_record, read by silver.load_allergy.';

create stream if not exists raw.allergy_record_to_rejected_stream
on table raw.allergy_record
append_only = true
comment = 'New rows of raw.allergy_record, read by ops.load_rejected_allergy.';

create stream if not exists raw.claim_record_to_silver_stream
on table raw.claim_record
append_only = true
comment = 'New rows of raw.claim_record, read by silver.load_claim.';

create stream if not exists raw.claim_record_to_rejected_stream
on table raw.claim_record
append_only = true
comment = 'New rows of raw.claim_record, read by ops.load_rejected_claim.';

create stream if not exists raw.claim_transaction_record_to_silver_stream
on table raw.claim_transaction_record
append_only = true
comment = 'New rows of raw.claim_transaction_record, read by silver.load_claim_transaction.';

create stream if not exists raw.claim_transaction_record_to_rejected_stream
on table raw.claim_transaction_record
append_only = true
comment = 'New rows of raw.claim_transaction_record, read by ops.load_rejected_claim_transaction.';

create stream if not exists silver.patient_flow_to_dim_patient_stream
on table silver.patient_flow
append_only = true
comment = 'New rows of silver.patient_flow, read by gold.load_dim_patient.';

create stream if not exists silver.patient_flow_to_dim_department_stream
on table silver.patient_flow
append_only = true
comment = 'New rows of silver.patient_flow, read by gold.load_dim_department.';

create stream if not exists silver.patient_flow_to_fact_patient_flow_stream
on table silver.patient_flow
append_only = true
comment = 'New rows of silver.patient_flow, read by gold.load_fact_patient_flow.';

create stream if not exists silver.patient_flow_to_fact_encounter_stream
on table silver.patient_flow
append_only = true
comment = 'New rows of silver.patient_flow, read by gold.load_fact_encounter.';

create stream if not exists silver.encounter_to_dim_patient_stream
on table silver.encounter
append_only = true
comment = 'New rows of silver.encounter, read by gold.load_dim_patient.';

create stream if not exists silver.encounter_to_dim_payer_stream
on table silver.encounter
append_only = true
comment = 'New rows of silver.encounter, read by gold.load_dim_payer.';

create stream if not exists silver.encounter_to_fact_patient_flow_stream
on table silver.encounter
append_only = true
comment = 'New rows of silver.encounter, read by gold.load_fact_patient_flow.';

create stream if not exists silver.encounter_to_fact_encounter_stream
on table silver.encounter
append_only = true
comment = 'New rows of silver.encounter, read by gold.load_fact_encounter.';

create stream if not exists silver.vitals_to_fact_vitals_stream
on table silver.vitals
append_only = true
comment = 'New rows of silver.vitals, read by gold.load_fact_vitals.';

create stream if not exists silver.vitals_to_vitals_hourly_stream
on table silver.vitals
append_only = true
comment = 'New rows of silver.vitals, read by gold.load_vitals_hourly.';

create stream if not exists silver.vitals_to_fact_alert_stream
on table silver.vitals
append_only = true
comment = 'New rows of silver.vitals, read by gold.load_fact_alert.';

create stream if not exists silver.vitals_to_patient_latest_vitals_stream
on table silver.vitals
append_only = true
comment = 'New rows of silver.vitals, read by gold.load_patient_latest_vitals.';

create stream if not exists silver.vitals_to_notification_stream
on table silver.vitals
append_only = true
comment = 'New rows of silver.vitals, read by ops.load_notification.';

create stream if not exists silver.patient_to_dim_patient_stream
on table silver.patient
append_only = true
comment = 'New rows of silver.patient, read by gold.load_dim_patient.';

create stream if not exists silver.patient_to_fact_patient_flow_stream
on table silver.patient
append_only = true
comment = 'New rows of silver.patient, read by gold.load_fact_patient_flow.';

create stream if not exists silver.patient_to_fact_encounter_stream
on table silver.patient
append_only = true
comment = 'New rows of silver.patient, read by gold.load_fact_encounter.';

create stream if not exists silver.patient_flow_to_dim_hospital_stream
on table silver.patient_flow
append_only = true
show_initial_rows = true
comment = 'New rows of silver.patient_flow, read by gold.load_dim_hospital.';

create stream if not exists silver.hospital_to_dim_hospital_stream
on table silver.hospital
append_only = true
comment = 'New rows of silver.hospital, read by gold.load_dim_hospital.';

create stream if not exists silver.hospital_to_fact_patient_flow_stream
on table silver.hospital
append_only = true
comment = 'New rows of silver.hospital, read by gold.load_fact_patient_flow.';

create stream if not exists silver.department_to_dim_department_stream
on table silver.department
append_only = true
comment = 'New rows of silver.department, read by gold.load_dim_department.';

create stream if not exists silver.organization_to_dim_organization_stream
on table silver.organization
append_only = true
comment = 'New rows of silver.organization, read by gold.load_dim_organization.';

create stream if not exists silver.organization_to_fact_encounter_stream
on table silver.organization
append_only = true
comment = 'New rows of silver.organization, read by gold.load_fact_encounter.';

create stream if not exists silver.payer_to_dim_payer_stream
on table silver.payer
append_only = true
comment = 'New rows of silver.payer, read by gold.load_dim_payer.';

create stream if not exists silver.claim_transaction_to_fact_claim_transaction_stream
on table silver.claim_transaction
append_only = true
comment = 'New rows of silver.claim_transaction, read by gold.load_fact_claim_transaction.';

create stream if not exists silver.condition_to_fact_condition_stream
on table silver.condition
append_only = true
comment = 'New rows of silver.condition, read by gold.load_fact_condition.';

create stream if not exists silver.claim_to_fact_claim_stream
on table silver.claim
append_only = true
comment = 'New rows of silver.claim, read by gold.load_fact_claim.';

create stream if not exists silver.patient_flow_to_fact_claim_stream
on table silver.patient_flow
append_only = true
comment = 'New rows of silver.patient_flow, read by gold.load_fact_claim.';

create stream if not exists silver.encounter_to_fact_claim_stream
on table silver.encounter
append_only = true
comment = 'New rows of silver.encounter, read by gold.load_fact_claim.';

create stream if not exists silver.patient_to_fact_claim_stream
on table silver.patient
append_only = true
comment = 'New rows of silver.patient, read by gold.load_fact_claim.';

create stream if not exists silver.encounter_record_to_dim_payer_stream
on table silver.encounter_record
append_only = true
comment = 'New rows of silver.encounter_record, read by gold.load_dim_payer.';

create stream if not exists silver.claim_to_dim_payer_stream
on table silver.claim
append_only = true
comment = 'New rows of silver.claim, read by gold.load_dim_payer.';

create stream if not exists silver.encounter_record_to_fact_encounter_stream
on table silver.encounter_record
append_only = true
comment = 'New rows of silver.encounter_record, read by gold.load_fact_encounter.';

create stream if not exists silver.claim_transaction_to_fact_encounter_stream
on table silver.claim_transaction
append_only = true
comment = 'New rows of silver.claim_transaction, read by gold.load_fact_encounter.';

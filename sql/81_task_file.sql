-- The task graph of the nightly files: silver, and the dimensions and facts that follow files alone. Its root does
-- nothing but start it, so that one broken feed holds up no other.

use role <% ctx.env.database %>_transformer;
use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter task ops.load_files
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'Root of the files graph: the nightly files.'
when
    system$stream_has_data('raw.hospital_record_to_silver_stream')
    or system$stream_has_data('raw.hospital_record_to_rejected_stream')
    or system$stream_has_data('raw.department_record_to_silver_stream')
    or system$stream_has_data('raw.department_record_to_rejected_stream')
    or system$stream_has_data('raw.organization_record_to_silver_stream')
    or system$stream_has_data('raw.organization_record_to_rejected_stream')
    or system$stream_has_data('raw.payer_record_to_silver_stream')
    or system$stream_has_data('raw.payer_record_to_rejected_stream')
    or system$stream_has_data('raw.patient_record_to_silver_stream')
    or system$stream_has_data('raw.patient_record_to_rejected_stream')
    or system$stream_has_data('raw.provider_record_to_silver_stream')
    or system$stream_has_data('raw.provider_record_to_rejected_stream')
    or system$stream_has_data('raw.encounter_record_to_silver_stream')
    or system$stream_has_data('raw.encounter_record_to_rejected_stream')
    or system$stream_has_data('raw.condition_record_to_silver_stream')
    or system$stream_has_data('raw.condition_record_to_rejected_stream')
    or system$stream_has_data('raw.observation_record_to_silver_stream')
    or system$stream_has_data('raw.observation_record_to_rejected_stream')
    or system$stream_has_data('raw.procedure_record_to_silver_stream')
    or system$stream_has_data('raw.procedure_record_to_rejected_stream')
    or system$stream_has_data('raw.allergy_record_to_silver_stream')
    or system$stream_has_data('raw.allergy_record_to_rejected_stream')
    or system$stream_has_data('raw.claim_record_to_silver_stream')
    or system$stream_has_data('raw.claim_record_to_rejected_stream')
    or system$stream_has_data('raw.claim_transaction_record_to_silver_stream')
    or system$stream_has_data('raw.claim_transaction_record_to_rejected_stream')
    or system$stream_has_data('silver.organization_to_dim_organization_stream')
    or system$stream_has_data('silver.claim_transaction_to_fact_claim_transaction_stream')
    or system$stream_has_data('silver.condition_to_fact_condition_stream')
as
    select 1;

create or alter task ops.load_silver_hospital
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.hospital_record to silver.hospital.'
    after ops.load_files
as
    call silver.load_hospital();

create or alter task ops.load_rejected_hospital
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.hospital_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_hospital();

create or alter task ops.load_silver_department
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.department_record to silver.department.'
    after ops.load_files
as
    call silver.load_department();

create or alter task ops.load_rejected_department
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.department_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_department();

create or alter task ops.load_silver_organization
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.organization_record to silver.organization.'
    after ops.load_files
as
    call silver.load_organization();

create or alter task ops.load_rejected_organization
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.organization_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_organization();

create or alter task ops.load_silver_payer
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.payer_record to silver.payer.'
    after ops.load_files
as
    call silver.load_payer();

create or alter task ops.load_rejected_payer
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.payer_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_payer();

create or alter task ops.load_silver_patient
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.patient_record to silver.patient.'
    after ops.load_files
as
    call silver.load_patient();

create or alter task ops.load_rejected_patient
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.patient_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_patient();

create or alter task ops.load_silver_provider
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.provider_record to silver.provider.'
    after ops.load_files
as
    call silver.load_provider();

create or alter task ops.load_rejected_provider
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.provider_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_provider();

create or alter task ops.load_silver_encounter_record
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.encounter_record to silver.encounter_record.'
    after ops.load_files
as
    call silver.load_encounter_record();

create or alter task ops.load_rejected_encounter_record
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.encounter_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_encounter_record();

create or alter task ops.load_silver_condition
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.condition_record to silver.condition.'
    after ops.load_files
as
    call silver.load_condition();

create or alter task ops.load_rejected_condition
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.condition_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_condition();

create or alter task ops.load_silver_observation
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.observation_record to silver.observation.'
    after ops.load_files
as
    call silver.load_observation();

create or alter task ops.load_rejected_observation
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.observation_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_observation();

create or alter task ops.load_silver_procedure
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.procedure_record to silver.procedure.'
    after ops.load_files
as
    call silver.load_procedure();

create or alter task ops.load_rejected_procedure
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.procedure_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_procedure();

create or alter task ops.load_silver_allergy
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.allergy_record to silver.allergy.'
    after ops.load_files
as
    call silver.load_allergy();

create or alter task ops.load_rejected_allergy
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.allergy_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_allergy();

create or alter task ops.load_silver_claim
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.claim_record to silver.claim.'
    after ops.load_files
as
    call silver.load_claim();

create or alter task ops.load_rejected_claim
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.claim_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_claim();

create or alter task ops.load_silver_claim_transaction
    warehouse = <% ctx.env.warehouse %>
    comment = 'raw.claim_transaction_record to silver.claim_transaction.'
    after ops.load_files
as
    call silver.load_claim_transaction();

create or alter task ops.load_rejected_claim_transaction
    warehouse = <% ctx.env.warehouse %>
    comment = 'Lines of raw.claim_transaction_record that cannot be read to ops.rejected_event.'
    after ops.load_files
as
    call ops.load_rejected_claim_transaction();

create or alter task ops.load_dim_organization
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.organization to gold.dim_organization.'
    after ops.load_silver_organization
as
    call gold.load_dim_organization();

create or alter task ops.load_fact_claim_transaction
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.claim_transaction to gold.fact_claim_transaction.'
    after ops.load_silver_claim_transaction
as
    call gold.load_fact_claim_transaction();

create or alter task ops.load_fact_condition
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.condition to gold.fact_condition.'
    after ops.load_silver_condition
as
    call gold.load_fact_condition();

create or alter task ops.finish_files
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_files to ops.pipeline_run and ops.notification.'
    finalize = ops.load_files
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

select system$task_dependents_enable('<% ctx.env.database %>.ops.load_files');

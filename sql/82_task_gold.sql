-- The tasks that read several sources. Each is a graph of its own: one instance runs at a time, whichever source started
-- it.

use role <% ctx.env.database %>_transformer;
use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter task ops.load_dim_patient
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'silver.patient_flow, silver.encounter, silver.patient to gold.dim_patient.'
when
    system$stream_has_data('silver.patient_flow_to_dim_patient_stream')
    or system$stream_has_data('silver.encounter_to_dim_patient_stream')
    or system$stream_has_data('silver.patient_to_dim_patient_stream')
as
    call gold.load_dim_patient();

create or alter task ops.finish_dim_patient
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_patient to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_patient
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_dim_hospital
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'silver.patient_flow, silver.hospital to gold.dim_hospital.'
when
    system$stream_has_data('silver.patient_flow_to_dim_hospital_stream')
    or system$stream_has_data('silver.hospital_to_dim_hospital_stream')
as
    call gold.load_dim_hospital();

create or alter task ops.finish_dim_hospital
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_hospital to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_hospital
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_dim_department
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'silver.patient_flow, silver.department to gold.dim_department.'
when
    system$stream_has_data('silver.patient_flow_to_dim_department_stream')
    or system$stream_has_data('silver.department_to_dim_department_stream')
as
    call gold.load_dim_department();

create or alter task ops.finish_dim_department
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_department to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_department
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_dim_payer
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'silver.encounter, silver.encounter_record, silver.claim, silver.payer to gold.dim_payer.'
when
    system$stream_has_data('silver.encounter_to_dim_payer_stream')
    or system$stream_has_data('silver.encounter_record_to_dim_payer_stream')
    or system$stream_has_data('silver.claim_to_dim_payer_stream')
    or system$stream_has_data('silver.payer_to_dim_payer_stream')
as
    call gold.load_dim_payer();

create or alter task ops.finish_dim_payer
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_payer to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_payer
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_fact_patient_flow
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'Patient flow, encounters, patients and hospitals of silver to gold.fact_patient_flow.'
when
    system$stream_has_data('silver.patient_flow_to_fact_patient_flow_stream')
    or system$stream_has_data('silver.encounter_to_fact_patient_flow_stream')
    or system$stream_has_data('silver.patient_to_fact_patient_flow_stream')
    or system$stream_has_data('silver.hospital_to_fact_patient_flow_stream')
as
    call gold.load_fact_patient_flow();

create or alter task ops.finish_fact_patient_flow
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_fact_patient_flow to ops.pipeline_run and ops.notification.'
    finalize = ops.load_fact_patient_flow
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_fact_encounter
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'All that tells of encounters, payments, patients and organizations to gold.fact_encounter.'
when
    system$stream_has_data('silver.encounter_to_fact_encounter_stream')
    or system$stream_has_data('silver.encounter_record_to_fact_encounter_stream')
    or system$stream_has_data('silver.claim_transaction_to_fact_encounter_stream')
    or system$stream_has_data('silver.patient_flow_to_fact_encounter_stream')
    or system$stream_has_data('silver.patient_to_fact_encounter_stream')
    or system$stream_has_data('silver.organization_to_fact_encounter_stream')
as
    call gold.load_fact_encounter();

create or alter task ops.finish_fact_encounter
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_fact_encounter to ops.pipeline_run and ops.notification.'
    finalize = ops.load_fact_encounter
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_fact_claim
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'silver.claim, silver.patient_flow, silver.encounter, silver.patient to gold.fact_claim.'
when
    system$stream_has_data('silver.claim_to_fact_claim_stream')
    or system$stream_has_data('silver.patient_flow_to_fact_claim_stream')
    or system$stream_has_data('silver.encounter_to_fact_claim_stream')
    or system$stream_has_data('silver.patient_to_fact_claim_stream')
as
    call gold.load_fact_claim();

create or alter task ops.finish_fact_claim
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_fact_claim to ops.pipeline_run and ops.notification.'
    finalize = ops.load_fact_claim
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_patient');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_hospital');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_department');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_payer');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_fact_patient_flow');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_fact_encounter');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_fact_claim');

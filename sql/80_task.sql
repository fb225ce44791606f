-- The task graphs of the topics. A root starts when any stream its graph reads has data, so a child that failed runs
-- again without new events, and an idle source costs nothing. The files of tasks run after the procedures are deployed:
-- 15_pause.sql has suspended the roots, and each file resumes its own with their dependents, so that a redeploy loses
-- nothing.

use role <% ctx.env.database %>_transformer;
use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter task ops.load_silver_patient_flow
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'Root of the patient_flow graph: raw.patient_flow_event to silver.patient_flow.'
when
    system$stream_has_data('raw.patient_flow_event_to_silver_stream')
    or system$stream_has_data('raw.patient_flow_event_to_rejected_stream')
as
    call silver.load_patient_flow();

create or alter task ops.load_rejected_patient_flow
    warehouse = <% ctx.env.warehouse %>
    comment = 'Rows of raw.patient_flow_event that cannot be read to ops.rejected_event.'
    after ops.load_silver_patient_flow
as
    call ops.load_rejected_patient_flow();

create or alter task ops.finish_patient_flow
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_silver_patient_flow to ops.pipeline_run and ops.notification.'
    finalize = ops.load_silver_patient_flow
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_silver_encounter
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'Root of the encounter graph: raw.encounter_event to silver.encounter.'
when
    system$stream_has_data('raw.encounter_event_to_silver_stream')
    or system$stream_has_data('raw.encounter_event_to_rejected_stream')
as
    call silver.load_encounter();

create or alter task ops.load_rejected_encounter
    warehouse = <% ctx.env.warehouse %>
    comment = 'Rows of raw.encounter_event that cannot be read to ops.rejected_event.'
    after ops.load_silver_encounter
as
    call ops.load_rejected_encounter();

create or alter task ops.finish_encounter
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_silver_encounter to ops.pipeline_run and ops.notification.'
    finalize = ops.load_silver_encounter
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

create or alter task ops.load_silver_vitals
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    <% ctx.env.schedule %>
    comment = 'Root of the vitals graph: raw.vitals_event to silver.vitals.'
when
    system$stream_has_data('raw.vitals_event_to_silver_stream')
    or system$stream_has_data('raw.vitals_event_to_rejected_stream')
    or system$stream_has_data('silver.vitals_to_fact_vitals_stream')
    or system$stream_has_data('silver.vitals_to_vitals_hourly_stream')
    or system$stream_has_data('silver.vitals_to_fact_alert_stream')
    or system$stream_has_data('silver.vitals_to_patient_latest_vitals_stream')
    or system$stream_has_data('silver.vitals_to_notification_stream')
as
    call silver.load_vitals();

create or alter task ops.load_rejected_vitals
    warehouse = <% ctx.env.warehouse %>
    comment = 'Rows of raw.vitals_event that cannot be read to ops.rejected_event.'
    after ops.load_silver_vitals
as
    call ops.load_rejected_vitals();

create or alter task ops.load_fact_vitals
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.vitals to gold.fact_vitals.'
    after ops.load_silver_vitals
as
    call gold.load_fact_vitals();

create or alter task ops.load_vitals_hourly
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.vitals to gold.vitals_hourly.'
    after ops.load_silver_vitals
as
    call gold.load_vitals_hourly();

create or alter task ops.load_fact_alert
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.vitals to gold.fact_alert.'
    after ops.load_silver_vitals
as
    call gold.load_fact_alert();

create or alter task ops.load_patient_latest_vitals
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.vitals to gold.patient_latest_vitals.'
    after ops.load_silver_vitals
as
    call gold.load_patient_latest_vitals();

create or alter task ops.load_notification
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.vitals to ops.notification. The argument: seconds after which a breach pages nobody.'
    after ops.load_silver_vitals
as
    call ops.load_notification(<% ctx.env.suppress_after_seconds %>);

create or alter task ops.finish_vitals
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_silver_vitals to ops.pipeline_run and ops.notification.'
    finalize = ops.load_silver_vitals
as
    call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));

select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_patient_flow');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_encounter');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_vitals');

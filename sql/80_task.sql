-- The task graphs: one per source, and one per consumer of several sources. A root starts when any
-- stream its graph reads has data, so a child that failed runs again without new events, and an idle
-- source costs nothing. Runs after the procedures are deployed: 15_pause.sql has suspended the roots,
-- and here they are resumed with their dependents, so that a redeploy loses nothing.

use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter task ops.load_silver_patient_flow
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
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
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_silver_encounter
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
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
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_silver_vitals
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
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
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_files
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
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
    or system$stream_has_data('silver.hospital_to_dim_hospital_stream')
    or system$stream_has_data('silver.organization_to_dim_organization_stream')
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

create or alter task ops.load_dim_hospital
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.hospital to gold.dim_hospital.'
    after ops.load_silver_hospital
as
    call gold.load_dim_hospital();

create or alter task ops.load_dim_organization
    warehouse = <% ctx.env.warehouse %>
    comment = 'silver.organization to gold.dim_organization.'
    after ops.load_silver_organization
as
    call gold.load_dim_organization();

create or alter task ops.finish_files
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_files to ops.pipeline_run and ops.notification.'
    finalize = ops.load_files
as
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_dim_patient
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    comment = 'silver.patient_flow, silver.encounter to gold.dim_patient.'
when
    system$stream_has_data('silver.patient_flow_to_dim_patient_stream')
    or system$stream_has_data('silver.encounter_to_dim_patient_stream')
as
    call gold.load_dim_patient();

create or alter task ops.finish_dim_patient
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_patient to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_patient
as
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_dim_department
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
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
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_dim_payer
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    comment = 'silver.encounter, silver.payer to gold.dim_payer.'
when
    system$stream_has_data('silver.encounter_to_dim_payer_stream')
    or system$stream_has_data('silver.payer_to_dim_payer_stream')
as
    call gold.load_dim_payer();

create or alter task ops.finish_dim_payer
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_dim_payer to ops.pipeline_run and ops.notification.'
    finalize = ops.load_dim_payer
as
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_fact_patient_flow
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    comment = 'silver.patient_flow, silver.encounter, silver.hospital to gold.fact_patient_flow.'
when
    system$stream_has_data('silver.patient_flow_to_fact_patient_flow_stream')
    or system$stream_has_data('silver.encounter_to_fact_patient_flow_stream')
    or system$stream_has_data('silver.hospital_to_fact_patient_flow_stream')
as
    call gold.load_fact_patient_flow();

create or alter task ops.finish_fact_patient_flow
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_fact_patient_flow to ops.pipeline_run and ops.notification.'
    finalize = ops.load_fact_patient_flow
as
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

create or alter task ops.load_fact_encounter
    warehouse = <% ctx.env.warehouse %>
    suspend_task_after_num_failures = 5
    comment = 'silver.encounter, silver.patient_flow, silver.organization to gold.fact_encounter.'
when
    system$stream_has_data('silver.encounter_to_fact_encounter_stream')
    or system$stream_has_data('silver.patient_flow_to_fact_encounter_stream')
    or system$stream_has_data('silver.organization_to_fact_encounter_stream')
as
    call gold.load_fact_encounter();

create or alter task ops.finish_fact_encounter
    warehouse = <% ctx.env.warehouse %>
    comment = 'Writes the run of load_fact_encounter to ops.pipeline_run and ops.notification.'
    finalize = ops.load_fact_encounter
as
    execute immediate
    $$
    begin
        begin transaction;
        insert into ops.pipeline_run
        select * from ops.finished_task_run
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        insert into ops.notification
        select * from ops.run_notification
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID');
        commit;
    end;
    $$;

select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_patient_flow');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_encounter');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_silver_vitals');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_files');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_patient');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_department');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_dim_payer');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_fact_patient_flow');
select system$task_dependents_enable('<% ctx.env.database %>.ops.load_fact_encounter');

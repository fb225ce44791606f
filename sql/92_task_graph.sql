-- The task graphs as rows: a root is named here, whatever hangs on it is found. Runs after the tasks.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view ops.task_graph (
    root_task_name comment 'Root of the graph.',
    task_name comment 'Task; the root and the finalizer among them.',
    predecessors comment 'JSON list of the tasks it runs after; none for the root and the finalizer.'
)
copy grants
comment = 'One row per task of a graph.'
as
select
    'LOAD_SILVER_PATIENT_FLOW' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_silver_patient_flow', recursive => true
    ))
union all
select
    'LOAD_SILVER_ENCOUNTER' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_silver_encounter', recursive => true
    ))
union all
select
    'LOAD_SILVER_VITALS' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_silver_vitals', recursive => true
    ))
union all
select
    'LOAD_FILES' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_files', recursive => true
    ))
union all
select
    'LOAD_DIM_PATIENT' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_dim_patient', recursive => true
    ))
union all
select
    'LOAD_DIM_DEPARTMENT' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_dim_department', recursive => true
    ))
union all
select
    'LOAD_DIM_PAYER' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_dim_payer', recursive => true
    ))
union all
select
    'LOAD_FACT_PATIENT_FLOW' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_fact_patient_flow', recursive => true
    ))
union all
select
    'LOAD_FACT_ENCOUNTER' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_fact_encounter', recursive => true
    ))
union all
select
    'LOAD_DIM_HOSPITAL' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_dim_hospital', recursive => true
    ))
union all
select
    'LOAD_FACT_CLAIM' as root_task_name,
    name as task_name,
    predecessors
from
    table(information_schema.task_dependents(
        task_name => '<% ctx.env.database %>.ops.load_fact_claim', recursive => true
    ));

grant select on view ops.task_graph to role <% ctx.env.database %>_dashboard;

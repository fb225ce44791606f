-- Suspends the task graphs and the alert while objects and procedures change; 80_task.sql to 82_task_gold.sql and
-- 95_alert.sql resume them. A run that has begun ends as it is. Whoever stops in between leaves them suspended: run
-- those files.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

alter task if exists ops.load_silver_patient_flow suspend;
alter task if exists ops.load_silver_encounter suspend;
alter task if exists ops.load_silver_vitals suspend;
alter task if exists ops.load_files suspend;
alter task if exists ops.load_dim_patient suspend;
alter task if exists ops.load_dim_hospital suspend;
alter task if exists ops.load_dim_department suspend;
alter task if exists ops.load_dim_payer suspend;
alter task if exists ops.load_fact_patient_flow suspend;
alter task if exists ops.load_fact_encounter suspend;
alter task if exists ops.load_fact_claim suspend;
alter alert if exists ops.failed_run suspend;

-- Who reads what in gold, object by object, so that nothing new is read before somebody has decided it. Reporters get
-- figures and the dimensions without patients here; patients, masked, in 97_enterprise.sql. Figures that are made of masked
-- columns are not for reporters, for theirs would be wrong: gold.outstanding_by_age_band. What has a line for each patient
-- is a secure view: neither its text nor an optimized filter tells of rows that a reader may not see.
-- https://docs.snowflake.com/en/user-guide/views-secure

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

grant select on table gold.dim_hospital to role <% ctx.env.database %>_reporter;
grant select on table gold.dim_organization to role <% ctx.env.database %>_reporter;
grant select on table gold.dim_department to role <% ctx.env.database %>_reporter;
grant select on table gold.dim_payer to role <% ctx.env.database %>_reporter;
grant select on table gold.dim_date to role <% ctx.env.database %>_reporter;

grant select on view gold.as_of to role <% ctx.env.database %>_reporter;
grant select on view gold.vital_threshold to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_bed_occupancy to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_hourly_census to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_occupancy_by_gender to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_bed_turnover to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_length_of_stay to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_overstay to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_top_diagnosis to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_vitals_by_department to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_admissions_by_priority_and_weekday to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_daily_volume to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_department_inflow to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_breach_pattern to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_severity_share to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_vital_severity_correlation to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_readmission_by_department to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_readmission_by_diagnosis to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_length_of_stay_ratio to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_ed_boarding to role <% ctx.env.database %>_reporter;
grant select on view gold.encounters_by_department to role <% ctx.env.database %>_reporter;
grant select on view gold.encounters_by_department_month to role <% ctx.env.database %>_reporter;
grant select on view gold.encounters_by_organization_month to role <% ctx.env.database %>_reporter;
grant select on view gold.payer_coverage_summary to role <% ctx.env.database %>_reporter;
grant select on view gold.payer_concentration to role <% ctx.env.database %>_reporter;
grant select on view gold.claim_cost_and_payments to role <% ctx.env.database %>_reporter;
grant select on view gold.condition_prevalence to role <% ctx.env.database %>_reporter;

alter view gold.vitals_enriched set secure;
alter view gold.alert_episode set secure;
alter view gold.patient_kpi set secure;
alter view gold.kpi_alert_volume set secure;
alter view gold.patient_vital_baseline set secure;
alter view gold.patient_risk_snapshot set secure;
alter view gold.index_stay set secure;
alter view gold.ed_boarding set secure;
alter view gold.bed_conflict set secure;
alter view gold.patient_utilization_risk set secure;
alter view gold.patient_cost_outlier set secure;

grant select on all tables in schema gold to role <% ctx.env.database %>_phi_reader;
grant select on all views in schema gold to role <% ctx.env.database %>_phi_reader;
grant select on table ops.rejected_event to role <% ctx.env.database %>_phi_reader;

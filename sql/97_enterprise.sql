-- All that needs Enterprise edition: masking, row access, several days of time travel, the database's own event table, and
-- the grants on patients that stand on them. A Standard account deploys without this file (make deploy EDITION=standard):
-- reporters then see figures alone. https://docs.snowflake.com/en/user-guide/intro-editions

use role accountadmin;
grant apply masking policy on account to role <% ctx.env.database %>_admin;
-- A Streamlit app needs it to read tables whose policies ask for the session.
grant read session on account to role <% ctx.env.database %>_dashboard;

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

-- Masking: one policy for each type, set on the tag, so that tagging a column is enough. The transformer sees all: a MERGE
-- over masked values would write them. Null stays null. The loader sees whom a notification is about, for it publishes it; the
-- dashboard which patient a line is about, for a ward has to act on it.
-- A view of ours reads payloads to hash them, so that its counts are right for whoever asks; none shows one.
-- A pseudonym is the same for the same value, so that joins and distinct counts hold.
-- https://docs.snowflake.com/en/user-guide/tag-based-masking-policies
create or alter masking policy governance.mask_string as (val varchar) returns varchar ->
case
    when
        is_role_in_session(upper('<% ctx.env.database %>_transformer'))
        or is_role_in_session(upper('<% ctx.env.database %>_phi_reader'))
        then val
    when
        system$get_tag_on_current_column('<% ctx.env.database %>.governance.phi') = 'payload'
        and invoker_role() = upper('<% ctx.env.database %>_admin')
        then val
    when system$get_tag_on_current_column('<% ctx.env.database %>.governance.phi') <> 'identifier'
        then iff(val is null, null, '***')
    when
        is_role_in_session(upper('<% ctx.env.database %>_loader'))
        or is_role_in_session(upper('<% ctx.env.database %>_dashboard'))
        then val
    else sha2(concat('<% ctx.env.pseudonym_key %>', val), 256)
end
comment = 'Text: *** for names, addresses, payloads and free text, a pseudonym for identifiers.';

create or alter masking policy governance.mask_number as (val number) returns number ->
case
    when
        is_role_in_session(upper('<% ctx.env.database %>_transformer'))
        or is_role_in_session(upper('<% ctx.env.database %>_phi_reader'))
        then val
    when system$get_tag_on_current_column('<% ctx.env.database %>.governance.phi') = 'age' then least(val, 90)
end
comment = 'Numbers: ages over 89 are 90, others null.';

create or alter masking policy governance.mask_date as (val date) returns date ->
case
    when
        is_role_in_session(upper('<% ctx.env.database %>_transformer'))
        or is_role_in_session(upper('<% ctx.env.database %>_phi_reader'))
        then val
end
comment = 'Dates: null.';

create or alter masking policy governance.mask_timestamp as (val timestamp_ntz) returns timestamp_ntz ->
case
    when
        is_role_in_session(upper('<% ctx.env.database %>_transformer'))
        or is_role_in_session(upper('<% ctx.env.database %>_phi_reader'))
        then val
end
comment = 'Timestamps: null.';

create or alter masking policy governance.mask_variant as (val variant) returns variant ->
case
    when
        is_role_in_session(upper('<% ctx.env.database %>_transformer'))
        or is_role_in_session(upper('<% ctx.env.database %>_phi_reader'))
        then val
end
comment = 'Variants: null.';

alter tag governance.phi set
masking policy governance.mask_string,
masking policy governance.mask_number,
masking policy governance.mask_date,
masking policy governance.mask_timestamp,
masking policy governance.mask_variant
force;

-- Rows: a role sees the stays of its hospitals and the encounters of its organizations, by governance.hospital_access.
-- What names neither is seen by roles of every hospital alone. The policies stand on tables: views are replaced.
create or alter row access policy governance.rows_of_hospital as (row_hospital_id varchar) returns boolean ->
is_role_in_session(upper('<% ctx.env.database %>_transformer'))
or exists (
    select 1
    from <% ctx.env.database %>.governance.hospital_access as allowed
    where allowed.hospital_id = row_hospital_id and is_role_in_session(allowed.role_name)
)
or exists (
    select 1
    from <% ctx.env.database %>.governance.hospital_access as allowed
    where allowed.hospital_id = '*' and is_role_in_session(allowed.role_name)
)
comment = 'Rows of a hospital or organization that governance.hospital_access gives to a role of the session.';

create or alter row access policy governance.rows_of_every_hospital as (row_key varchar) returns boolean ->
is_role_in_session(upper('<% ctx.env.database %>_transformer'))
or exists (
    select 1
    from <% ctx.env.database %>.governance.hospital_access as allowed
    where allowed.hospital_id = '*' and is_role_in_session(allowed.role_name)
)
comment = 'All rows for a role of every hospital, none for others. The argument is not looked at.';

create or alter row access policy governance.times_of_every_hospital as (row_time timestamp_ntz) returns boolean ->
is_role_in_session(upper('<% ctx.env.database %>_transformer'))
or exists (
    select 1
    from <% ctx.env.database %>.governance.hospital_access as allowed
    where allowed.hospital_id = '*' and is_role_in_session(allowed.role_name)
)
comment = 'The same for a table whose text columns are masked: a column is in one kind of policy only.';

-- A policy that is set already cannot be added again, and to drop it first would open the table for a moment.
execute immediate $$
declare
    missing cursor for
        with wanted as (
            select
                column1 as table_name,
                column2 as policy_name,
                column3 as column_name
            from values
                ('FACT_PATIENT_FLOW', 'rows_of_hospital', 'hospital_id'),
                ('FACT_ENCOUNTER', 'rows_of_hospital', 'organization_id'),
                ('DIM_PATIENT', 'rows_of_every_hospital', 'patient_key'),
                ('FACT_VITALS', 'rows_of_every_hospital', 'event_id'),
                ('VITALS_HOURLY', 'times_of_every_hospital', 'hour_start'),
                ('FACT_ALERT', 'rows_of_every_hospital', 'alert_type'),
                ('PATIENT_LATEST_VITALS', 'rows_of_every_hospital', 'event_id'),
                ('FACT_CLAIM', 'rows_of_every_hospital', 'patient_key'),
                ('FACT_CLAIM_TRANSACTION', 'rows_of_every_hospital', 'transaction_id'),
                ('FACT_CONDITION', 'rows_of_every_hospital', 'condition_id')
        ),
        attached as (
            select ref_entity_name
            from table(<% ctx.env.database %>.information_schema.policy_references(
                policy_name => '<% ctx.env.database %>.governance.rows_of_hospital'
            ))
            union all
            select ref_entity_name
            from table(<% ctx.env.database %>.information_schema.policy_references(
                policy_name => '<% ctx.env.database %>.governance.rows_of_every_hospital'
            ))
            union all
            select ref_entity_name
            from table(<% ctx.env.database %>.information_schema.policy_references(
                policy_name => '<% ctx.env.database %>.governance.times_of_every_hospital'
            ))
        )
        select wanted.table_name, wanted.policy_name, wanted.column_name
        from wanted
        left join attached on wanted.table_name = attached.ref_entity_name
        where attached.ref_entity_name is null;
begin
    for one in missing do
        execute immediate
            'alter table gold.' || one.table_name
            || ' add row access policy governance.' || one.policy_name
            || ' on (' || one.column_name || ')';
    end for;
end;
$$;

-- Patients for reporters: masked by the tags of 65_phi.sql, rows by hospital.
grant select on table gold.fact_patient_flow to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_encounter to role <% ctx.env.database %>_reporter;
grant select on table gold.dim_patient to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_vitals to role <% ctx.env.database %>_reporter;
grant select on table gold.vitals_hourly to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_alert to role <% ctx.env.database %>_reporter;
grant select on table gold.patient_latest_vitals to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_claim to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_claim_transaction to role <% ctx.env.database %>_reporter;
grant select on table gold.fact_condition to role <% ctx.env.database %>_reporter;
grant select on view gold.vitals_enriched to role <% ctx.env.database %>_reporter;
grant select on view gold.alert_episode to role <% ctx.env.database %>_reporter;
grant select on view gold.patient_kpi to role <% ctx.env.database %>_reporter;
grant select on view gold.kpi_alert_volume to role <% ctx.env.database %>_reporter;
grant select on view gold.patient_vital_baseline to role <% ctx.env.database %>_reporter;
grant select on view gold.patient_risk_snapshot to role <% ctx.env.database %>_reporter;
grant select on view gold.index_stay to role <% ctx.env.database %>_reporter;
grant select on view gold.ed_boarding to role <% ctx.env.database %>_reporter;
grant select on view gold.bed_conflict to role <% ctx.env.database %>_reporter;
grant select on view gold.patient_utilization_risk to role <% ctx.env.database %>_reporter;
grant select on view gold.patient_cost_outlier to role <% ctx.env.database %>_reporter;
grant select on view ops.undelivered_notification to role <% ctx.env.database %>_dashboard;

-- Time travel: raw cannot be had again once Kafka has forgotten it, the rest is rebuilt from raw. Erased patients stay in
-- time travel that long, and seven days more in fail-safe.
alter schema raw set data_retention_time_in_days = 7;
alter schema silver set data_retention_time_in_days = 1;
alter schema gold set data_retention_time_in_days = 1;
alter schema ops set data_retention_time_in_days = 1;
alter schema governance set data_retention_time_in_days = 7;

create event table if not exists ops.event_log
comment = 'What the procedures of this database log.';

alter database <% ctx.env.database %> set event_table = <% ctx.env.database %>.ops.event_log;

-- Who may do what in the account: roles, service users, warehouses and what they may cost. Privileges on objects of
-- the database are in 12_grant.sql and 66_reader.sql. With 00 the only file that needs ACCOUNTADMIN: it alone may
-- create resource monitors and grant EXECUTE TASK.
-- https://docs.snowflake.com/en/user-guide/security-access-control-overview

use role accountadmin;

create role if not exists <% ctx.env.database %>_loader
comment = 'Appends to raw, publishes notifications. Reads nothing else.';

create role if not exists <% ctx.env.database %>_transformer
comment = 'Owns and runs procedures, tasks and the alert: raw to silver to gold. Changes rows, no objects.';

create role if not exists <% ctx.env.database %>_reporter
comment = 'Reads gold: figures; with Enterprise edition also patients, masked, of its hospitals.';

create role if not exists <% ctx.env.database %>_phi_reader
comment = 'Reads what a reporter reads, unmasked, and rejected events.';

create role if not exists <% ctx.env.database %>_dashboard
comment = 'Owns the dashboard, which reads with it: what a reporter of every hospital reads, and how the pipeline does.';

create role if not exists <% ctx.env.database %>_admin
comment = 'Owns the database and everything in it but procedures and tasks; deploys.';

-- Who owns what others only use stands above them, below SYSADMIN.
grant role <% ctx.env.database %>_reporter to role <% ctx.env.database %>_phi_reader;
grant role <% ctx.env.database %>_reporter to role <% ctx.env.database %>_dashboard;
grant role <% ctx.env.database %>_dashboard to role <% ctx.env.database %>_admin;
grant role <% ctx.env.database %>_loader to role <% ctx.env.database %>_admin;
grant role <% ctx.env.database %>_transformer to role <% ctx.env.database %>_admin;
grant role <% ctx.env.database %>_phi_reader to role <% ctx.env.database %>_admin;
grant role <% ctx.env.database %>_admin to role sysadmin;

grant ownership on database <% ctx.env.database %> to role <% ctx.env.database %>_admin copy current grants;

grant execute task on account to role <% ctx.env.database %>_transformer;

-- One warehouse per workload, so that none waits for another and each has its own bill.
create warehouse if not exists <% ctx.env.database %>_load_wh
warehouse_size = xsmall
auto_suspend = 60
auto_resume = true
initially_suspended = true
comment = 'Runs the COPY of the loader.';

create warehouse if not exists <% ctx.env.database %>_report_wh
warehouse_size = xsmall
auto_suspend = 60
auto_resume = true
initially_suspended = true
comment = 'Runs the queries of readers.';

-- The quota is credits per month and warehouse. At 100 percent what runs may end and nothing new starts: rows then wait
-- in Kafka and in the streams, none is lost.
create resource monitor if not exists <% ctx.env.database %>_load with
credit_quota = <% ctx.env.credit_quota %> frequency = monthly start_timestamp = immediately
triggers on 80 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;

create resource monitor if not exists <% ctx.env.database %>_transform with
credit_quota = <% ctx.env.credit_quota %> frequency = monthly start_timestamp = immediately
triggers on 80 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;

create resource monitor if not exists <% ctx.env.database %>_report with
credit_quota = <% ctx.env.credit_quota %> frequency = monthly start_timestamp = immediately
triggers on 80 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;

alter resource monitor <% ctx.env.database %>_load set credit_quota = <% ctx.env.credit_quota %>;
alter resource monitor <% ctx.env.database %>_transform set credit_quota = <% ctx.env.credit_quota %>;
alter resource monitor <% ctx.env.database %>_report set credit_quota = <% ctx.env.credit_quota %>;
alter warehouse <% ctx.env.database %>_load_wh set resource_monitor = <% ctx.env.database %>_load;
alter warehouse <% ctx.env.warehouse %> set resource_monitor = <% ctx.env.database %>_transform;
alter warehouse <% ctx.env.database %>_report_wh set resource_monitor = <% ctx.env.database %>_report;

grant ownership on warehouse <% ctx.env.database %>_load_wh
to role <% ctx.env.database %>_admin copy current grants;
grant ownership on warehouse <% ctx.env.warehouse %> to role <% ctx.env.database %>_admin copy current grants;
grant ownership on warehouse <% ctx.env.database %>_report_wh
to role <% ctx.env.database %>_admin copy current grants;
grant usage on warehouse <% ctx.env.database %>_load_wh to role <% ctx.env.database %>_loader;
grant usage on warehouse <% ctx.env.warehouse %> to role <% ctx.env.database %>_transformer;
grant usage on warehouse <% ctx.env.database %>_report_wh to role <% ctx.env.database %>_reporter;

-- A service user logs in with a key alone, which is set by hand and never stands here (docs/governance.md), from the
-- addresses of allowed_ips alone. Secondary roles are off: each program has one role, whatever else it is granted.
create network policy if not exists <% ctx.env.database %>_service
allowed_ip_list = (<% ctx.env.allowed_ips %>)
comment = 'Where the service users of Carefloe may log in from.';

alter network policy <% ctx.env.database %>_service set allowed_ip_list = (<% ctx.env.allowed_ips %>);

create user if not exists <% ctx.env.database %>_loader_service
    type = service
    default_role = <% ctx.env.database %>_loader
    default_warehouse = <% ctx.env.database %>_load_wh
    default_namespace = '<% ctx.env.database %>.raw'
    default_secondary_roles = ()
    comment = 'carefloe-loader.';

create user if not exists <% ctx.env.database %>_report_service
    type = service
    default_role = <% ctx.env.database %>_reporter
    default_warehouse = <% ctx.env.database %>_report_wh
    default_namespace = '<% ctx.env.database %>.gold'
    default_secondary_roles = ()
    comment = 'Power BI and other readers that log in as one.';

create user if not exists <% ctx.env.database %>_deploy_service
    type = service
    default_role = <% ctx.env.database %>_admin
    default_warehouse = <% ctx.env.warehouse %>
    default_namespace = '<% ctx.env.database %>.ops'
    default_secondary_roles = ()
    comment = 'Deploys from continuous integration, all but the files sql/0*.';

alter user <% ctx.env.database %>_loader_service set network_policy = <% ctx.env.database %>_service;
alter user <% ctx.env.database %>_report_service set network_policy = <% ctx.env.database %>_service;
alter user <% ctx.env.database %>_deploy_service set network_policy = <% ctx.env.database %>_service;

grant role <% ctx.env.database %>_loader to user <% ctx.env.database %>_loader_service;
grant role <% ctx.env.database %>_reporter to user <% ctx.env.database %>_report_service;
grant role <% ctx.env.database %>_admin to user <% ctx.env.database %>_deploy_service;

-- What a procedure logs from INFO on goes to the account's event table, with Enterprise edition to the database's own.
alter database <% ctx.env.database %> set log_level = 'INFO';

-- What the alert of 95_alert.sql needs of the account: the integration that sends e-mail, and its owner's privileges.
-- An account file: runs as ACCOUNTADMIN. https://docs.snowflake.com/en/sql-reference/sql/create-alert

use role accountadmin;

create notification integration if not exists <% ctx.env.database %>_email
type = email
enabled = true
comment = 'Tells of failed runs, in counts.';

grant usage on integration <% ctx.env.database %>_email to role <% ctx.env.database %>_transformer;
grant execute alert on account to role <% ctx.env.database %>_transformer;
grant execute managed alert on account to role <% ctx.env.database %>_transformer;
grant database role snowflake.alert_viewer to role <% ctx.env.database %>_transformer;

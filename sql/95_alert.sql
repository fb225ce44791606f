-- E-mail when a run failed: counts only. The recipient (alert_email in snowflake.yml, several separated by commas) must be
-- the verified address of a user of the account, else the alert fails and nothing else:
-- https://docs.snowflake.com/en/user-guide/notifications/email-notifications. 06_email.sql made the integration.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

grant create alert on schema ops to role <% ctx.env.database %>_transformer;
use role <% ctx.env.database %>_transformer;

-- Without a warehouse: serverless, which bills the seconds it takes. It looks five minutes behind its schedule, so that a
-- run whose row commits late is not missed.
create or alter alert ops.failed_run
    schedule = '15 minute'
    comment = 'E-mail when a run of a task graph has failed since the alert last looked.'
if (
    exists (
        select notification_id
        from ops.notification
        where
            kind = 'RUN'
            and outcome = 'FAILED'
            and created_at > coalesce(
                dateadd(
                    minute, -5,
                    convert_timezone('UTC', snowflake.alert.last_successful_scheduled_time())::timestamp_ntz
                ),
                '1970-01-01'::timestamp_ntz
            )
            and created_at <= dateadd(
                minute, -5, convert_timezone('UTC', snowflake.alert.scheduled_time())::timestamp_ntz
            )
    )
)
then
    call system$send_email(
        '<% ctx.env.database %>_email',
        '<% ctx.env.alert_email %>',
        'Carefloe: a run has failed',
        (
            select
                concat(
                    count_if(outcome = 'FAILED')::varchar, ' of ', count(*)::varchar,
                    ' runs of the last 24 hours have failed. Which ones, and where: select * from ops.run_outcome;'
                )
            from ops.notification
            where kind = 'RUN' and created_at > dateadd(day, -1, sysdate())
        )
    );

alter alert ops.failed_run resume;

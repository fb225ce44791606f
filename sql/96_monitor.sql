-- Who sees how the pipeline does: readers see counts; the dashboard also which tasks ran and what was rejected why.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view ops.rejection (
    source comment 'Raw table.',
    reason comment 'Why it could not be read.',
    row_count comment 'Rows of ops.rejected_event.',
    last_received_at comment 'Newest broker time or as-of of them, UTC.'
)
copy grants
comment = 'One row per raw table and reason of ops.rejected_event, without what was rejected.'
as
select
    source,
    reason,
    count(*) as row_count,
    max(received_at) as last_received_at
from ops.rejected_event
group by source, reason;

grant select on view ops.freshness to role <% ctx.env.database %>_reporter;
grant select on view ops.run_outcome to role <% ctx.env.database %>_reporter;
grant select on view ops.reconciliation to role <% ctx.env.database %>_reporter;
grant select on view ops.rejection to role <% ctx.env.database %>_reporter;
grant select on view ops.late_arrival to role <% ctx.env.database %>_reporter;
grant select on view ops.volume_anomaly to role <% ctx.env.database %>_reporter;
grant select on view ops.dq_flag_count to role <% ctx.env.database %>_reporter;
grant select on view ops.vitals_quality to role <% ctx.env.database %>_reporter;
grant select on view ops.vitals_completeness to role <% ctx.env.database %>_reporter;
grant select on view ops.task_run to role <% ctx.env.database %>_dashboard;

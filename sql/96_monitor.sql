-- Who sees how the pipeline does. Reporters see counts; the reconciliation and late arrivals are not for them, for both
-- hash the payload, which reporters have masked: their figures would be wrong.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

grant select on view ops.freshness to role <% ctx.env.database %>_reporter;
grant select on view ops.run_outcome to role <% ctx.env.database %>_reporter;
grant select on view ops.volume_anomaly to role <% ctx.env.database %>_reporter;
grant select on view ops.dq_flag_count to role <% ctx.env.database %>_reporter;
grant select on view ops.vitals_quality to role <% ctx.env.database %>_reporter;
grant select on view ops.vitals_completeness to role <% ctx.env.database %>_reporter;
grant select on view ops.reconciliation to role <% ctx.env.database %>_phi_reader;
grant select on view ops.late_arrival to role <% ctx.env.database %>_phi_reader;

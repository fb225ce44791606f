-- What runs by itself, and what it needs of single objects. The procedures, just deployed, go to the role that runs them:
-- they have their owner's rights, so that a procedure can change rows and nothing else.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

grant ownership on all procedures in schema silver
to role <% ctx.env.database %>_transformer copy current grants;
grant ownership on all procedures in schema gold
to role <% ctx.env.database %>_transformer copy current grants;
grant ownership on all procedures in schema ops
to role <% ctx.env.database %>_transformer copy current grants;

-- What the procedure of the finalizers reads.
grant select on view ops.finished_task_run to role <% ctx.env.database %>_transformer;
grant select on view ops.run_notification to role <% ctx.env.database %>_transformer;

-- An alert whose breach turns out to be recent after all is lifted to be published: the one change of a row in ops.
grant update on table ops.notification to role <% ctx.env.database %>_transformer;

-- The loader publishes notifications and notes that it has.
grant select on view ops.undelivered_notification to role <% ctx.env.database %>_loader;
grant select, insert on table ops.notification_delivery to role <% ctx.env.database %>_loader;

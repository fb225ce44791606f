-- What the roles that run by themselves may do in the database, now and on objects to come: tables and streams that are
-- created later get the same privileges, so that a new feed needs no line here. Readers get single objects, in
-- 66_reader.sql and 96_monitor.sql. Who belongs to which role: docs/governance.md.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

grant usage on database <% ctx.env.database %> to role <% ctx.env.database %>_loader;
grant usage on database <% ctx.env.database %> to role <% ctx.env.database %>_transformer;
grant usage on database <% ctx.env.database %> to role <% ctx.env.database %>_reporter;

-- The loader: appends, and reads how far it has come. write_pandas makes a temporary stage for its file.
grant usage on schema raw to role <% ctx.env.database %>_loader;
grant create stage on schema raw to role <% ctx.env.database %>_loader;
grant select, insert on future tables in schema raw to role <% ctx.env.database %>_loader;
grant usage on schema ops to role <% ctx.env.database %>_loader;

-- The transformer: reads raw and never changes it, appends to silver, keeps gold, writes what ran.
grant usage on schema raw to role <% ctx.env.database %>_transformer;
grant select on future tables in schema raw to role <% ctx.env.database %>_transformer;
grant select on future streams in schema raw to role <% ctx.env.database %>_transformer;
grant usage on schema silver to role <% ctx.env.database %>_transformer;
grant select, insert on future tables in schema silver to role <% ctx.env.database %>_transformer;
grant select on future streams in schema silver to role <% ctx.env.database %>_transformer;
grant usage on schema gold to role <% ctx.env.database %>_transformer;
grant select, insert, update, delete on future tables in schema gold
to role <% ctx.env.database %>_transformer;
grant usage, create task on schema ops to role <% ctx.env.database %>_transformer;
grant select, insert on future tables in schema ops to role <% ctx.env.database %>_transformer;
grant read on stage ops.code to role <% ctx.env.database %>_transformer;

grant usage on schema gold to role <% ctx.env.database %>_reporter;
grant usage on schema ops to role <% ctx.env.database %>_reporter;
grant usage on schema app to role <% ctx.env.database %>_reporter;

-- The dashboard runs with its owner's rights: whoever may open it reads with this role.
grant create streamlit, create stage on schema app to role <% ctx.env.database %>_dashboard;

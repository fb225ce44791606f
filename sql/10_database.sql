-- The schemas, one per layer, and the stage that holds the procedures' code.
-- Runs before everything that lives in a schema. Managed access: the schemas' owner alone grants what is in them, so that
-- the owner of an object cannot pass it on.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create schema if not exists raw with managed access
comment = 'What arrived, untouched: one row per Kafka record or file line.';

create schema if not exists silver with managed access
comment = 'Typed, deduplicated, repaired and flagged; insert-only.';

create schema if not exists gold with managed access
comment = 'Dimensions, facts and KPI views: what readers use.';

create schema if not exists ops with managed access
comment = 'How the pipeline does: tasks, runs, rejected events, reconciliation.';

create schema if not exists app with managed access
comment = 'The dashboard.';

create schema if not exists governance with managed access
comment = 'Tags and policies that protect patients.';

create stage if not exists ops.code
    comment = 'The zip of snowpark/ that the procedures import.';

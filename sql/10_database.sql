-- The schemas, one per layer, and the stage that holds the procedures' code.
-- Runs before everything that lives in a schema.

use database <% ctx.env.database %>;

create schema if not exists raw
comment = 'What arrived, untouched: one row per Kafka record or file line.';

create schema if not exists silver
comment = 'Typed, deduplicated, repaired and flagged; insert-only.';

create schema if not exists gold
comment = 'Dimensions, facts and KPI views: what readers use.';

create schema if not exists ops
comment = 'How the pipeline does: tasks, runs, rejected events, reconciliation.';

create schema if not exists governance
comment = 'Tags and policies that protect patients.';

create stage if not exists ops.code
    comment = 'The zip of snowpark/ that the procedures import.';

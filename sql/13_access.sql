-- Which hospitals' rows a role sees. Filled by hand, by the admin role (docs/governance.md): after the first deployment it
-- is empty, and no reader sees a patient's row.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table governance.hospital_access (
    role_name varchar not null comment 'Account role, in upper case; roles that it is granted to see the rows too.',
    hospital_id varchar not null comment 'Hospital or organization id, or * for all rows.'
)
comment = 'One row per role and hospital or organization whose stays and encounters it may see.';

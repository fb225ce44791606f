-- Which hospitals' rows a role sees. Filled by hand, by the admin role (docs/governance.md): after the first deployment no
-- reader sees a patient's row, but for the dashboard, which shows all hospitals.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter table governance.hospital_access (
    role_name varchar not null comment 'Account role, in upper case; roles that it is granted to see the rows too.',
    hospital_id varchar not null comment 'Hospital or organization id, or * for all rows.'
)
comment = 'One row per role and hospital or organization whose stays and encounters it may see.';

merge into governance.hospital_access as target
using (
    select
        upper('<% ctx.env.database %>_dashboard') as role_name,
        '*' as hospital_id
) as source
    on target.role_name = source.role_name and target.hospital_id = source.hospital_id
when not matched then
    insert (role_name, hospital_id) values (source.role_name, source.hospital_id);

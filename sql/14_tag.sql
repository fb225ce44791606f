-- The tag that marks what can tell who a patient is, by the identifiers of HIPAA's Safe Harbor method
-- (45 CFR 164.514(b)(2)(i)). Tags are of every edition; what is done with them stands in 97_enterprise.sql.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter tag governance.phi
allowed_values 'name', 'address', 'date', 'identifier', 'age', 'payload', 'free_text'
comment = 'What of a patient a column tells. 65_phi.sql lists the columns.';

-- What lives outside the database: the warehouse that runs procedures, tasks and readers.
-- Runs first; 05_role.sql then gives both to the role that owns them.

use role accountadmin;

create warehouse if not exists <% ctx.env.warehouse %>
warehouse_size = xsmall
auto_suspend = 60
auto_resume = true
initially_suspended = true
comment = 'Runs the procedures, the tasks and the readers of Carefloe.';

create database if not exists <% ctx.env.database %>
comment = 'Carefloe: who is in which bed, who is deteriorating, who comes back, who pays.';

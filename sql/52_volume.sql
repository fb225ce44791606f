-- KPI views over dimensions and facts. Volume: who comes, when and where.
-- Days are those of gold.dim_date. A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.kpi_admissions_by_priority_and_weekday (
    admission_priority comment 'Emergency, Urgent, Scheduled or Transfer.',
    weekday_number comment 'ISO day of the week, Monday is 1.',
    weekday_name comment 'Day of the week, as Mon.',
    admission_count comment 'Admissions on that weekday.',
    share_percent comment '100 * admission_count / all admissions of the priority.'
)
copy grants
comment = 'One row per priority and day of the week.'
as
with admission as (
    select
        stay.admission_priority,
        calendar.weekday_number,
        calendar.weekday_name,
        count(*) as admission_count
    from gold.fact_patient_flow as stay
    inner join gold.dim_date as calendar
        on stay.admission_date_key = calendar.date_key
    where stay.has_admission
    group by stay.admission_priority, calendar.weekday_number, calendar.weekday_name
)

select
    admission.admission_priority,
    admission.weekday_number,
    admission.weekday_name,
    admission.admission_count,
    round(
        100 * admission.admission_count
        / sum(admission.admission_count) over (partition by admission.admission_priority),
        1
    ) as share_percent
from admission;

create or replace view gold.kpi_daily_volume (
    calendar_date comment 'The day, UTC.',
    hospital_id comment 'Hospital id; null when not known.',
    admission_count comment 'Stays admitted on the day.',
    discharge_count comment 'Stays discharged on the day.'
)
copy grants
comment = 'One row per day and hospital with an admission or a discharge.'
as
with movement as (
    select
        admission_date_key as date_key,
        hospital_id,
        1 as admission_count,
        0 as discharge_count
    from gold.fact_patient_flow
    where has_admission
    union all
    select
        discharge_date_key as date_key,
        hospital_id,
        0 as admission_count,
        1 as discharge_count
    from gold.fact_patient_flow
    where not is_currently_admitted
)

select
    calendar.calendar_date,
    movement.hospital_id,
    sum(movement.admission_count) as admission_count,
    sum(movement.discharge_count) as discharge_count
from movement
inner join gold.dim_date as calendar
    on movement.date_key = calendar.date_key
group by calendar.calendar_date, movement.hospital_id;

create or replace view gold.kpi_department_inflow (
    calendar_date comment 'The day, UTC.',
    department comment 'Department.',
    admission_count comment 'Stays admitted on the day.',
    discharge_count comment 'Stays discharged on the day.',
    net_inflow comment 'admission_count - discharge_count.'
)
copy grants
comment = 'One row per day and department with an admission or a discharge.'
as
with movement as (
    select
        admission_date_key as date_key,
        department,
        1 as admission_count,
        0 as discharge_count
    from gold.fact_patient_flow
    where has_admission
    union all
    select
        discharge_date_key as date_key,
        department,
        0 as admission_count,
        1 as discharge_count
    from gold.fact_patient_flow
    where not is_currently_admitted
)

select
    calendar.calendar_date,
    movement.department,
    sum(movement.admission_count) as admission_count,
    sum(movement.discharge_count) as discharge_count,
    sum(movement.admission_count) - sum(movement.discharge_count) as net_inflow
from movement
inner join gold.dim_date as calendar
    on movement.date_key = calendar.date_key
group by calendar.calendar_date, movement.department;

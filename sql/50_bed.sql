-- KPI views over dimensions and facts. Beds: who lies where, now and at every hour.
-- "Now" is gold.as_of, never the clock. A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.as_of (
    as_of comment 'The greatest event timestamp in silver, of vitals that of the newest reading of a known patient, UTC: now, for every view.'
)
copy grants
comment = 'One row: the time up to which events have arrived.'
as
with event_time as (
    select max(event_timestamp) as latest_at
    from silver.patient_flow
    union all
    select max(event_timestamp) as latest_at
    from silver.encounter
    union all
    select max(measured_at) as latest_at
    from gold.patient_latest_vitals
)

select max(event_time.latest_at) as as_of
from event_time;

create or replace view gold.kpi_bed_occupancy (
    hospital_id comment 'Hospital id; null for stays whose hospital is not known.',
    hospital_name comment 'Current name of the hospital.',
    department comment 'Department.',
    bed_capacity comment 'Staffed beds of the newest departments file; null until one names the department.',
    occupied_beds comment 'Open stays: admissions without a discharge, also where it never came or could not be read.',
    free_beds comment 'bed_capacity - occupied_beds.',
    occupancy_percent comment '100 * occupied_beds / bed_capacity.',
    as_of comment 'The time this is true for, UTC.'
)
copy grants
comment = 'One row per department of a hospital that has beds or open stays, now.'
as
with open_stay as (
    select
        department_key,
        count(*) as occupied_beds
    from gold.fact_patient_flow
    where is_currently_admitted
    group by department_key
),

current_hospital as (
    select
        hospital_id,
        hospital_name
    from gold.dim_hospital
    where is_current
)

select
    department.hospital_id,
    current_hospital.hospital_name,
    department.department,
    department.bed_capacity,
    coalesce(open_stay.occupied_beds, 0) as occupied_beds,
    department.bed_capacity - coalesce(open_stay.occupied_beds, 0) as free_beds,
    round(100 * coalesce(open_stay.occupied_beds, 0) / nullif(department.bed_capacity, 0), 1)
        as occupancy_percent,
    as_of.as_of
from gold.dim_department as department
left join open_stay
    on department.department_key = open_stay.department_key
left join current_hospital
    on department.hospital_id = current_hospital.hospital_id
cross join gold.as_of as as_of
where department.bed_capacity is not null or open_stay.occupied_beds > 0;

create or replace view gold.kpi_hourly_census (
    census_at comment 'The full hour, UTC.',
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    occupied_beds comment 'Stays with admitted_at <= census_at and discharged_at after it or open.'
)
copy grants
comment = 'One row per hour from the first patient-flow event to gold.as_of, hospital and department.'
as
with bounds as (
    select
        date_trunc('hour', min(flow.event_timestamp)) as first_at,
        max(as_of.as_of) as last_at
    from silver.patient_flow as flow
    cross join gold.as_of as as_of
),

-- An admission before the first event, by days or by a wrong clock, is present from the first hour.
stay as (
    select
        flow.hospital_id,
        flow.department,
        greatest(flow.admitted_at, bounds.first_at) as admitted_at,
        greatest(flow.discharged_at, flow.admitted_at, bounds.first_at) as left_at
    from gold.fact_patient_flow as flow
    cross join bounds
    where flow.has_admission and flow.admitted_at is not null
),

-- A stay counts from the first full hour at or after its admission, and no more from the first
-- full hour at or after its end.
movement as (
    select
        hospital_id,
        department,
        dateadd(
            hour, iff(date_trunc('hour', admitted_at) < admitted_at, 1, 0), date_trunc('hour', admitted_at)
        )
            as census_at,
        1 as change
    from stay
    union all
    select
        hospital_id,
        department,
        dateadd(hour, iff(date_trunc('hour', left_at) < left_at, 1, 0), date_trunc('hour', left_at))
            as census_at,
        -1 as change
    from stay
    where left_at is not null
),

hour_of_day as (
    select row_number() over (order by seq4()) - 1 as hour_number
    from table(generator(rowcount => 24))
),

census_hour as (
    select dateadd(hour, hour_of_day.hour_number, calendar.calendar_date) as census_at
    from gold.dim_date as calendar
    cross join hour_of_day
    cross join bounds
    where
        calendar.calendar_date between to_date(bounds.first_at) and to_date(bounds.last_at)
        and dateadd(hour, hour_of_day.hour_number, calendar.calendar_date)
        between bounds.first_at and bounds.last_at
),

place as (
    select distinct
        hospital_id,
        department
    from stay
),

change_per_hour as (
    select
        hospital_id,
        department,
        census_at,
        sum(change) as change
    from movement
    group by hospital_id, department, census_at
),

every_hour as (
    select
        census_hour.census_at,
        place.hospital_id,
        place.department,
        coalesce(change_per_hour.change, 0) as change
    from census_hour
    cross join place
    left join change_per_hour
        on
            census_hour.census_at = change_per_hour.census_at
            and place.hospital_id is not distinct from change_per_hour.hospital_id
            and place.department is not distinct from change_per_hour.department
)

select
    every_hour.census_at,
    every_hour.hospital_id,
    every_hour.department,
    sum(every_hour.change) over (
        partition by every_hour.hospital_id, every_hour.department
        order by every_hour.census_at
        rows between unbounded preceding and current row
    ) as occupied_beds
from every_hour;

create or replace view gold.kpi_occupancy_by_gender (
    hospital_id comment 'Hospital id; null when not known.',
    department comment 'Department.',
    gender comment 'Gender at the admission.',
    occupied_beds comment 'Open stays of that gender.',
    share_percent comment '100 * occupied_beds / open stays of the department.'
)
copy grants
comment = 'One row per hospital, department and gender with open stays, now.'
as
with open_stay as (
    select
        hospital_id,
        department,
        gender,
        count(*) as occupied_beds
    from gold.fact_patient_flow
    where is_currently_admitted
    group by hospital_id, department, gender
)

select
    open_stay.hospital_id,
    open_stay.department,
    open_stay.gender,
    open_stay.occupied_beds,
    round(
        100 * open_stay.occupied_beds
        / sum(open_stay.occupied_beds) over (partition by open_stay.hospital_id, open_stay.department),
        1
    ) as share_percent
from open_stay;

create or replace view gold.kpi_bed_turnover (
    hospital_id comment 'Hospital id.',
    department comment 'Department.',
    bed_capacity comment 'Staffed beds of the newest departments file.',
    discharge_count comment 'Stays with a known admission discharged in the 30 days up to gold.as_of.',
    turnover_rate comment 'discharge_count / bed_capacity: patients per bed in 30 days.',
    occupied_bed_hours comment 'Hours of those 30 days in which stays held a bed, summed.',
    turnover_interval_hours comment '(30 * 24 * bed_capacity - occupied_bed_hours) / discharge_count: empty hours between patients.'
)
copy grants
comment = 'One row per department with beds: how fast its beds change patients, over the last 30 days.'
as
with period as (
    select
        dateadd(day, -30, as_of.as_of) as starts_at,
        as_of.as_of as ends_at
    from gold.as_of as as_of
),

held as (
    select
        stay.department_key,
        iff(stay.discharged_at > period.starts_at and stay.discharged_at <= period.ends_at, 1, 0)
            as discharged,
        greatest(
            datediff(
                second,
                greatest(stay.admitted_at, period.starts_at),
                least(coalesce(stay.discharged_at, period.ends_at), period.ends_at)
            ),
            0
        ) as held_seconds
    from gold.fact_patient_flow as stay
    cross join period
    where
        stay.has_admission
        and stay.admitted_at < period.ends_at
        and coalesce(stay.discharged_at, period.ends_at) > period.starts_at
),

per_department as (
    select
        department_key,
        sum(discharged) as discharge_count,
        round(sum(held_seconds) / 3600, 1) as occupied_bed_hours
    from held
    group by department_key
)

select
    department.hospital_id,
    department.department,
    department.bed_capacity,
    coalesce(per_department.discharge_count, 0) as discharge_count,
    round(coalesce(per_department.discharge_count, 0) / nullif(department.bed_capacity, 0), 2)
        as turnover_rate,
    coalesce(per_department.occupied_bed_hours, 0) as occupied_bed_hours,
    round(
        (30 * 24 * department.bed_capacity - coalesce(per_department.occupied_bed_hours, 0))
        / nullif(per_department.discharge_count, 0),
        1
    ) as turnover_interval_hours
from gold.dim_department as department
left join per_department
    on department.department_key = per_department.department_key
where department.bed_capacity is not null;

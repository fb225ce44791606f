-- Dimensions. Each has an unknown member with the key '-1', so that a fact join never loses rows.
-- Written by the gold.load_dim_* procedures; the unknown members and the calendar are written here.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;
use warehouse <% ctx.env.warehouse %>;

create or alter table gold.dim_patient (
    patient_key varchar not null comment 'Version key: hash of patient_id and valid_from; -1 is the unknown patient.',
    patient_id varchar comment 'Durable patient id.',
    gender varchar comment 'Gender.',
    age number(38, 0) comment 'Age in years, as the last event told it; files tell none.',
    insurance_type varchar comment 'Insurance.',
    attribute_hash varchar comment 'Hash of the tracked attributes: all but keys and validity.',
    valid_from timestamp_ntz comment 'First instant of the version, UTC.',
    valid_to timestamp_ntz comment 'First instant after the version, UTC; null while it is current.',
    is_current boolean not null comment 'True for the last version.',
    first_name varchar comment 'First name; this and what follows is null until a patients file tells it.',
    last_name varchar comment 'Last name.',
    birth_date date comment 'Birth.',
    address varchar comment 'Street and number.',
    city varchar comment 'City the patient lives in.',
    state varchar comment 'State the patient lives in.'
)
comment = 'One row per version of a patient: SCD2 over all its attributes, from events and patients files in one timeline.';

create or alter table gold.dim_hospital (
    hospital_key varchar not null comment 'Version key: hash of hospital_id and valid_from; -1 is the unknown hospital.',
    hospital_id varchar comment 'Durable hospital id.',
    hospital_name varchar comment 'Name.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    attribute_hash varchar comment 'Hash of name, city and state.',
    valid_from timestamp_ntz comment 'First instant of the version, UTC.',
    valid_to timestamp_ntz comment 'First instant after the version, UTC; null while it is current.',
    is_current boolean not null comment 'True for the last version.'
)
comment = 'One row per version of a hospital: SCD2 over name, city and state, from hospitals files and patient flow in one timeline.';

create or alter table gold.dim_organization (
    organization_key varchar not null comment 'Version key: hash of organization_id and valid_from; -1 is unknown.',
    organization_id varchar comment 'Durable organization id.',
    organization_name varchar comment 'Name.',
    city varchar comment 'City.',
    state varchar comment 'State.',
    revenue number(18, 2) comment 'Revenue, US dollars.',
    utilization number(38, 0) comment 'Encounters the organization reports.',
    attribute_hash varchar comment 'Hash of the tracked attributes.',
    valid_from timestamp_ntz comment 'First instant of the version, UTC.',
    valid_to timestamp_ntz comment 'First instant after the version, UTC; null while it is current.',
    is_current boolean not null comment 'True for the last version.'
)
comment = 'One row per version of an organization: SCD2 over all its attributes, from the organizations files.';

create or alter table gold.dim_department (
    department_key varchar not null comment 'Hash of hospital_id and department; -1 is the unknown department.',
    hospital_id varchar comment 'Hospital id; null when the event named none that is known.',
    department varchar comment 'Department name.',
    department_code varchar comment 'Short code, as in bed ids; null until a departments file names it.',
    bed_capacity number(38, 0) comment 'Staffed beds of the newest departments file; null until one names it.'
)
comment = 'One row per department of a hospital that a departments file or any version of an event has named.';

create or alter table gold.dim_payer (
    payer_key varchar not null comment 'Hash of payer_id; -1 is the unknown payer.',
    payer_id varchar comment 'Payer id.',
    payer_name varchar comment 'Name in the newest payers file; null until one names it.',
    state_headquartered varchar comment 'State of the head office.'
)
comment = 'One row per payer that a payers file or any version of an encounter has named.';

create or alter table gold.dim_date (
    date_key number(8, 0) not null comment 'The date as yyyymmdd; -1 is the unknown date.',
    calendar_date date comment 'The date.',
    year_number number(4, 0) comment 'Year.',
    quarter_number number(1, 0) comment 'Quarter, 1 to 4.',
    month_number number(2, 0) comment 'Month, 1 to 12.',
    day_number number(2, 0) comment 'Day of the month.',
    weekday_number number(1, 0) comment 'ISO day of the week, Monday is 1.',
    weekday_name varchar comment 'Day of the week, as Mon.',
    is_weekend boolean comment 'True on Saturday and Sunday.'
)
comment = 'One row per day from 1900-01-01 to 2099-12-31, and one for the unknown date.';

merge into gold.dim_patient as target
using (select '-1' as patient_key) as unknown_member
    on target.patient_key = unknown_member.patient_key
when not matched then
    insert (patient_key, is_current) values (unknown_member.patient_key, true);

merge into gold.dim_hospital as target
using (select '-1' as hospital_key) as unknown_member
    on target.hospital_key = unknown_member.hospital_key
when not matched then
    insert (hospital_key, hospital_name, is_current) values (unknown_member.hospital_key, 'Unknown', true);

merge into gold.dim_organization as target
using (select '-1' as organization_key) as unknown_member
    on target.organization_key = unknown_member.organization_key
when not matched then
    insert (organization_key, organization_name, is_current)
    values (unknown_member.organization_key, 'Unknown', true);

merge into gold.dim_department as target
using (select '-1' as department_key) as unknown_member
    on target.department_key = unknown_member.department_key
when not matched then
    insert (department_key, department) values (unknown_member.department_key, 'Unknown');

merge into gold.dim_payer as target
using (select '-1' as payer_key) as unknown_member
    on target.payer_key = unknown_member.payer_key
when not matched then
    insert (payer_key, payer_name) values (unknown_member.payer_key, 'Unknown');

merge into gold.dim_date as target
using (
    with numbered as (
        select row_number() over (order by seq4()) - 1 as day_offset
        from table(generator(rowcount => 73049))
    ),

    days as (
        select dateadd(day, day_offset, '1900-01-01'::date) as calendar_date
        from numbered
    )

    select
        year(calendar_date) * 10000 + month(calendar_date) * 100 + day(calendar_date) as date_key,
        calendar_date,
        year(calendar_date) as year_number,
        quarter(calendar_date) as quarter_number,
        month(calendar_date) as month_number,
        day(calendar_date) as day_number,
        dayofweekiso(calendar_date) as weekday_number,
        dayname(calendar_date) as weekday_name,
        dayofweekiso(calendar_date) >= 6 as is_weekend
    from days
    union all
    select
        -1 as date_key,
        null as calendar_date,
        null as year_number,
        null as quarter_number,
        null as month_number,
        null as day_number,
        null as weekday_number,
        null as weekday_name,
        null as is_weekend
) as calendar
    on target.date_key = calendar.date_key
when not matched then
    insert (
        date_key,
        calendar_date,
        year_number,
        quarter_number,
        month_number,
        day_number,
        weekday_number,
        weekday_name,
        is_weekend
    )
    values (
        calendar.date_key,
        calendar.calendar_date,
        calendar.year_number,
        calendar.quarter_number,
        calendar.month_number,
        calendar.day_number,
        calendar.weekday_number,
        calendar.weekday_name,
        calendar.is_weekend
    );

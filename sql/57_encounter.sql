-- Encounters: how many, where, when, and what they cost. From gold.fact_encounter, so each encounter counts once.
-- Months are those of the start, in gold.dim_date. A view's query changes only by `create or replace`; `copy grants` keeps who
-- may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.encounters_by_department (
    department comment 'Encounter class: inpatient, ambulatory, emergency and so on.',
    encounter_count comment 'Encounters.',
    patient_count comment 'Distinct patients.',
    mean_duration_minutes comment 'Mean minutes from start to end.',
    total_claim_cost comment 'Sum of claimed cost, US dollars.',
    payer_coverage comment 'Sum covered by payers, US dollars.',
    payments comment 'Sum paid by anybody, US dollars; null until a transaction of such an encounter is known.',
    coverage_percent comment '100 * payer_coverage / total_claim_cost.',
    payment_percent comment '100 * payments / total_claim_cost.'
)
copy grants
comment = 'One row per encounter class.'
as
select
    department,
    count(*) as encounter_count,
    count(distinct patient_id) as patient_count,
    round(avg(duration_minutes), 1) as mean_duration_minutes,
    sum(total_claim_cost) as total_claim_cost,
    sum(payer_coverage) as payer_coverage,
    sum(payments) as payments,
    round(100 * sum(payer_coverage) / nullif(sum(total_claim_cost), 0), 2) as coverage_percent,
    round(100 * sum(payments) / nullif(sum(total_claim_cost), 0), 2) as payment_percent
from gold.fact_encounter
group by department;

create or replace view gold.encounters_by_department_month (
    department comment 'Encounter class.',
    month_start comment 'First day of the month in which the encounters began; null when that is not known.',
    encounter_count comment 'Encounters.',
    patient_count comment 'Distinct patients.',
    total_claim_cost comment 'Sum of claimed cost, US dollars.',
    payments comment 'Sum paid by anybody, US dollars; null until a transaction of such an encounter is known.'
)
copy grants
comment = 'One row per encounter class and month with an encounter.'
as
select
    encounter.department,
    date_trunc('month', calendar.calendar_date) as month_start,
    count(*) as encounter_count,
    count(distinct encounter.patient_id) as patient_count,
    sum(encounter.total_claim_cost) as total_claim_cost,
    sum(encounter.payments) as payments
from gold.fact_encounter as encounter
inner join gold.dim_date as calendar
    on encounter.admission_date_key = calendar.date_key
group by encounter.department, date_trunc('month', calendar.calendar_date);

create or replace view gold.encounters_by_organization_month (
    organization_id comment 'Organization id; null when not known.',
    organization_name comment 'Its current name; null until an organizations file names it.',
    month_start comment 'First day of the month in which the encounters began; null when that is not known.',
    encounter_count comment 'Encounters.',
    patient_count comment 'Distinct patients.',
    total_claim_cost comment 'Sum of claimed cost, US dollars.',
    payer_coverage comment 'Sum covered by payers, US dollars.',
    payments comment 'Sum paid by anybody, US dollars; null until a transaction of such an encounter is known.'
)
copy grants
comment = 'One row per organization and month with an encounter.'
as
with per_month as (
    select
        encounter.organization_id,
        date_trunc('month', calendar.calendar_date) as month_start,
        count(*) as encounter_count,
        count(distinct encounter.patient_id) as patient_count,
        sum(encounter.total_claim_cost) as total_claim_cost,
        sum(encounter.payer_coverage) as payer_coverage,
        sum(encounter.payments) as payments
    from gold.fact_encounter as encounter
    inner join gold.dim_date as calendar
        on encounter.admission_date_key = calendar.date_key
    group by encounter.organization_id, date_trunc('month', calendar.calendar_date)
),

current_organization as (
    select
        organization_id,
        organization_name
    from gold.dim_organization
    where is_current
)

select
    per_month.organization_id,
    current_organization.organization_name,
    per_month.month_start,
    per_month.encounter_count,
    per_month.patient_count,
    per_month.total_claim_cost,
    per_month.payer_coverage,
    per_month.payments
from per_month
left join current_organization
    on per_month.organization_id = current_organization.organization_id;

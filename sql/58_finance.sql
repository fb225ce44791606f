-- Money: who pays, how much of what was claimed, and what is still owed. Each encounter, claim and transaction counts once.
-- A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.payer_coverage_summary (
    payer_id comment 'Payer of the encounter; null when not known. NO_INSURANCE is a payer, as in the files.',
    payer_name comment 'Its name; Unknown for no payer, null until a payers file names it.',
    encounter_count comment 'Encounters.',
    patient_count comment 'Distinct patients.',
    total_claim_cost comment 'Sum of claimed cost, US dollars.',
    payer_coverage comment 'Sum the payer covers, as the encounters say, US dollars.',
    payments comment 'Sum paid for these encounters, by the payer and the patients, US dollars; null until a transaction is known.',
    coverage_percent comment '100 * payer_coverage / total_claim_cost.',
    payment_percent comment '100 * payments / total_claim_cost.',
    cost_share_percent comment '100 * total_claim_cost / that of all known payers; null for the unknown payer.'
)
copy grants
comment = 'One row per payer of an encounter: what is claimed, covered and paid.'
as
with per_payer as (
    select
        payer_key,
        payer_id,
        count(*) as encounter_count,
        count(distinct patient_id) as patient_count,
        sum(total_claim_cost) as total_claim_cost,
        sum(payer_coverage) as payer_coverage,
        sum(payments) as payments
    from gold.fact_encounter
    group by payer_key, payer_id
),

known as (
    select sum(total_claim_cost) as total_claim_cost
    from per_payer
    where payer_key <> '-1'
)

select
    per_payer.payer_id,
    payer.payer_name,
    per_payer.encounter_count,
    per_payer.patient_count,
    per_payer.total_claim_cost,
    per_payer.payer_coverage,
    per_payer.payments,
    round(100 * per_payer.payer_coverage / nullif(per_payer.total_claim_cost, 0), 2)
        as coverage_percent,
    round(100 * per_payer.payments / nullif(per_payer.total_claim_cost, 0), 2) as payment_percent,
    iff(
        per_payer.payer_key = '-1',
        null,
        round(100 * per_payer.total_claim_cost / nullif(known.total_claim_cost, 0), 2)
    ) as cost_share_percent
from per_payer
left join gold.dim_payer as payer
    on per_payer.payer_key = payer.payer_key
cross join known;

create or replace view gold.payer_concentration (
    payer_count comment 'Known payers with a claimed cost.',
    total_claim_cost comment 'Sum of what is claimed from them, US dollars.',
    top_5_claim_cost comment 'That of the five with most, US dollars.',
    top_5_share_percent comment '100 * top_5_claim_cost / total_claim_cost.',
    herfindahl_hirschman_index comment 'Sum of the squared shares in percent, from near 0 for very many payers to 10,000 for one.'
)
copy grants
comment = 'One row: how much of the claimed cost hangs on few payers. Encounters of unknown payers are left out.'
as
with per_payer as (
    select
        payer_key,
        sum(total_claim_cost) as total_claim_cost
    from gold.fact_encounter
    where payer_key <> '-1'
    group by payer_key
    having sum(total_claim_cost) > 0
),

shared as (
    select
        per_payer.total_claim_cost,
        100 * per_payer.total_claim_cost / sum(per_payer.total_claim_cost) over () as share_percent,
        row_number() over (order by per_payer.total_claim_cost desc, per_payer.payer_key asc) as payer_rank
    from per_payer
)

select
    count(*) as payer_count,
    sum(total_claim_cost) as total_claim_cost,
    sum(iff(payer_rank <= 5, total_claim_cost, 0)) as top_5_claim_cost,
    round(100 * sum(iff(payer_rank <= 5, total_claim_cost, 0)) / sum(total_claim_cost), 2)
        as top_5_share_percent,
    round(sum(share_percent * share_percent), 1) as herfindahl_hirschman_index
from shared;

create or replace view gold.claim_cost_and_payments (
    payer_id comment 'Primary payer of the claim; null for none.',
    payer_name comment 'Its name; Unknown for no payer, null until a payers file names it.',
    month_start comment 'First day of the month of the service; null when that is not known.',
    claim_count comment 'Claims.',
    claim_cost comment 'Sum of the amounts of their CHARGE transactions, US dollars.',
    payments comment 'Sum of their payments, by anybody, US dollars.',
    adjustments comment 'Sum of their adjustments, US dollars.',
    unpaid_amount comment 'claim_cost - payments - adjustments; below 0 where more was paid than charged.',
    payment_percent comment '100 * payments / claim_cost.'
)
copy grants
comment = 'One row per primary payer and month of service with a claim: what is charged and what is paid.'
as
with per_claim as (
    select
        claim_id,
        sum(iff(transaction_type = 'CHARGE', amount, 0)) as claim_cost,
        sum(payments) as payments,
        sum(adjustments) as adjustments
    from gold.fact_claim_transaction
    where claim_id is not null
    group by claim_id
),

per_month as (
    select
        claim.payer_key,
        claim.payer_id,
        date_trunc('month', calendar.calendar_date) as month_start,
        count(*) as claim_count,
        coalesce(sum(per_claim.claim_cost), 0) as claim_cost,
        coalesce(sum(per_claim.payments), 0) as payments,
        coalesce(sum(per_claim.adjustments), 0) as adjustments
    from gold.fact_claim as claim
    inner join gold.dim_date as calendar
        on claim.service_date_key = calendar.date_key
    left join per_claim
        on claim.claim_id = per_claim.claim_id
    group by claim.payer_key, claim.payer_id, date_trunc('month', calendar.calendar_date)
)

select
    per_month.payer_id,
    payer.payer_name,
    per_month.month_start,
    per_month.claim_count,
    per_month.claim_cost,
    per_month.payments,
    per_month.adjustments,
    per_month.claim_cost - per_month.payments - per_month.adjustments as unpaid_amount,
    round(100 * per_month.payments / nullif(per_month.claim_cost, 0), 2) as payment_percent
from per_month
left join gold.dim_payer as payer
    on per_month.payer_key = payer.payer_key;

create or replace view gold.outstanding_by_age_band (
    age_band comment 'Age of the patient in whole years when the service was given, so that a claim never changes its band; Unknown without birth date or time of service.',
    claim_count comment 'Claims.',
    open_claim_count comment 'Those of them with anything outstanding.',
    outstanding_primary comment 'Sum primary payers still owe, US dollars.',
    outstanding_secondary comment 'Sum secondary payers still owe, US dollars.',
    outstanding_patient comment 'Sum patients still owe, US dollars.',
    outstanding_total comment 'Sum of the three.'
)
copy grants
comment = 'One row per age band with a claim: what is still owed.'
as
with claim as (
    select
        coalesce(fact.outstanding_primary, 0) as outstanding_primary,
        coalesce(fact.outstanding_secondary, 0) as outstanding_secondary,
        coalesce(fact.outstanding_patient, 0) as outstanding_patient,
        calendar.calendar_date as service_date,
        patient.birth_date,
        datediff(year, patient.birth_date, calendar.calendar_date) as calendar_years
    from gold.fact_claim as fact
    inner join gold.dim_date as calendar
        on fact.service_date_key = calendar.date_key
    left join gold.dim_patient as patient
        on fact.patient_key = patient.patient_key
),

-- The birthday of that year may be still to come.
aged as (
    select
        outstanding_primary,
        outstanding_secondary,
        outstanding_patient,
        outstanding_primary + outstanding_secondary + outstanding_patient as outstanding_total,
        calendar_years - iff(dateadd(year, calendar_years, birth_date) > service_date, 1, 0) as age
    from claim
),

banded as (
    select
        case
            when age < 0 or age is null then 'Unknown'
            when age < 18 then '0-17'
            when age < 35 then '18-34'
            when age < 50 then '35-49'
            when age < 65 then '50-64'
            when age < 80 then '65-79'
            else '80+'
        end as age_band,
        outstanding_primary,
        outstanding_secondary,
        outstanding_patient,
        outstanding_total
    from aged
)

select
    age_band,
    count(*) as claim_count,
    count_if(outstanding_primary <> 0 or outstanding_secondary <> 0 or outstanding_patient <> 0)
        as open_claim_count,
    sum(outstanding_primary) as outstanding_primary,
    sum(outstanding_secondary) as outstanding_secondary,
    sum(outstanding_patient) as outstanding_patient,
    sum(outstanding_total) as outstanding_total
from banded
group by age_band;

-- silver to the payers, the facts and the marts. No patients and organizations are loaded: both are the unknown member.

create or replace macro date_key(given) as
    case when year(given) between 1900 and 2099
        then year(given) * 10000 + month(given) * 100 + day(given) else -1 end;

create or replace macro payer_key(id) as
    case when id is null then '-1' else sha256(part(id)) end;

create or replace table gold.dim_payer as
with member as (
    select payer_id from silver.encounter_record
    union
    select payer_id from silver.claim
    union
    select secondary_payer_id from silver.claim
    union
    select payer_id from silver.payer
),

newest_file as (
    from silver.payer
    qualify row_number() over (partition by payer_id order by as_of desc, payload_hash desc) = 1
)

select
    payer_key(member.payer_id) as payer_key,
    member.payer_id,
    case when member.payer_id is null then 'Unknown' else newest_file.payer_name end as payer_name,
    newest_file.state_headquartered
from member
left join newest_file on member.payer_id = newest_file.payer_id
where member.payer_id is not null
union all
select '-1' as payer_key, null as payer_id, 'Unknown' as payer_name, null as state_headquartered;

create or replace table gold.fact_claim as
select
    claim_id,
    patient_id,
    '-1' as patient_key,
    payer_key(payer_id) as payer_key,
    date_key(service_at) as service_date_key,
    payer_id,
    secondary_payer_id,
    provider_id,
    encounter_id,
    diagnosis_code,
    service_at,
    illness_on,
    status_primary,
    status_secondary,
    status_patient,
    outstanding_primary,
    outstanding_secondary,
    outstanding_patient
from silver.claim
qualify row_number() over (partition by claim_id order by as_of desc, payload_hash desc) = 1;

create or replace table gold.fact_claim_transaction as
select
    transaction_id,
    claim_id,
    charge_id,
    patient_id,
    encounter_id,
    provider_id,
    transaction_type,
    method,
    date_key(from_at) as from_date_key,
    from_at,
    to_at,
    procedure_code,
    place_of_service,
    units,
    unit_amount,
    amount,
    payments,
    adjustments,
    transfers,
    outstanding
from silver.claim_transaction
qualify row_number() over (partition by transaction_id order by as_of desc, payload_hash desc) = 1;

create or replace table gold.fact_encounter as
with newest_encounter as (
    from silver.encounter_record
    qualify row_number() over (partition by encounter_id order by as_of desc, payload_hash desc) = 1
),

paid as (
    select
        encounter_id,
        sum(coalesce(case when transaction_type = 'PAYMENT' then payments end, 0)) as payments
    from gold.fact_claim_transaction
    group by encounter_id
)

select
    sha256(part(encounter.encounter_id)) as encounter_key,
    encounter.encounter_id,
    patient_id,
    '-1' as patient_key,
    '-1' as organization_key,
    payer_key(payer_id) as payer_key,
    date_key(started_at) as admission_date_key,
    organization_id,
    provider_id,
    payer_id,
    department,
    started_at,
    ended_at,
    case when ended_at >= started_at
        then floor((epoch_us(ended_at) - epoch_us(started_at)) / 60000000) end as duration_minutes,
    base_encounter_cost,
    total_claim_cost,
    payer_coverage,
    code,
    description,
    reason_code,
    reason_description,
    paid.payments
from newest_encounter as encounter
left join paid on encounter.encounter_id = paid.encounter_id;

create or replace table gold.mart_payer_coverage_summary as
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
)

select
    per_payer.payer_id,
    payer_name,
    encounter_count,
    patient_count,
    total_claim_cost,
    payer_coverage,
    payments,
    round(100 * payer_coverage::double / nullif(total_claim_cost, 0), 2) as coverage_percent,
    round(100 * payments::double / nullif(total_claim_cost, 0), 2) as payment_percent,
    case when payer_key != '-1' then round(
        100 * total_claim_cost::double
        / sum(total_claim_cost) filter (where payer_key != '-1') over (), 2
    ) end as cost_share_percent
from per_payer
left join gold.dim_payer using (payer_key);

create or replace table gold.mart_claim_cost_and_payments as
with per_claim as (
    select
        claim_id,
        sum(case when transaction_type = 'CHARGE' then amount else 0 end) as claim_cost,
        sum(payments) as payments,
        sum(adjustments) as adjustments
    from gold.fact_claim_transaction
    where claim_id is not null
    group by claim_id
),

per_month as (
    select
        payer_key,
        date_trunc('month', service_at)::date as month_start,
        count(*) as claim_count,
        coalesce(sum(claim_cost), 0) as claim_cost,
        coalesce(sum(payments), 0) as payments,
        coalesce(sum(adjustments), 0) as adjustments
    from gold.fact_claim
    left join per_claim using (claim_id)
    group by all
)

select
    payer_id,
    payer_name,
    month_start,
    claim_count,
    claim_cost,
    payments,
    adjustments,
    claim_cost - payments - adjustments as unpaid_amount,
    round(100 * payments::double / nullif(claim_cost, 0), 2) as payment_percent
from per_month
left join gold.dim_payer using (payer_key);

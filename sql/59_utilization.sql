-- Utilization: how common conditions are, which patients use most care, and whose cost stands out.
-- A view's query changes only by `create or replace`; `copy grants` keeps who may read it.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.condition_prevalence (
    code comment 'SNOMED code.',
    description comment 'Name of the condition; of several the last in the alphabet.',
    record_count comment 'Times the condition was found, a recurrence included.',
    patient_count comment 'Patients who ever had it.',
    active_patient_count comment 'Those of them with an occurrence that has no end, or one after gold.as_of.',
    known_patient_count comment 'All patients: of gold.dim_patient or with any condition.',
    prevalence_percent comment '100 * patient_count / known_patient_count: ever.',
    active_prevalence_percent comment '100 * active_patient_count / known_patient_count: now.'
)
copy grants
comment = 'One row per condition code: how many patients have it. Conditions of unknown patients are left out.'
as
with known_patient as (
    select patient_id
    from gold.dim_patient
    where patient_id is not null
    union distinct
    select patient_id
    from gold.fact_condition
    where patient_id is not null
),

known as (
    select count(*) as known_patient_count
    from known_patient
),

per_code as (
    select
        found.code,
        max(found.description) as description,
        count(*) as record_count,
        count(distinct found.patient_id) as patient_count,
        count(
            distinct iff(
                found.ended_on is null or found.ended_on > to_date(as_of.as_of), found.patient_id, null
            )
        ) as active_patient_count
    from gold.fact_condition as found
    cross join gold.as_of as as_of
    where found.patient_id is not null and found.code is not null
    group by found.code
)

select
    per_code.code,
    per_code.description,
    per_code.record_count,
    per_code.patient_count,
    per_code.active_patient_count,
    known.known_patient_count,
    round(100 * per_code.patient_count / known.known_patient_count, 2) as prevalence_percent,
    round(100 * per_code.active_patient_count / known.known_patient_count, 2)
        as active_prevalence_percent
from per_code
cross join known;

create or replace view gold.patient_utilization_risk (
    patient_id comment 'Durable patient id.',
    encounter_count comment 'Encounters.',
    total_claim_cost comment 'Sum of their claimed cost, US dollars.',
    condition_count comment 'Different conditions (codes) ever found: a recurrence counts once.',
    risk_score comment '0.4 * ln(1 + encounter_count) + 0.4 * ln(1 + total_claim_cost) + 0.2 * condition_count.',
    risk_band comment 'LOW below 4, MODERATE from 4, HIGH from 6, VERY_HIGH from 8. One visit of 1,000 dollars scores 3.0; 12 visits, 10,000 dollars and 2 conditions 5.1; 20 visits, 50,000 dollars and 7 conditions 6.9.'
)
copy grants
comment = 'One row per known patient with an encounter or a condition: how much care they use. Not a clinical score: for vital signs see gold.patient_risk_snapshot.'
as
with encounter as (
    select
        patient_id,
        count(*) as encounter_count,
        sum(total_claim_cost) as total_claim_cost
    from gold.fact_encounter
    where patient_id is not null
    group by patient_id
),

found_condition as (
    select
        patient_id,
        count(distinct code) as condition_count
    from gold.fact_condition
    where patient_id is not null
    group by patient_id
),

used as (
    select
        coalesce(encounter.patient_id, found_condition.patient_id) as patient_id,
        coalesce(encounter.encounter_count, 0) as encounter_count,
        coalesce(encounter.total_claim_cost, 0) as total_claim_cost,
        coalesce(found_condition.condition_count, 0) as condition_count
    from encounter
    full outer join found_condition
        on encounter.patient_id = found_condition.patient_id
),

scored as (
    select
        patient_id,
        encounter_count,
        total_claim_cost,
        condition_count,
        round(
            0.4 * ln(1 + encounter_count) + 0.4 * ln(1 + total_claim_cost) + 0.2 * condition_count, 4
        ) as risk_score
    from used
)

select
    patient_id,
    encounter_count,
    total_claim_cost,
    condition_count,
    risk_score,
    case
        when risk_score >= 8 then 'VERY_HIGH'
        when risk_score >= 6 then 'HIGH'
        when risk_score >= 4 then 'MODERATE'
        else 'LOW'
    end as risk_band
from scored;

create or replace view gold.patient_cost_outlier (
    patient_id comment 'Durable patient id.',
    total_claim_cost comment 'Sum of the claimed cost of the patient''s encounters, US dollars.',
    first_quartile comment 'Q1 of that over all patients with an encounter, interpolated.',
    third_quartile comment 'Q3 of the same.',
    lower_bound comment 'Q1 - 1.5 * (Q3 - Q1).',
    upper_bound comment 'Q3 + 1.5 * (Q3 - Q1).',
    direction comment 'HIGH above the upper bound, LOW below the lower one; on a bound is within.'
)
copy grants
comment = 'One row per patient whose cost is an outlier by the interquartile range.'
as
with cost as (
    select
        patient_id,
        total_claim_cost
    from gold.patient_utilization_risk
    where encounter_count > 0
),

quartile as (
    select
        percentile_cont(0.25) within group (order by total_claim_cost) as first_quartile,
        percentile_cont(0.75) within group (order by total_claim_cost) as third_quartile
    from cost
),

bounded as (
    select
        first_quartile,
        third_quartile,
        first_quartile - 1.5 * (third_quartile - first_quartile) as lower_bound,
        third_quartile + 1.5 * (third_quartile - first_quartile) as upper_bound
    from quartile
)

select
    cost.patient_id,
    cost.total_claim_cost,
    round(bounded.first_quartile, 2) as first_quartile,
    round(bounded.third_quartile, 2) as third_quartile,
    round(bounded.lower_bound, 2) as lower_bound,
    round(bounded.upper_bound, 2) as upper_bound,
    iff(cost.total_claim_cost > bounded.upper_bound, 'HIGH', 'LOW') as direction
from cost
cross join bounded
where cost.total_claim_cost > bounded.upper_bound or cost.total_claim_cost < bounded.lower_bound;

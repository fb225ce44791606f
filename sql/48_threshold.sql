-- Reference data that readers draw: the thresholds of vital signs, as snowpark/carefloe/reference/vitals.py has them.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or replace view gold.vital_threshold (
    vital comment 'HEART_RATE, SYSTOLIC_BP, DIASTOLIC_BP, OXYGEN_SATURATION, RESPIRATORY_RATE or TEMPERATURE.',
    side comment 'below or above: a value on this side of the threshold, not on it, crosses it.',
    threshold_value comment 'The threshold, in the unit of the vital.',
    severity comment 'MODERATE, HIGH or CRITICAL: what crossing it means at least.'
)
copy grants
comment = 'One row per threshold of a vital sign.'
as
select
    column1 as vital,
    column2 as side,
    column3::number(5, 1) as threshold_value,
    column4 as severity
from
    values
    ('HEART_RATE', 'below', 40, 'CRITICAL'),
    ('HEART_RATE', 'below', 50, 'HIGH'),
    ('HEART_RATE', 'below', 60, 'MODERATE'),
    ('HEART_RATE', 'above', 100, 'HIGH'),
    ('HEART_RATE', 'above', 120, 'CRITICAL'),
    ('SYSTOLIC_BP', 'below', 90, 'CRITICAL'),
    ('SYSTOLIC_BP', 'below', 100, 'HIGH'),
    ('SYSTOLIC_BP', 'above', 140, 'HIGH'),
    ('SYSTOLIC_BP', 'above', 160, 'CRITICAL'),
    ('DIASTOLIC_BP', 'above', 90, 'HIGH'),
    ('DIASTOLIC_BP', 'above', 110, 'CRITICAL'),
    ('OXYGEN_SATURATION', 'below', 90, 'CRITICAL'),
    ('OXYGEN_SATURATION', 'below', 92, 'HIGH'),
    ('OXYGEN_SATURATION', 'below', 95, 'MODERATE'),
    ('RESPIRATORY_RATE', 'below', 9, 'CRITICAL'),
    ('RESPIRATORY_RATE', 'above', 20, 'HIGH'),
    ('RESPIRATORY_RATE', 'above', 24, 'CRITICAL'),
    ('TEMPERATURE', 'below', 35.0, 'CRITICAL'),
    ('TEMPERATURE', 'above', 38.0, 'HIGH'),
    ('TEMPERATURE', 'above', 39.5, 'CRITICAL');

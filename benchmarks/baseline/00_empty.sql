-- The nightly files, which these runs load none of.

create table silver.department (
    hospital_id varchar,
    department varchar,
    as_of timestamp,
    payload_hash varchar,
    department_code varchar,
    bed_capacity decimal(38, 0)
);

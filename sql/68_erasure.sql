-- Erases a patient: what is named by an id, in every layer, in one transaction. Called by hand by the admin, never by a
-- task; docs/operate.md has the steps around it (source systems, Kafka, time travel, fail-safe).
-- Raw rows are emptied, not deleted: their offsets and lines stay, for the loader would read a missing one again.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table ops.erasure (
    erasure_id varchar not null comment 'The call that erased.',
    patient_hash varchar not null comment 'Pseudonym of the patient, as in masked columns: finds a patient who comes back.',
    object_name varchar not null comment 'Table.',
    row_count number(38, 0) not null comment 'Rows emptied (raw) or deleted (elsewhere).',
    request varchar comment 'Reference of the request, as the caller gave it. No patient data.',
    erased_by varchar not null comment 'User who called.',
    erased_at timestamp_ntz not null comment 'When, UTC.'
)
comment = 'One row per erasure and table that was looked at.';

create or replace view governance.patient_source (
    raw_table comment 'Table of raw it comes from.',
    silver_table comment 'Table of silver.',
    id comment 'Column that its versions share.',
    ordered_by comment 'Column whose greatest value, with the greatest payload hash, is the version that counts.'
)
copy grants
comment = 'One row per silver table that names patients.'
as
select
    column1 as raw_table,
    column2 as silver_table,
    column3 as id,
    column4 as ordered_by
from
    values
    ('patient_flow_event', 'patient_flow', 'event_id', 'event_timestamp'),
    ('encounter_event', 'encounter', 'event_id', 'event_timestamp'),
    ('vitals_event', 'vitals', 'event_id', 'event_timestamp'),
    ('patient_record', 'patient', 'patient_id', 'as_of'),
    ('encounter_record', 'encounter_record', 'encounter_id', 'as_of'),
    ('condition_record', 'condition', 'condition_id', 'as_of'),
    ('observation_record', 'observation', 'observation_id', 'as_of'),
    ('procedure_record', 'procedure', 'procedure_id', 'as_of'),
    ('allergy_record', 'allergy', 'allergy_id', 'as_of'),
    ('claim_record', 'claim', 'claim_id', 'as_of'),
    ('claim_transaction_record', 'claim_transaction', 'transaction_id', 'as_of');

create or replace view governance.patient_source (
    raw_table comment 'Table of raw it comes from.',
    silver_table comment 'Table of silver.',
    id comment 'Column that its versions share.',
    ordered_by comment 'Column whose greatest value, with the greatest payload hash, is the version that counts.'
)
copy grants
comment = 'One row per silver table that names patients.'
as
select
    column1 as raw_table,
    column2 as silver_table,
    column3 as id,
    column4 as ordered_by
from
    values
    ('patient_flow_event', 'patient_flow', 'event_id', 'event_timestamp'),
    ('encounter_event', 'encounter', 'event_id', 'event_timestamp'),
    ('vitals_event', 'vitals', 'event_id', 'event_timestamp'),
    ('patient_record', 'patient', 'patient_id', 'as_of'),
    ('encounter_record', 'encounter_record', 'encounter_id', 'as_of'),
    ('condition_record', 'condition', 'condition_id', 'as_of'),
    ('observation_record', 'observation', 'observation_id', 'as_of'),
    ('procedure_record', 'procedure', 'procedure_id', 'as_of'),
    ('allergy_record', 'allergy', 'allergy_id', 'as_of'),
    ('claim_record', 'claim', 'claim_id', 'as_of'),
    ('claim_transaction_record', 'claim_transaction', 'transaction_id', 'as_of');

create or replace view governance.patient_source (
    raw_table comment 'Table of raw it comes from.',
    silver_table comment 'Table of silver.',
    id comment 'Column that its versions share.',
    ordered_by comment 'Column whose greatest value, with the greatest payload hash, is the version that counts.'
)
copy grants
comment = 'One row per silver table that names patients.'
as
select
    column1 as raw_table,
    column2 as silver_table,
    column3 as id,
    column4 as ordered_by
from
    values
    ('patient_flow_event', 'patient_flow', 'event_id', 'event_timestamp'),
    ('encounter_event', 'encounter', 'event_id', 'event_timestamp'),
    ('vitals_event', 'vitals', 'event_id', 'event_timestamp'),
    ('patient_record', 'patient', 'patient_id', 'as_of'),
    ('encounter_record', 'encounter_record', 'encounter_id', 'as_of'),
    ('condition_record', 'condition', 'condition_id', 'as_of'),
    ('observation_record', 'observation', 'observation_id', 'as_of'),
    ('procedure_record', 'procedure', 'procedure_id', 'as_of'),
    ('allergy_record', 'allergy', 'allergy_id', 'as_of'),
    ('claim_record', 'claim', 'claim_id', 'as_of'),
    ('claim_transaction_record', 'claim_transaction', 'transaction_id', 'as_of');

create or replace view governance.patient_source (
    raw_table comment 'Table of raw it comes from.',
    silver_table comment 'Table of silver.',
    id comment 'Column that its versions share.',
    ordered_by comment 'Column whose greatest value, with the greatest payload hash, is the version that counts.'
)
copy grants
comment = 'One row per silver table that names patients.'
as
select
    column1 as raw_table,
    column2 as silver_table,
    column3 as id,
    column4 as ordered_by
from
    values
    ('patient_flow_event', 'patient_flow', 'event_id', 'event_timestamp'),
    ('encounter_event', 'encounter', 'event_id', 'event_timestamp'),
    ('vitals_event', 'vitals', 'event_id', 'event_timestamp'),
    ('patient_record', 'patient', 'patient_id', 'as_of'),
    ('encounter_record', 'encounter_record', 'encounter_id', 'as_of'),
    ('condition_record', 'condition', 'condition_id', 'as_of'),
    ('observation_record', 'observation', 'observation_id', 'as_of'),
    ('procedure_record', 'procedure', 'procedure_id', 'as_of'),
    ('allergy_record', 'allergy', 'allergy_id', 'as_of'),
    ('claim_record', 'claim', 'claim_id', 'as_of'),
    ('claim_transaction_record', 'claim_transaction', 'transaction_id', 'as_of');

create or replace view governance.patient_source (
    raw_table comment 'Table of raw it comes from.',
    silver_table comment 'Table of silver.',
    id comment 'Column that its versions share.',
    ordered_by comment 'Column whose greatest value, with the greatest payload hash, is the version that counts.'
)
copy grants
comment = 'One row per silver table that names patients.'
as
select
    column1 as raw_table,
    column2 as silver_table,
    column3 as id,
    column4 as ordered_by
from
    values
    ('patient_flow_event', 'patient_flow', 'event_id', 'event_timestamp'),
    ('encounter_event', 'encounter', 'event_id', 'event_timestamp'),
    ('vitals_event', 'vitals', 'event_id', 'event_timestamp'),
    ('patient_record', 'patient', 'patient_id', 'as_of'),
    ('encounter_record', 'encounter_record', 'encounter_id', 'as_of'),
    ('condition_record', 'condition', 'condition_id', 'as_of'),
    ('observation_record', 'observation', 'observation_id', 'as_of'),
    ('procedure_record', 'procedure', 'procedure_id', 'as_of'),
    ('allergy_record', 'allergy', 'allergy_id', 'as_of'),
    ('claim_record', 'claim', 'claim_id', 'as_of'),
    ('claim_transaction_record', 'claim_transaction', 'transaction_id', 'as_of');

create or alter table governance.erased (
    raw_table varchar not null comment 'Table of raw.',
    silver_table varchar comment 'Table of silver; null for what cannot be read.',
    payload_hash varchar not null comment 'SHA-256 of the payload.'
)
comment = 'One row per payload of the patient who is being erased. Empty but within that one transaction.';

create or alter procedure governance.erase_patient(asked_id varchar, request varchar)
returns varchar
language sql
comment = 'Erases a patient from raw, silver, gold and ops, and records how many rows. Only while every stream is empty.'
execute as caller
as
$$
declare
    wrong_database exception (-20001, 'use database <% ctx.env.database %> first');
    wrong_role exception (-20002, 'use role <% ctx.env.database %>_admin first: others do not see every row');
    no_id exception (-20003, 'an id is needed');
    waiting exception (-20004, 'a stream has rows that would bring the patient back: stop the loader, run the graphs (execute task), call again');
    erasure_id varchar default uuid_string();
    patient_hash varchar default sha2(concat('<% ctx.env.pseudonym_key %>', asked_id), 256);
    -- The id as a whole word; a character that means something to a pattern stands for any.
    word varchar default '(.*[^A-Za-z0-9_-])?' || regexp_replace(asked_id, '[^A-Za-z0-9_-]', '.') || '([^A-Za-z0-9_-].*)?';
    row_total number default 0;
begin
    if (current_database() <> upper('<% ctx.env.database %>')) then
        raise wrong_database;
    end if;
    if (not is_role_in_session(upper('<% ctx.env.database %>_admin'))) then
        raise wrong_role;
    end if;
    if (trim(coalesce(asked_id, '')) = '') then
        raise no_id;
    end if;

    -- An append-only stream brings a row that nobody has read yet, also after its deletion.
    show streams in database;
    let question varchar := (
        select
            'select ' || listagg(
                'iff(system$stream_has_data(''' || "schema_name" || '.' || "name" || '''), 1, 0)', ' + '
            ) || ' as stream_count'
        from table(result_scan(last_query_id()))
    );
    execute immediate :question;
    let stream_count number := (select stream_count from table(result_scan(last_query_id())));
    if (stream_count > 0) then
        raise waiting;
    end if;

    -- The patient's payloads: those that name the id, all versions of what is the patient's by the version that counts,
    -- events of the patient's visits that name nobody, and what cannot be read but has the id in its text or its key.
    begin transaction;
    delete from governance.erased;
    let sources resultset := (select raw_table, silver_table, id, ordered_by from governance.patient_source);
    for source in sources do
        let versions varchar := 'select ' || source.id || ' as id, patient_id from silver.' || source.silver_table
            || ' qualify row_number() over (partition by ' || source.id || ' order by ' || source.ordered_by
            || ' desc nulls last, payload_hash desc) = 1';
        let gathering varchar := 'insert into governance.erased select ''' || source.raw_table || ''', '''
            || source.silver_table || ''', payload_hash from silver.' || source.silver_table
            || ' where patient_id = ? or ' || source.id || ' in (select id from (' || versions || ') where patient_id = ?)';
        execute immediate :gathering using (asked_id, asked_id);
    end for;
    insert into governance.erased
    select 'patient_flow_event', 'patient_flow', payload_hash
    from silver.patient_flow
    where
        patient_id is null
        and visit_id in (select visit_id from silver.patient_flow where patient_id = :asked_id);
    insert into governance.erased
    select source, null, payload_hash from ops.rejected_event where regexp_like(payload, :word, 's');
    insert into governance.erased
    select 'patient_flow_event', null, sha2(payload, 256) from raw.patient_flow_event
    where kafka_key = :asked_id and payload_encoding = 'base64'
    union all
    select 'encounter_event', null, sha2(payload, 256) from raw.encounter_event
    where kafka_key = :asked_id and payload_encoding = 'base64'
    union all
    select 'vitals_event', null, sha2(payload, 256) from raw.vitals_event
    where kafka_key = :asked_id and payload_encoding = 'base64';

    -- One statement per table, each with the id as its only value.
    let steps resultset := (
        with raw_source as (
            select column1 as name, false as is_file
            from values ('patient_flow_event'), ('encounter_event'), ('vitals_event')
            union all
            select lower(table_name) as name, true as is_file
            from information_schema.tables
            where table_schema = 'RAW' and endswith(table_name, '_RECORD')
        )
        select
            1 as place,
            'raw.' || name as object_name,
            'update raw.' || name || iff(
                is_file,
                ' set payload = '''', payload_encoding = ''utf-8''',
                ' set payload = null, payload_encoding = null, kafka_key = null, key_encoding = null, headers = null'
            ) || ' where ? is not null and sha2(payload, 256) in'
            || ' (select payload_hash from governance.erased where raw_table = ''' || name || ''')' as statement
        from raw_source
        union all
        select
            2,
            'raw.' || name || '.kafka_key',
            'update raw.' || name || ' set kafka_key = null, key_encoding = null, headers = null where kafka_key = ?'
        from raw_source
        where not is_file
        union all
        select
            3,
            'ops.rejected_event',
            'delete from ops.rejected_event where ? is not null and exists (select 1 from governance.erased as erased'
            || ' where erased.raw_table = rejected_event.source and erased.payload_hash = rejected_event.payload_hash)'
        union all
        select
            4,
            'silver.' || silver_table,
            'delete from silver.' || silver_table || ' where ? is not null and payload_hash in'
            || ' (select payload_hash from governance.erased where silver_table = ''' || silver_table || ''')'
        from governance.patient_source
        union all
        select
            5,
            'ops.notification_delivery',
            'delete from ops.notification_delivery where notification_id in'
            || ' (select notification_id from ops.notification where patient_id = ?)'
        union all
        select
            6,
            lower(tables.table_schema || '.' || tables.table_name),
            'delete from ' || tables.table_schema || '.' || tables.table_name || ' where patient_id = ?'
        from information_schema.tables as tables
        inner join information_schema.columns as columns
            on tables.table_schema = columns.table_schema and tables.table_name = columns.table_name
        where
            tables.table_schema in ('GOLD', 'OPS')
            and tables.table_type = 'BASE TABLE'
            and columns.column_name = 'PATIENT_ID'
        order by place, object_name
    );
    for step in steps do
        let statement varchar := step.statement;
        let object_name varchar := step.object_name;
        execute immediate :statement using (asked_id);
        let row_count number := sqlrowcount;
        row_total := row_total + row_count;
        insert into ops.erasure
        select :erasure_id, :patient_hash, :object_name, :row_count, :request, current_user(), sysdate();
    end for;
    -- So that the reconciliation still adds up, and a replay of silver finds them as they are.
    insert into ops.rejected_event
    select distinct
        raw_row.source, raw_row.origin, raw_row.payload_hash, 'ERASED', null, null, sysdate(), sysdate()
    from ops.raw_row as raw_row
    left join ops.rejected_event as rejected
        on raw_row.source = rejected.source and raw_row.origin = rejected.origin
    where raw_row.payload_hash in ('', sha2('', 256)) and rejected.origin is null;
    delete from governance.erased;
    commit;
    return row_total || ' rows erased: select * from ops.erasure where erasure_id = ''' || erasure_id || '''';
end;
$$;

create or replace view ops.erased_again (
    patient_hash comment 'As in ops.erasure.',
    object_name comment 'Silver table.',
    row_count comment 'Rows of the patient there now.'
)
copy grants
comment = 'One row per erased patient and silver table that names the patient again. Must be empty: a file or a topic still has the patient.'
as
with patient as (
    select
        'silver.patient_flow' as object_name,
        patient_id
    from silver.patient_flow
    union all
    select
        'silver.encounter' as object_name,
        patient_id
    from silver.encounter
    union all
    select
        'silver.vitals' as object_name,
        patient_id
    from silver.vitals
    union all
    select
        'silver.patient' as object_name,
        patient_id
    from silver.patient
    union all
    select
        'silver.encounter_record' as object_name,
        patient_id
    from silver.encounter_record
    union all
    select
        'silver.condition' as object_name,
        patient_id
    from silver.condition
    union all
    select
        'silver.observation' as object_name,
        patient_id
    from silver.observation
    union all
    select
        'silver.procedure' as object_name,
        patient_id
    from silver.procedure
    union all
    select
        'silver.allergy' as object_name,
        patient_id
    from silver.allergy
    union all
    select
        'silver.claim' as object_name,
        patient_id
    from silver.claim
    union all
    select
        'silver.claim_transaction' as object_name,
        patient_id
    from silver.claim_transaction
),

erased as (
    select distinct patient_hash
    from ops.erasure
)

select
    erased.patient_hash,
    patient.object_name,
    count(*) as row_count
from patient
inner join erased
    on sha2(concat('<% ctx.env.pseudonym_key %>', patient.patient_id), 256) = erased.patient_hash
group by erased.patient_hash, patient.object_name;

-- Where the loader lands everything, untouched: one table per topic and per feed, append-only.
-- The table is also the offset store: the COPY that lands the rows lands their offsets.

use role <% ctx.env.database %>_admin;
use database <% ctx.env.database %>;

create or alter table raw.patient_flow_event (
    topic varchar not null comment 'Kafka topic.',
    kafka_partition number(38, 0) not null comment 'Kafka partition.',
    kafka_offset number(38, 0) not null comment 'Kafka offset.',
    kafka_key varchar comment 'Record key.',
    key_encoding varchar comment 'utf-8 or base64; null without a key.',
    broker_time timestamp_ntz not null comment 'Timestamp of the Kafka record, UTC.',
    headers varchar comment 'JSON list of [name, value]; null without headers.',
    payload varchar comment 'Record value, untouched; base64 when it is not UTF-8; null for a null message.',
    payload_encoding varchar comment 'utf-8 or base64; null for a null message.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per Kafka record of carefloe.patient_flow, append-only. Holds patient data.';

create or alter table raw.encounter_event (
    topic varchar not null comment 'Kafka topic.',
    kafka_partition number(38, 0) not null comment 'Kafka partition.',
    kafka_offset number(38, 0) not null comment 'Kafka offset.',
    kafka_key varchar comment 'Record key.',
    key_encoding varchar comment 'utf-8 or base64; null without a key.',
    broker_time timestamp_ntz not null comment 'Timestamp of the Kafka record, UTC.',
    headers varchar comment 'JSON list of [name, value]; null without headers.',
    payload varchar comment 'Record value, untouched; base64 when it is not UTF-8; null for a null message.',
    payload_encoding varchar comment 'utf-8 or base64; null for a null message.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per Kafka record of carefloe.encounters, append-only. Holds patient data.';

create or alter table raw.vitals_event (
    topic varchar not null comment 'Kafka topic.',
    kafka_partition number(38, 0) not null comment 'Kafka partition.',
    kafka_offset number(38, 0) not null comment 'Kafka offset.',
    kafka_key varchar comment 'Record key.',
    key_encoding varchar comment 'utf-8 or base64; null without a key.',
    broker_time timestamp_ntz not null comment 'Timestamp of the Kafka record, UTC.',
    headers varchar comment 'JSON list of [name, value]; null without headers.',
    payload varchar comment 'Record value, untouched; base64 when it is not UTF-8; null for a null message.',
    payload_encoding varchar comment 'utf-8 or base64; null for a null message.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per Kafka record of carefloe.vitals, append-only. Holds patient data.';

create or alter table raw.hospital_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a hospitals file, append-only.';

create or alter table raw.department_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a departments file, append-only.';

create or alter table raw.organization_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of an organizations file, append-only.';

create or alter table raw.payer_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a payers file, append-only.';

create or alter table raw.patient_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a patients file, append-only. Holds patient data.';

create or alter table raw.provider_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a providers file, append-only.';

create or alter table raw.encounter_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of an encounters file, append-only. Holds patient data.';

create or alter table raw.condition_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a conditions file, append-only. Holds patient data.';

create or alter table raw.observation_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of an observations file, append-only. Holds patient data.';

create or alter table raw.procedure_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a procedures file, append-only. Holds patient data.';

create or alter table raw.allergy_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of an allergies file, append-only. Holds patient data.';

create or alter table raw.claim_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a claims file, append-only. Holds patient data.';

create or alter table raw.claim_transaction_record (
    feed varchar not null comment 'Name of the feed.',
    file_name varchar not null comment 'Base name of the file.',
    content_hash varchar not null comment 'SHA-256 of the uncompressed file.',
    as_of timestamp_ntz not null comment 'When the snapshot was true, UTC.',
    line_number number(38, 0) not null comment 'Line where the record starts; the header is line 1.',
    payload varchar not null comment 'JSON object of column name and text, or the broken line itself.',
    payload_encoding varchar not null comment 'json; utf-8 or base64 for a broken line.',
    load_id varchar not null comment 'The load that wrote the row.',
    loaded_at timestamp_ntz not null comment 'When the loader wrote the row, UTC.'
)
comment = 'One row per line of a claims_transactions file, append-only. Holds patient data.';

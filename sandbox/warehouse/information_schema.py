"""INFORMATION_SCHEMA of a database, as views over DuckDB's own catalog."""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from sandbox.warehouse.names import literal, quote

# DuckDB has a schema INFORMATION_SCHEMA of its own in each database.
SCHEMA = "_INFORMATION_SCHEMA"

# Rows that describe the sandbox itself are left out everywhere.
_OURS = "schema_name not in ('_SANDBOX', 'main', '_INFORMATION_SCHEMA')"

_TYPE = """case
    when data_type in ('BIGINT', 'INTEGER', 'HUGEINT', 'SMALLINT', 'TINYINT') then 'NUMBER'
    when data_type like 'DECIMAL%' then 'NUMBER'
    when data_type = 'VARCHAR' then 'TEXT'
    when data_type in ('DOUBLE', 'FLOAT') then 'FLOAT'
    when data_type = 'BLOB' then 'BINARY'
    when data_type = 'TIMESTAMP' then 'TIMESTAMP_NTZ'
    when data_type = 'TIMESTAMP WITH TIME ZONE' then 'TIMESTAMP_TZ'
    when data_type = 'JSON' then 'VARIANT'
    else data_type end"""


def creation_sql(database: str) -> str:
    """Views are replaced at each start, so a folder of an older version gets today's."""
    schema = f"{quote(database)}.{quote(SCHEMA)}"
    this = literal(database)
    return f"""
    create schema if not exists {schema};
    create or replace view {schema}."SCHEMATA" as
        select database_name as "CATALOG_NAME",
            ltrim(schema_name, '_') as "SCHEMA_NAME",
            'SYSADMIN' as "SCHEMA_OWNER", comment as "COMMENT"
        from duckdb_schemas()
        where database_name = {this} and schema_name not in ('_SANDBOX', 'main');
    create or replace view {schema}."TABLES" as
        select database_name as "TABLE_CATALOG", schema_name as "TABLE_SCHEMA",
            table_name as "TABLE_NAME", 'SYSADMIN' as "TABLE_OWNER",
            'BASE TABLE' as "TABLE_TYPE", estimated_size as "ROW_COUNT", comment as "COMMENT"
        from duckdb_tables() where database_name = {this} and {_OURS}
        union all
        select database_name, schema_name, view_name, 'SYSADMIN', 'VIEW', null, comment
        from duckdb_views() where database_name = {this} and not internal and {_OURS};
    create or replace view {schema}."VIEWS" as
        select database_name as "TABLE_CATALOG", schema_name as "TABLE_SCHEMA",
            view_name as "TABLE_NAME", 'SYSADMIN' as "TABLE_OWNER", sql as "VIEW_DEFINITION",
            comment as "COMMENT"
        from duckdb_views() where database_name = {this} and not internal and {_OURS};
    create or replace view {schema}."COLUMNS" as
        select database_name as "TABLE_CATALOG", schema_name as "TABLE_SCHEMA",
            table_name as "TABLE_NAME", column_name as "COLUMN_NAME",
            column_index as "ORDINAL_POSITION", column_default as "COLUMN_DEFAULT",
            case when is_nullable then 'YES' else 'NO' end as "IS_NULLABLE",
            {_TYPE} as "DATA_TYPE",
            case when data_type = 'VARCHAR' then 16777216 end as "CHARACTER_MAXIMUM_LENGTH",
            case when data_type like 'DECIMAL%' then numeric_precision
                when {_TYPE} = 'NUMBER' then 38 end as "NUMERIC_PRECISION",
            case when {_TYPE} = 'NUMBER' then numeric_scale end as "NUMERIC_SCALE",
            'NO' as "IS_IDENTITY", null::varchar as "IDENTITY_GENERATION",
            null::bigint as "IDENTITY_START", null::bigint as "IDENTITY_INCREMENT",
            null::varchar as "IDENTITY_CYCLE", null::varchar as "IDENTITY_ORDERED",
            comment as "COMMENT", null::varchar as "DATA_TYPE_ALIAS"
        from duckdb_columns() where database_name = {this} and {_OURS};
    """

"""Snowflake functions DuckDB lacks, as DuckDB macros of the account.

They are created anew at each start and found through the search path, so views that use them keep
working after a restart.
"""

from __future__ import annotations

_JSON = """
create macro sf_parse_json(x) as case when x is null or trim(x::varchar) = '' then null
    else cast(x::varchar as json) end;
create macro sf_try_parse_json(x) as case when trim(x::varchar) = '' then null
    else try_cast(x::varchar as json) end;
create macro sf_text(j) as case when json_type(j::json) = 'NULL' then null else j::json ->> '$' end;
create macro sf_array(j) as case when json_type(to_json(j)) = 'ARRAY'
    then cast(to_json(j) as json[]) end;
create macro sf_as_array(j) as case json_type(to_json(j)) when 'ARRAY' then cast(to_json(j) as json[])
    when 'NULL' then [] else [to_json(j)] end;
create macro sf_array_size(j) as case when json_type(to_json(j)) = 'ARRAY'
    then json_array_length(to_json(j))::bigint end;
create macro sf_array_to_string(j, sep) as
    array_to_string([coalesce(sf_text(x), '') for x in sf_array(j)], sep);
create macro sf_array_compact(j) as to_json([x for x in sf_array(j) if json_type(x) <> 'NULL']);
create macro sf_array_cat(a, b) as to_json(list_concat(sf_array(a), sf_array(b)));
create macro sf_array_append(a, b) as to_json(list_append(sf_array(a), to_json(b)));
create macro sf_array_distinct(a) as to_json(list_distinct(sf_array(a)));
create macro sf_array_contains(v, a) as list_contains(sf_array(a), to_json(v));
create macro sf_typeof(j) as case json_type(to_json(j)) when 'UBIGINT' then 'INTEGER'
    when 'BIGINT' then 'INTEGER' when 'DOUBLE' then 'DECIMAL' when 'NULL' then 'NULL_VALUE'
    else json_type(to_json(j)) end;
create macro sf_object_keys(j) as to_json(list_sort(json_keys(j)));
create macro sf_object(keys, vals, keep_nulls) as (
    select coalesce(json_group_object(pair.k, pair.v), '{}'::json)
    from (select unnest(list_zip(keys, vals)) as z) as u(z),
        lateral (select z[1] as k, z[2] as v) as pair
    where pair.k is not null and (keep_nulls or (pair.v is not null and json_type(pair.v) <> 'x')));
create macro sf_flatten(j, keep_empty) as table
    select e.i as "SEQ", e.k as "KEY",
        coalesce(e.k, '[' || (e.i - 1) || ']') as "PATH",
        case when e.k is null then e.i - 1 end as "INDEX", e.v as "VALUE", to_json(j) as "THIS"
    from (select unnest(case
        when json_type(to_json(j)) = 'OBJECT' then list_transform(json_keys(to_json(j)), lambda k, n:
            {'i': n, 'k': k, 'v': json_extract(to_json(j), '$."' || k || '"')})
        else list_transform(sf_array(j), lambda v, n: {'i': n, 'k': null::varchar, 'v': v}) end,
        recursive := true)) as e(i, k, v);
create macro sf_json_boolean(j) as case json_type(j) when 'BOOLEAN' then (j ->> '$')::boolean
    when 'NULL' then null else cast(j ->> '$' as boolean) end;
"""

_CONVERSION = """
create macro sf_try_boolean(x) as case lower(x::varchar)
    when 'true' then true when 't' then true when 'yes' then true when 'y' then true
    when 'on' then true when '1' then true
    when 'false' then false when 'f' then false when 'no' then false when 'n' then false
    when 'off' then false when '0' then false end;
create macro sf_hash(x) as cast(hash(x)::hugeint - 9223372036854775808::hugeint as bigint);
"""

_TIME = """
create macro sf_epoch_timestamp(n) as case
    when abs(n) < 31536000000 then make_timestamp(n * 1000000)
    when abs(n) < 31536000000000 then make_timestamp(n * 1000)
    when abs(n) < 31536000000000000 then make_timestamp(n)
    else make_timestamp(n // 1000) end;
create macro sf_try_timestamp_text(x) as case
    when regexp_full_match(x, '-?[0-9]+') then sf_epoch_timestamp(try_cast(x as bigint))
    when regexp_matches(x, '(Z|[+-][0-9]{2}:?([0-9]{2})?)$') and length(x) > 10
        then try_cast(regexp_replace(x, '\\s*(Z|[+-][0-9]{2}:?([0-9]{2})?)$', '') as timestamp)
    else try_cast(x as timestamp) end;
"""

CREATION_SQL = _JSON + _CONVERSION + _TIME

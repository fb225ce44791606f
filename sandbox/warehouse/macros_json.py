"""DuckDB macros for VARIANT, OBJECT and ARRAY, which are JSON text in DuckDB."""

from __future__ import annotations

# Every document is looked at: few keys are told apart fastest one by one, many by their hashes.
_PARSING = r"""
create macro sf_has_twins(keys) as list_transform([keys], lambda them: case when len(them) < 64
    then len(list_filter(them, lambda k, i: list_position(them, k) <> i)) > 0
    else list_unique(list_transform(them, lambda k: hash(k))) <> len(them) end)[1];
create macro sf_unique(j) as case when sf_has_twins(json_keys(j))
    then error('Error parsing JSON: duplicate object attribute') else j end;
create macro sf_parse_json(x) as sf_unique(cast(nullif(trim(x::varchar), '') as json));
create macro sf_try_unique(j) as case when sf_has_twins(json_keys(j)) then null else j end;
create macro sf_try_parse_json(x) as sf_try_unique(try_cast(x::varchar as json));
create macro sf_check_json(x) as case when x is null or trim(x::varchar) = '' then null
    when try_cast(x::varchar as json) is null then 'invalid JSON'
    when sf_has_twins(json_keys(x)) then 'duplicate object attribute' end;
create macro sf_text(j) as json_extract_string(j, '$');
create macro sf_typeof(j) as case json_type(to_json(j)) when 'UBIGINT' then 'INTEGER'
    when 'BIGINT' then 'INTEGER' when 'NULL' then 'NULL_VALUE'
    when 'DOUBLE' then case when contains(lower(j::varchar), 'e') then 'DOUBLE' else 'DECIMAL' end
    else json_type(to_json(j)) end;
create macro sf_is_null_value(j) as json_type(j) = 'NULL';
create macro sf_strip_null(j) as case when json_type(j) <> 'NULL' then j end;
"""

_OF_TYPE = r"""
create macro sf_is_object(j) as json_type(j) = 'OBJECT';
create macro sf_is_array(j) as json_type(j) = 'ARRAY';
create macro sf_is_text(j) as json_type(j) = 'VARCHAR';
create macro sf_is_boolean(j) as json_type(j) = 'BOOLEAN';
create macro sf_is_integer(j) as json_type(j) in ('UBIGINT', 'BIGINT');
create macro sf_is_number(j) as json_type(j) in ('UBIGINT', 'BIGINT', 'DOUBLE');
create macro sf_as_object(j) as case
    when typeof(j) = 'JSON' then case when starts_with(j::varchar, '{') then try_cast(j as json)
        when starts_with(ltrim(j::varchar, e' \t\n\r'), '{') then try_cast(j as json) end
    when json_type(to_json(j)) = 'OBJECT' then to_json(j) end;
create macro sf_try_parse_object(x) as case when starts_with(ltrim(x, e' \t\n\r'), '{')
    then sf_try_unique(try_cast(x as json)) end;
create macro sf_to_object(j) as case when j is null or json_type(j) = 'NULL' then null
    when json_type(j) = 'OBJECT' then j else error('Failed to cast a variant value to OBJECT') end;
create macro sf_as_array(j) as case when json_type(to_json(j)) = 'ARRAY' then to_json(j) end;
create macro sf_as_text(j) as case when json_type(to_json(j)) = 'VARCHAR' then j ->> '$' end;
create macro sf_as_boolean(j) as case when sf_is_boolean(j) then (j ->> '$')::boolean end;
create macro sf_as_integer(j) as case when sf_is_integer(j) then (j ->> '$')::bigint end;
create macro sf_as_double(j) as case when sf_is_number(j) then (j ->> '$')::double end;
create macro sf_number_text(j) as case when sf_is_number(j) then j ->> '$' end;
"""

_OBJECT = r"""
create macro sf_object_delete(j, patch) as
    case when j is null then null
    when len(list_filter(json_keys(j), lambda k: not list_contains(json_keys(patch), k))) = 0
    then '{}'::json else json_merge_patch(j, patch) end;
create macro sf_object_keys(j) as to_json(list_sort(json_keys(j)));
create macro sf_object(keys, vals, keep_nulls) as (
    select coalesce(json_group_object(pair.k, pair.v), '{}'::json)
    from (select unnest(keys) as k, unnest(vals) as v) as pair
    where pair.k is not null and (keep_nulls or pair.v is not null));
create macro sf_member(j, k) as json_extract(j, '$."' || k || '"');
create macro sf_object_pick(j, keys) as (
    select coalesce(json_group_object(k, v), '{}'::json)
    from (select k, sf_member(j, k) as v from (select unnest(keys) as k)) where v is not null);
create macro sf_extended(object, pair) as case when object = '{}' then '{' || pair || '}'
    else left(object, length(object) - 1) || ',' || pair || '}' end;
create macro sf_object_insert(j, k, v, may_update) as case
    when j is null or k is null then null
    when list_contains(json_keys(j), k) and not may_update
        then error('Duplicate field key ''' || k || '''')
    when v is null then json_merge_patch(j, json_object(k, null))
    else cast(sf_extended(json_merge_patch(j, json_object(k, null))::varchar,
        to_json(k) || ':' || v::varchar) as json) end;
create macro sf_get_ignore_case(j, k) as coalesce(sf_member(j, k),
    sf_member(j, list_filter(json_keys(j), x -> lower(x) = lower(k))[1]));
create macro sf_pair(k, v) as case when k is not null and v is not null
    then to_json(k::varchar) || ':' || to_json(v) end;
create macro sf_object_agg(k, v) as
    cast('{' || coalesce(string_agg(sf_pair(k, v), ','), '') || '}' as json);
"""

_ARRAY = r"""
create macro sf_array(j) as case when json_type(to_json(j)) = 'ARRAY'
    then cast(to_json(j) as json[]) end;
create macro sf_list(l) as to_json(coalesce(l, []));
create macro sf_array_size(j) as case when json_type(to_json(j)) = 'ARRAY'
    then json_array_length(to_json(j))::bigint end;
create macro sf_array_to_string(j, separator) as
    array_to_string([coalesce(sf_text(x), '') for x in sf_array(j)], separator);
create macro sf_array_compact(j) as to_json([x for x in sf_array(j) if json_type(x) <> 'NULL']);
create macro sf_array_cat(a, b) as to_json(list_concat(sf_array(a), sf_array(b)));
create macro sf_element(v) as coalesce(to_json(v), 'null'::json);
create macro sf_array_append(a, v) as case when a is not null
    then to_json(list_append(sf_array(a), sf_element(v))) end;
create macro sf_array_prepend(a, v) as case when a is not null
    then to_json(list_prepend(sf_element(v), sf_array(a))) end;
create macro sf_array_distinct(a) as to_json(list_distinct(sf_array(a)));
create macro sf_array_contains(v, a) as list_contains(sf_array(a), to_json(v));
create macro sf_array_position(v, a) as
    cast(nullif(list_position(sf_array(a), to_json(v)), 0) - 1 as bigint);
create macro sf_place(i, n) as case when i < 0 then greatest(i + n, 0) else i end;
create macro sf_array_slice(a, i, j) as case when a is not null and i is not null and j is not null
    then to_json(coalesce(list_slice(sf_array(a), sf_place(i, sf_array_size(a)) + 1,
        sf_place(j, sf_array_size(a))), [])) end;
create macro sf_list_insert(l, i, v) as list_concat(list_concat(list_slice(l, 1, i), [v]),
    list_slice(l, i + 1, len(l)));
create macro sf_array_insert(a, i, v) as case when a is not null
    then to_json(sf_list_insert(sf_array(a), sf_place(i, sf_array_size(a)), sf_element(v))) end;
create macro sf_array_remove(a, v) as case when v is not null
    then to_json(list_filter(sf_array(a), x -> x <> to_json(v))) end;
create macro sf_array_remove_at(a, i) as
    to_json([x for x, n in sf_array(a) if n - 1 <> case when i < 0 then i + sf_array_size(a)
        else i end]);
create macro sf_sortable(l) as list_transform(l,
    x -> {'is_null': json_type(x) = 'NULL', 'n': try_cast(x ->> '$' as double), 't': x ->> '$',
        'v': x});
create macro sf_array_sort(a) as
    to_json(list_transform(list_sort(sf_sortable(sf_array(a))), x -> x.v));
create macro sf_array_sort_desc(a) as
    to_json(list_transform(list_reverse_sort(sf_sortable(sf_array(a))), x -> x.v));
create macro sf_array_reverse(a) as to_json(list_reverse(sf_array(a)));
create macro sf_times(l, x) as len(list_filter(l, y -> y = x));
create macro sf_array_intersection(a, b) as to_json(list_filter(sf_array(a),
    (x, i) -> sf_times(list_slice(sf_array(a), 1, i), x) <= sf_times(sf_array(b), x)));
create macro sf_array_except(a, b) as to_json(list_filter(sf_array(a),
    (x, i) -> sf_times(list_slice(sf_array(a), 1, i), x) > sf_times(sf_array(b), x)));
create macro sf_arrays_overlap(a, b) as list_has_any(sf_array(a), sf_array(b));
create macro sf_array_flatten(a) as
    to_json(flatten(list_transform(sf_array(a), x -> sf_array(x))));
create macro sf_array_of_range(a, b, step) as to_json(range(a, b, step));
create macro sf_without_null(a) as list_filter(sf_array(a), x -> json_type(x) <> 'NULL');
create macro sf_array_min(a) as list_sort(sf_sortable(sf_without_null(a)))[1].v;
create macro sf_array_max(a) as list_reverse_sort(sf_sortable(sf_without_null(a)))[1].v;
create macro sf_to_array(v) as case when v is null or json_type(to_json(v)) = 'NULL' then null
    when json_type(to_json(v)) = 'ARRAY' then to_json(v) else to_json([to_json(v)]) end;
"""

_FLATTEN = r"""
create macro sf_step(k) as case when regexp_full_match(k, '[A-Za-z_][A-Za-z0-9_]*') then k
    else '[''' || k || ''']' end;
create macro sf_joined(base, step) as case when base = '' or step[1] = '[' then base || step
    else base || '.' || step end;
create macro sf_flatten(j, base, keep_empty, of_objects, of_arrays, place) as table
    select place as "SEQ", e.k as "KEY",
        sf_joined(base, coalesce(sf_step(e.k), '[' || (e.i - 1) || ']')) as "PATH",
        case when e.k is null then e.i - 1 end as "INDEX", e.v as "VALUE", to_json(j) as "THIS"
    from (select unnest(case
        when of_objects and json_type(to_json(j)) = 'OBJECT' then list_transform(
            json_keys(to_json(j)), lambda k, n: {'i': n, 'k': k, 'v': sf_member(to_json(j), k)})
        when of_arrays and json_type(to_json(j)) = 'ARRAY' then list_transform(sf_array(j),
            lambda v, n: {'i': n, 'k': null::varchar, 'v': v})
        end, recursive := true)) as e(i, k, v)
    union all
    select place, null, base, null, null, to_json(j)
    where keep_empty and (j is null or coalesce(json_array_length(to_json(j)), 0) = 0
        and coalesce(len(json_keys(to_json(j))), 0) = 0);
create macro sf_tree_path(x) as regexp_replace(regexp_replace(x, '^\$\.?', ''),
    '\.?"([^"]*)"', '[''\1'']', 'g');
create macro sf_flatten_all(j, base, keep_empty, of_objects, of_arrays, place) as table
    select place as "SEQ", case when json_type(to_json(j), e.path) = 'OBJECT' then e.key end
        as "KEY", sf_joined(base, sf_tree_path(e.fullkey)) as "PATH",
        case when json_type(to_json(j), e.path) = 'ARRAY' then e.key::bigint end as "INDEX",
        json_extract(to_json(j), e.fullkey) as "VALUE", json_extract(to_json(j), e.path) as "THIS"
    from json_tree(to_json(j)) as e
    where e.parent is not null;
"""

CREATION_SQL = "".join([_PARSING, _OF_TYPE, _ARRAY, _OBJECT, _FLATTEN])

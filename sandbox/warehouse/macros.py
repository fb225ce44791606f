"""Snowflake functions DuckDB lacks, as DuckDB macros of the account.

They are created anew at each start and found through the search path, so views that use them keep
working after a restart. `typeof` is known when DuckDB plans a query, so the other branches of a
`case` on it cost nothing. Macros with typed parameters need arguments whose type DuckDB knows
before it plans aggregates and windows: beside them stands one that takes anything.
"""

from __future__ import annotations

from sandbox.warehouse import macros_json

_CONVERSION = r"""
create macro sf_try_boolean(x) as case lower(x::varchar)
    when 'true' then true when 't' then true when 'yes' then true when 'y' then true
    when 'on' then true when '1' then true
    when 'false' then false when 'f' then false when 'no' then false when 'n' then false
    when 'off' then false when '0' then false end;
create macro sf_boolean(x) as case when x is null then null else coalesce(sf_try_boolean(x),
    error('Boolean value ''' || x::varchar || ''' is not recognized')) end;
create macro sf_hash(x) as cast(hash(x)::hugeint - 9223372036854775808::hugeint as bigint);
create macro sf_plain(x) as case when typeof(x) = 'VARCHAR' and contains(x::varchar, '_')
    then error('Numeric value ''' || x::varchar || ''' is not recognized') else x end;
create macro sf_try_plain(x) as case when typeof(x) = 'VARCHAR' and contains(x::varchar, '_')
    then null else x end;
create macro sf_whole(x) as case
    when typeof(x) = 'VARCHAR' then cast(cast(sf_plain(x::varchar) as decimal(38, 0)) as bigint)
    when typeof(x) in ('DOUBLE', 'FLOAT') then cast(round(try_cast(x as double)) as bigint)
    when typeof(x) = 'JSON' then cast(cast(sf_text(x::varchar) as decimal(38, 0)) as bigint)
    else cast(x as bigint) end;
create macro sf_try_whole(x) as case
    when typeof(x) = 'VARCHAR' and not contains(x::varchar, '_')
        then try_cast(try_cast(x::varchar as decimal(38, 0)) as bigint)
    when typeof(x) = 'VARCHAR' then null
    when typeof(x) in ('DOUBLE', 'FLOAT') then try_cast(round(try_cast(x as double)) as bigint)
    when typeof(x) = 'JSON' then try_cast(try_cast(sf_text(x::varchar) as decimal(38, 0)) as bigint)
    else try_cast(x as bigint) end;
create macro sf_limited(x, most) as case when length(x) > most
    then error('String is too long and would be truncated') else x end;
create macro sf_try_limited(x, most) as case when length(x) <= most then x end;
create macro sf_is_hex(x) as regexp_full_match(x, '([0-9A-Fa-f]{2})*');
create macro sf_unhex(x) as case when sf_is_hex(x) then unhex(x) when x is not null
    then error('The text is no hexadecimal number') end;
create macro sf_try_unhex(x) as case when sf_is_hex(x) then unhex(x) end;
create macro sf_tokens(x, marks) as to_json(list_filter(string_split(
    translate(x, marks, repeat(marks[1], length(marks))), marks[1]), token -> token <> ''));
create macro sf_text_of_double(x) as regexp_replace(x::varchar, '\.0$', '');
create macro sf_text_of_tz(x) as strftime(x, '%Y-%m-%d %H:%M:%S.%g ') ||
    regexp_replace(strftime(x, '%z') || '00', '([+-][0-9]{2}):?([0-9]{2}).*', '\1\2');
create macro sf_text_of(x) as case typeof(x)
    when 'VARCHAR' then x::varchar
    when 'TIMESTAMP' then strftime(try_cast(x as timestamp), '%Y-%m-%d %H:%M:%S.%g')
    when 'TIMESTAMP WITH TIME ZONE' then sf_text_of_tz(try_cast(x as timestamptz))
    when 'JSON' then sf_text(x::varchar)
    when 'DOUBLE' then sf_text_of_double(x)
    else x::varchar end;
"""

_NUMBER = r"""
create macro sf_checked(b) as case when b = 0 then error('Division by zero') else b end;
create macro sf_scale_of(kind) as case
    when kind like 'DECIMAL%' then greatest(regexp_extract(kind, ',(\d+)', 1)::int,
        least(regexp_extract(kind, ',(\d+)', 1)::int + 6, 12))
    else 6 end;
create macro sf_ratio(a, b) as case
    when typeof(a) in ('DOUBLE', 'FLOAT') or typeof(b) in ('DOUBLE', 'FLOAT')
        then a::double / sf_checked(b::double)
    else round(a::double / sf_checked(b::double), sf_scale_of(typeof(a))) end;
create macro sf_average(total, n) as case
    when n = 0 then null
    when typeof(total) in ('DOUBLE', 'FLOAT') then total::double / n
    else round(total::double / n, sf_scale_of(typeof(total))) end;
create macro sf_divide
    (a double, b double) as a / sf_checked(b),
    (a double, b bigint) as a / sf_checked(b),
    (a double, b hugeint) as a / sf_checked(b),
    (a double, b decimal(38, 12)) as a / sf_checked(b),
    (a bigint, b double) as a / sf_checked(b),
    (a hugeint, b double) as a / sf_checked(b),
    (a decimal(38, 12), b double) as a / sf_checked(b),
    (a bigint, b bigint) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a hugeint, b bigint) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a bigint, b hugeint) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a hugeint, b hugeint) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a bigint, b decimal(38, 12)) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a hugeint, b decimal(38, 12)) as cast(a / sf_checked(b) as decimal(38, 6)),
    (a decimal(38, 12), b bigint) as
        cast(round(a / sf_checked(b), sf_scale_of(typeof(a))) as decimal(38, 12)),
    (a decimal(38, 12), b hugeint) as
        cast(round(a / sf_checked(b), sf_scale_of(typeof(a))) as decimal(38, 12)),
    (a decimal(38, 12), b decimal(38, 12)) as
        cast(round(a / sf_checked(b), sf_scale_of(typeof(a))) as decimal(38, 12));
create macro sf_sqrt(x) as
    case when x < 0 then error('Invalid floating point operation: sqrt') else sqrt(x) end;
create macro sf_ln(x) as
    case when x <= 0 then error('Invalid floating point operation: ln') else ln(x) end;
create macro sf_modulo(a, b) as a % sf_checked(b);
"""

_TIME = r"""
create macro sf_epoch_timestamp(n) as case
    when abs(n) < 31536000000 then make_timestamp(n * 1000000)
    when abs(n) < 31536000000000 then make_timestamp(n * 1000)
    when abs(n) < 31536000000000000 then make_timestamp(n)
    else make_timestamp(n // 1000) end;
create macro sf_timestamp_of_number(n, scale) as
    make_timestamp(cast(n::decimal(38, 9) * (10 ** (6 - scale)) as bigint));
create macro sf_digits(x) as case when regexp_full_match(x::varchar, '-?[0-9]+')
    then sf_epoch_timestamp(try_cast(x::varchar as bigint)) end;
create macro sf_other_timestamp(x) as try_strptime(x::varchar, ['%d-%b-%Y', '%m/%d/%Y',
    '%m/%d/%Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S']);
create macro sf_timestamp_of_text(x) as coalesce(try_cast(x as timestamp), sf_digits(x),
    sf_other_timestamp(x), case when x is not null then cast(x as timestamp) end);
create macro sf_try_timestamp_of_text(x) as
    coalesce(try_cast(x as timestamp), sf_digits(x), sf_other_timestamp(x));
create macro sf_tz_of_text(x) as cast(replace(replace(x, ' +', '+'), ' -', '-') as timestamptz);
create macro sf_try_tz_of_text(x) as
    try_cast(replace(replace(x, ' +', '+'), ' -', '-') as timestamptz);
create macro sf_ltz_of_text(x) as sf_tz_of_text(x);
create macro sf_try_ltz_of_text(x) as sf_try_tz_of_text(x);
create macro sf_offset(minutes) as case when minutes < 0 then '-' else '+' end
    || lpad((abs(minutes) // 60)::varchar, 2, '0') || lpad((abs(minutes) % 60)::varchar, 2, '0');
create macro sf_text_at(clock, instant) as strftime(clock, '%Y-%m-%d %H:%M:%S.%g ') ||
    sf_offset(date_diff('minute', timezone('UTC', instant), clock));
create macro sf_text_in_zone(instant, zone) as sf_text_at(timezone(zone, instant), instant);
create macro sf_text_with_offset(x) as sf_text_at(sf_timestamp_of_text(x), sf_tz_of_text(x));
create macro sf_date_of_parts(y, m, d) as
    cast(make_date(y, 1, 1) + to_months(cast(m as integer) - 1) + to_days(cast(d as integer) - 1)
        as date);
create macro sf_slice(x, step, origin) as time_bucket(step, x::timestamp, origin);
create macro sf_timestamp(x) as case
    when typeof(x) = 'VARCHAR' then coalesce(try_cast(x::varchar as timestamp), sf_digits(x),
        case when x is not null then cast(x::varchar as timestamp) end)
    when typeof(x) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') or
        typeof(x) like 'DECIMAL%' then make_timestamp(try_cast(x::varchar as bigint) * 1000000)
    when typeof(x) = 'JSON' then cast(sf_text(x::varchar) as timestamp)
    else cast(x as timestamp) end;
create macro sf_try_timestamp(x) as case
    when typeof(x) = 'VARCHAR' then coalesce(try_cast(x::varchar as timestamp), sf_digits(x))
    when typeof(x) = 'JSON' then try_cast(sf_text(x::varchar) as timestamp)
    else try_cast(x as timestamp) end;
create macro sf_tz_text(x) as
    regexp_replace(x::varchar, '\s+([+-][0-9]{2}:?([0-9]{2})?)$', '\1');
create macro sf_timestamp_tz(x) as case
    when typeof(x) = 'VARCHAR' then coalesce(try_cast(x::varchar as timestamptz),
        cast(sf_tz_text(x) as timestamptz))
    when typeof(x) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT')
        then to_timestamp(try_cast(x::varchar as bigint))
    when typeof(x) = 'JSON' then cast(sf_text(x::varchar) as timestamptz)
    else cast(x as timestamptz) end;
create macro sf_try_timestamp_tz(x) as case
    when typeof(x) = 'VARCHAR' then coalesce(try_cast(x::varchar as timestamptz),
        try_cast(sf_tz_text(x) as timestamptz))
    else try_cast(x as timestamptz) end;
create macro sf_in_zone(instant, zone) as instant;
create macro sf_as_timestamp(x) as case
    when typeof(x) = 'VARCHAR' then sf_timestamp(x) else cast(x as timestamp) end;
create macro sf_epoch_microsecond(x) as case
    when typeof(x) = 'TIMESTAMP WITH TIME ZONE' then epoch_us(try_cast(x as timestamptz))
    else epoch_us(sf_as_timestamp(x)) end;
create macro sf_epoch_second(x) as
    cast(floor(sf_epoch_microsecond(x)::decimal(38, 6) / 1000000) as bigint);
create macro sf_epoch_millisecond(x) as
    cast(floor(sf_epoch_microsecond(x)::decimal(38, 6) / 1000) as bigint);
create macro sf_epoch_nanosecond(x) as sf_epoch_microsecond(x)::hugeint * 1000;
create macro sf_nanosecond(x) as (date_part('microsecond', sf_as_timestamp(x)) % 1000000) * 1000;
create macro sf_date_trunc
    (unit, x date) as cast(date_trunc(unit, x) as date),
    (unit, x timestamp) as date_trunc(unit, x),
    (unit, x timestamptz) as date_trunc(unit, x),
    (unit, x varchar) as date_trunc(unit, sf_timestamp(x));
create macro sf_date_trunc_any(unit, x) as date_trunc(unit, x);
"""

_STEPS = {
    "year": "to_years(cast(round(n) as integer))",
    "quarter": "to_months(cast(round(n) as integer) * 3)",
    "month": "to_months(cast(round(n) as integer))",
    "week": "to_weeks(cast(round(n) as integer))",
    "day": "to_days(cast(round(n) as integer))",
    "hour": "to_hours(cast(round(n) as bigint))",
    "minute": "to_minutes(cast(round(n) as bigint))",
    "second": "to_microseconds(cast(round(n) as bigint) * 1000000)",
    "millisecond": "to_microseconds(cast(round(n) as bigint) * 1000)",
    "microsecond": "to_microseconds(cast(round(n) as bigint))",
    "nanosecond": "to_microseconds(cast(round(n) as bigint) // 1000)",
}
_WHOLE_DAYS = frozenset({"year", "quarter", "month", "week", "day"})


def _addition(unit: str, step: str) -> str:
    """`dateadd` for one unit."""
    of_date = f"cast(x + {step} as date)" if unit in _WHOLE_DAYS else f"x::timestamp + {step}"
    return f"""
    create macro sf_add_{unit}
        (x date, n) as {of_date},
        (x timestamp, n) as x + {step},
        (x timestamptz, n) as x + {step},
        (x varchar, n) as sf_timestamp(x) + {step};
    create macro sf_add_{unit}_any(x, n) as x + {step};
    """


CREATION_SQL = "".join(
    [
        macros_json.CREATION_SQL,
        _CONVERSION,
        _NUMBER,
        _TIME,
        *(_addition(*step) for step in _STEPS.items()),
    ]
)

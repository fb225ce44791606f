"""Dates, times and timestamps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

FUNCTIONS = "sql-reference/functions/"
FORMATS = "sql-reference/date-time-input-output"


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]


@documented("sql-reference/data-types-datetime", "timestamp_ntz keeps the wall clock")
def test_ntz_keeps_the_wall_clock(account: Account) -> None:
    assert_values(
        account,
        {
            "'2026-01-05T08:30:00Z'::timestamp_ntz": at(2026, 1, 5, 8, 30),
            "'2026-01-05T08:30:00+02:00'::timestamp_ntz": at(2026, 1, 5, 8, 30),
            "'2026-01-05 08:30:00.123456'::timestamp_ntz": at(2026, 1, 5, 8, 30, 0, 123456),
            "'2026-01-05'::timestamp_ntz": at(2026, 1, 5),
            "'2026-01-05 08:30'::timestamp": at(2026, 1, 5, 8, 30),
            "'2026-01-05 08:30:00'::datetime": at(2026, 1, 5, 8, 30),
            "'0001-01-01'::timestamp_ntz": at(1, 1, 1),
            "'9999-12-31 23:59:59'::timestamp_ntz": at(9999, 12, 31, 23, 59, 59),
            "'2026-01-05T08:30:00+02:00'::timestamp_tz::timestamp_ntz": at(2026, 1, 5, 8, 30),
            "'2026-01-05'::date::timestamp_ntz": at(2026, 1, 5),
        },
    )


@documented("sql-reference/data-types-datetime", "columns of timestamp_tz", "refused")
def test_tz_keeps_its_offset(account: Account) -> None:
    account("create table t (x timestamp_tz)")
    account("insert into t values ('2026-01-05 08:30:00 +0200'), ('2026-01-05T06:30:00Z')")
    assert account("select x::varchar, hour(x) from t order by hour(x)") == [
        ("2026-01-05 06:30:00.000 +0000", 6),
        ("2026-01-05 08:30:00.000 +0200", 8),
    ]


@documented("sql-reference/data-types-datetime", "timestamp_tz: a moment with an offset")
def test_tz_is_a_moment(account: Account) -> None:
    moment = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
    for text in (
        "'2026-01-05 08:30:00 +0200'",
        "'2026-01-05T08:30:00+02:00'",
        "'2026-01-05 01:30:00 -05:00'",
        "'2026-01-05T06:30:00Z'",
    ):
        assert account.one(f"{text}::timestamp_tz") == moment, text
        assert account.one(f"to_timestamp_tz({text})") == moment, text
        assert account.one(f"{text}::timestamp_ltz") == moment, text
    assert account.one(
        "'2026-01-05 08:30:00 +0200'::timestamp_tz = '2026-01-05 06:30:00 +0000'::timestamp_tz"
    )
    assert_values(
        account,
        {
            "datediff(hour, '2026-01-05T08:30:00+02:00'::timestamp_tz, '2026-01-05T08:30:00Z'"
            "::timestamp_tz)": 2,
            "date_part(epoch_second, '2026-01-05T08:30:00+02:00'::timestamp_tz)": 1767594600,
            "hour('2026-01-05T08:30:00+02:00'::timestamp_tz)": 8,
            "'2026-01-05T00:30:00+02:00'::timestamp_tz::date": date(2026, 1, 5),
            "'2026-01-05T08:30:00+02:00'::timestamp_tz::varchar": "2026-01-05 08:30:00.000 +0200",
        },
    )


@documented("sql-reference/data-types-datetime", "the session's time zone; timestamp_ltz")
def test_the_time_zone_of_the_session(account: Account) -> None:
    account("alter session set timezone = 'America/New_York'")
    assert_values(
        account,
        {
            "'2026-01-05T12:00:00Z'::timestamp_ltz::timestamp_ntz": at(2026, 1, 5, 7, 0),
            "'2026-01-05T12:00:00Z'::timestamp_ltz::varchar": "2026-01-05 07:00:00.000 -0500",
            "hour('2026-07-05T12:00:00Z'::timestamp_ltz)": 8,
            "'2026-01-05 07:00:00'::timestamp_ltz = '2026-01-05T12:00:00Z'::timestamp_ltz": True,
            "'2026-01-05 07:00:00'::timestamp_ntz::timestamp_ltz = "
            "'2026-01-05T12:00:00Z'::timestamp_ltz": True,
            "'2026-01-05 07:00:00'::timestamp_tz = '2026-01-05T12:00:00Z'::timestamp_tz": True,
        },
    )
    shown = account.one("'2026-01-05T12:00:00Z'::timestamp_ltz")
    assert shown.isoformat() == "2026-01-05T07:00:00-05:00"
    account("alter session unset timezone")
    account("alter session set timezone = 'UTC'")
    assert account.one("'2026-01-05 07:00:00'::timestamp_ltz::timestamp_ntz") == at(2026, 1, 5, 7)
    account.error("alter session set timezone = 'Mars/Olympus'")


@documented(FUNCTIONS + "current_timestamp", "current_timestamp, sysdate, current_date")
def test_now(account: Account) -> None:
    description = account.connection.cursor().describe(
        "select current_timestamp(), sysdate(), current_date(), current_time()"
    )
    assert [column.type_code for column in description] == [6, 8, 3, 12]
    now, utc, today = account("select current_timestamp(), sysdate(), current_date()")[0]
    assert now.tzinfo is not None
    assert utc.tzinfo is None
    assert abs(now - utc.replace(tzinfo=UTC)) < timedelta(seconds=2)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=5)
    assert abs(today - utc.date()) <= timedelta(days=1)
    account("alter session set timezone = 'Asia/Tokyo'")
    assert account.one(
        "abs(datediff(second, sysdate(), current_timestamp()::timestamp_ntz)) between 32398 "
        "and 32402"
    )
    assert account.one("current_timestamp()::timestamp_ltz = current_timestamp()")
    assert account.one("getdate() = current_timestamp() and localtimestamp() = getdate()")


@documented(FUNCTIONS + "convert_timezone", "convert_timezone with two and three arguments")
def test_time_zones_are_converted(account: Account) -> None:
    assert_values(
        account,
        {
            "convert_timezone('America/New_York', 'UTC', '2026-07-01 12:00:00'::timestamp_ntz)": at(
                2026, 7, 1, 16, 0
            ),
            "convert_timezone('UTC', 'Europe/Berlin', '2026-01-01 00:30:00'::timestamp_ntz)": at(
                2026, 1, 1, 1, 30
            ),
            "convert_timezone('UTC', 'America/New_York', '2026-03-08 06:59:59')": at(
                2026, 3, 8, 1, 59, 59
            ),
            "convert_timezone('UTC', 'America/New_York', '2026-03-08 07:00:00')": at(
                2026, 3, 8, 3, 0
            ),
            "convert_timezone('UTC', '2026-01-05T08:30:00+02:00'::timestamp_tz)::timestamp_ntz": at(
                2026, 1, 5, 6, 30
            ),
            "convert_timezone('America/New_York', '2026-03-08T07:00:00Z'::timestamp_tz)"
            "::timestamp_ntz": at(2026, 3, 8, 3, 0),
            "hour(convert_timezone('Asia/Tokyo', '2026-01-05T00:00:00Z'::timestamp_tz))": 9,
            "convert_timezone('America/New_York', '2026-01-05 12:00:00 +0000'::timestamp_tz)"
            "::varchar": "2026-01-05 07:00:00.000 -0500",
        },
    )
    found = account.one("convert_timezone('Asia/Tokyo', '2026-01-05T00:00:00Z'::timestamp_tz)")
    assert found == datetime(2026, 1, 5, tzinfo=UTC)
    assert_errors(account, ["convert_timezone('Nowhere/City', 'UTC', '2026-01-01'::timestamp_ntz)"])


@documented(FUNCTIONS + "to_timestamp", "to_timestamp: numbers, formats, AUTO")
def test_timestamps_from_text_and_numbers(account: Account) -> None:
    assert_values(
        account,
        {
            "to_timestamp_ntz('1767601800')": at(2026, 1, 5, 8, 30),
            "to_timestamp_ntz('1767601800123')": at(2026, 1, 5, 8, 30, 0, 123000),
            "to_timestamp_ntz(1767601800)": at(2026, 1, 5, 8, 30),
            "to_timestamp_ntz(1767601800500, 3)": at(2026, 1, 5, 8, 30, 0, 500000),
            "to_timestamp(1767601800123456, 6)": at(2026, 1, 5, 8, 30, 0, 123456),
            "to_timestamp(0)": at(1970, 1, 1),
            "to_timestamp('2026-01-05 08:30:00', 'AUTO')": at(2026, 1, 5, 8, 30),
            "to_timestamp('05.01.2026 08:30', 'DD.MM.YYYY HH24:MI')": at(2026, 1, 5, 8, 30),
            "to_timestamp('01/05/2026 8:30 PM', 'MM/DD/YYYY HH12:MI AM')": at(2026, 1, 5, 20, 30),
            "to_timestamp('05-Jan-2026', 'DD-MON-YYYY')": at(2026, 1, 5),
            "to_timestamp('20260105083000', 'YYYYMMDDHH24MISS')": at(2026, 1, 5, 8, 30),
            "to_timestamp('2026-01-05 08:30:00.250', 'YYYY-MM-DD HH24:MI:SS.FF3')": at(
                2026, 1, 5, 8, 30, 0, 250000
            ),
            "to_timestamp('2026-01-05T08:30:00', 'YYYY-MM-DD\"T\"HH24:MI:SS')": at(
                2026, 1, 5, 8, 30
            ),
            "to_timestamp(parse_json('\"2026-01-05T08:30:00\"'))": at(2026, 1, 5, 8, 30),
            "to_timestamp(parse_json('1767601800'))": at(2026, 1, 5, 8, 30),
            "to_timestamp('2026-01-05'::date)": at(2026, 1, 5),
            "try_to_timestamp_ntz('soon')": None,
            "try_to_timestamp('2026-13-05', 'YYYY-MM-DD')": None,
            "try_to_timestamp_ntz('05.01.2026', 'DD.MM.YYYY')": at(2026, 1, 5),
            "try_to_timestamp_tz('never', 'AUTO')": None,
            "to_timestamp('Mon Jan 05 08:30:00 2026', 'DY MON DD HH24:MI:SS YYYY')": at(
                2026, 1, 5, 8, 30
            ),
            "timestamp_from_parts(2026, 1, 5, 8, 30, 0)": at(2026, 1, 5, 8, 30),
            "timestamp_ntz_from_parts(2026, 1, 5, 8, 30, 0, 500000000)": at(
                2026, 1, 5, 8, 30, 0, 500000
            ),
            "timestamp_from_parts('2026-01-05'::date, '08:30'::time)": at(2026, 1, 5, 8, 30),
        },
    )
    assert_errors(account, ["to_timestamp('soon')", "to_timestamp('2026-13-05', 'YYYY-MM-DD')"])


@documented(FORMATS, "formats that are detected: DD-MON-YYYY, MM/DD/YYYY, RFC")
def test_other_formats_than_iso_are_detected(account: Account) -> None:
    assert_values(
        account,
        {
            "'17-DEC-1980'::timestamp_ntz": at(1980, 12, 17),
            "try_cast('05-Mar-2016' as timestamp)": at(2016, 3, 5),
            "try_cast('05/16' as timestamp)": None,
            "to_timestamp_ntz('2/18/2008 02:36:48')": at(2008, 2, 18, 2, 36, 48),
            "'Thu, 21 Dec 2000 16:01:07'::timestamp_ntz": at(2000, 12, 21, 16, 1, 7),
        },
    )
    account("create table t (text varchar)")
    account("insert into t values ('17-DEC-1980')")
    assert account("select text::timestamp_ntz, try_to_timestamp(text) from t") == [
        (at(1980, 12, 17), at(1980, 12, 17))
    ]


@documented(FUNCTIONS + "to_date", "to_date, to_time, date_from_parts")
def test_dates_and_times(account: Account) -> None:
    assert_values(
        account,
        {
            "to_date('2026-01-05')": date(2026, 1, 5),
            "to_date('2026-01-05T23:59:59Z')": date(2026, 1, 5),
            "date('2026-01-05')": date(2026, 1, 5),
            "to_date('05.01.2026', 'DD.MM.YYYY')": date(2026, 1, 5),
            "to_date('20260105', 'YYYYMMDD')": date(2026, 1, 5),
            "to_date('31536000')": date(1971, 1, 1),
            "to_date('2026-01-05 23:00:00'::timestamp_ntz)": date(2026, 1, 5),
            "'01/05/2026'::date": date(2026, 1, 5),
            "'05-JAN-2026'::date": date(2026, 1, 5),
            "try_to_date('no date')": None,
            "try_to_date('2026-01-05', 'YYYY-MM-DD')": date(2026, 1, 5),
            "date_from_parts(2026, 1, 5)": date(2026, 1, 5),
            "date_from_parts(2026, 13, 1)": date(2027, 1, 1),
            "date_from_parts(2026, 1, 0)": date(2025, 12, 31),
            "to_time('13:30:10')": time(13, 30, 10),
            "'08:30'::time": time(8, 30),
            "to_time('01:30 PM', 'HH12:MI AM')": time(13, 30),
            "time_from_parts(8, 30, 5)": time(8, 30, 5),
            "'2026-01-05 08:30:01'::timestamp_ntz::time": time(8, 30, 1),
        },
    )


@documented(FUNCTIONS + "dateadd", "dateadd: units, end of month, type of the result")
def test_dateadd(account: Account) -> None:
    noon = "'2026-01-31 12:00:00'::timestamp_ntz"
    assert_values(
        account,
        {
            "dateadd(day, 1, '2026-01-31'::date)": date(2026, 2, 1),
            "dateadd(month, 1, '2026-01-31'::date)": date(2026, 2, 28),
            "dateadd(month, -1, '2026-03-31'::date)": date(2026, 2, 28),
            "dateadd(year, 1, '2024-02-29'::date)": date(2025, 2, 28),
            "dateadd(quarter, 1, '2026-01-31'::date)": date(2026, 4, 30),
            f"dateadd(month, 1, {noon})": at(2026, 2, 28, 12, 0),
            f"dateadd(week, 1, {noon})": at(2026, 2, 7, 12, 0),
            f"dateadd('hour', -13, {noon})": at(2026, 1, 30, 23, 0),
            f"dateadd(millisecond, 250, {noon})": at(2026, 1, 31, 12, 0, 0, 250000),
            "dateadd(hour, 1, '2026-01-01'::date)": at(2026, 1, 1, 1, 0),
            "dateadd(day, 1, '2026-01-31')": at(2026, 2, 1),
            "timestampadd(second, 5, '2026-01-01'::timestamp_ntz)": at(2026, 1, 1, 0, 0, 5),
            "add_months('2026-01-31'::date, 1)": date(2026, 2, 28),
            "add_months('2026-02-28'::date, 1)": date(2026, 3, 31),
            "dateadd(minute, 30, '08:30'::time)": time(9, 0),
            "'2026-01-05'::date + 1": date(2026, 1, 6),
            "'2026-01-05'::date - 5": date(2025, 12, 31),
            "'2026-01-05'::date - '2026-01-01'::date": 4,
            f"{noon} + interval '2 hours'": at(2026, 1, 31, 14, 0),
            f"{noon} - interval '1 day, 1 hour'": at(2026, 1, 30, 11, 0),
            "dateadd(day, null, '2026-01-31'::date)": None,
            "next_day('2026-01-05'::date, 'Friday')": date(2026, 1, 9),
            "previous_day('2026-01-05'::date, 'mo')": date(2025, 12, 29),
        },
    )


@documented(FUNCTIONS + "datediff", "datediff counts boundaries")
def test_datediff(account: Account) -> None:
    ts = "::timestamp_ntz"
    assert_values(
        account,
        {
            f"datediff(hour, '2026-01-01 00:59:00'{ts}, '2026-01-01 01:00:00'{ts})": 1,
            f"datediff(hour, '2026-01-01 00:00:00'{ts}, '2026-01-01 00:59:59'{ts})": 0,
            f"datediff(minute, '2026-01-01 00:00:59'{ts}, '2026-01-01 00:02:00'{ts})": 2,
            f"datediff(second, '2026-01-01 00:00:00.9'{ts}, '2026-01-01 00:00:01.1'{ts})": 1,
            f"datediff(second, '2026-01-01'{ts}, '2025-12-31 23:59:00'{ts})": -60,
            f"datediff(millisecond, '2026-01-01'{ts}, '2026-01-01 00:00:00.5'{ts})": 500,
            f"datediff(nanosecond, '2026-01-01'{ts}, '2026-01-01 00:00:00.5'{ts})": 500000000,
            f"datediff(day, '2026-01-01 23:59:59'{ts}, '2026-01-02'{ts})": 1,
            "datediff('day', '2026-01-01', '2026-03-01')": 59,
            "datediff(week, '2026-01-04'::date, '2026-01-05'::date)": 1,
            "datediff(week, '2026-01-05'::date, '2026-01-11'::date)": 0,
            "datediff(month, '2026-01-31'::date, '2026-02-01'::date)": 1,
            "datediff(quarter, '2026-03-31'::date, '2026-04-01'::date)": 1,
            "datediff(year, '2025-12-31'::date, '2026-01-01'::date)": 1,
            "datediff(day, null, '2026-01-01'::date)": None,
            "datediff(minute, '08:30'::time, '09:00'::time)": 30,
            "months_between('2026-03-15'::date, '2026-02-15'::date)": 1.0,
        },
    )


@documented(FUNCTIONS + "date_trunc", "date_trunc, last_day, time_slice")
def test_dates_are_cut(account: Account) -> None:
    ts = "'2026-01-07 08:37:42.123456'::timestamp_ntz"
    assert_values(
        account,
        {
            f"date_trunc('hour', {ts})": at(2026, 1, 7, 8, 0),
            f"date_trunc(minute, {ts})": at(2026, 1, 7, 8, 37),
            f"date_trunc('day', {ts})": at(2026, 1, 7),
            f"date_trunc('millisecond', {ts})": at(2026, 1, 7, 8, 37, 42, 123000),
            "date_trunc('week', '2026-01-04'::date)": date(2025, 12, 29),
            "date_trunc('month', '2026-01-04'::date)": date(2026, 1, 1),
            "date_trunc('quarter', '2026-05-04'::date)": date(2026, 4, 1),
            "date_trunc('year', '2026-05-04'::date)": date(2026, 1, 1),
            "trunc('2026-05-04'::date, 'month')": date(2026, 5, 1),
            "last_day('2026-02-10'::date)": date(2026, 2, 28),
            "last_day('2026-02-10'::date, 'year')": date(2026, 12, 31),
            "last_day('2026-02-10 08:00:00'::timestamp_ntz, 'quarter')": date(2026, 3, 31),
            "last_day('2026-01-07'::date, 'week')": date(2026, 1, 11),
            f"time_slice({ts}, 15, 'minute')": at(2026, 1, 7, 8, 30),
            f"time_slice({ts}, 15, 'minute', 'end')": at(2026, 1, 7, 8, 45),
            "time_slice('2019-02-28'::date, 4, 'month', 'start')": date(2019, 1, 1),
            "time_slice('2019-02-28'::date, 4, 'month', 'end')": date(2019, 5, 1),
            f"time_slice({ts}, 2, 'hour')": at(2026, 1, 7, 8, 0),
        },
    )


@documented(FUNCTIONS + "date_part", "date_part, extract, year, dayofweek, week, dayname")
def test_parts_of_dates(account: Account) -> None:
    ts = "'2026-01-04 08:30:15.9'::timestamp_ntz"
    assert_values(
        account,
        {
            f"date_part(epoch_second, {ts})": 1767515415,
            f"date_part('epoch_millisecond', {ts})": 1767515415900,
            "date_part(epoch_second, '1969-12-31 23:59:59.5'::timestamp_ntz)": -1,
            f"date_part(hour, {ts})": 8,
            f"extract(minute from {ts})": 30,
            f"second({ts})": 15,
            f"date_part(nanosecond, {ts})": 900000000,
            "year('2026-01-04'::date)": 2026,
            "quarter('2026-04-04'::date)": 2,
            "month('2026-01-04'::date)": 1,
            "day('2026-01-04'::date)": 4,
            "dayofmonth('2026-01-04'::date)": 4,
            "dayofyear('2026-02-01'::date)": 32,
            "dayofweek('2026-01-04'::date)": 0,
            "dayofweekiso('2026-01-04'::date)": 7,
            "week('2026-01-04'::date)": 1,
            "weekiso('2027-01-03'::date)": 53,
            "yearofweekiso('2027-01-03'::date)": 2026,
            "dayname('2026-01-05'::date)": "Mon",
            "monthname('2026-01-05'::date)": "Jan",
            "hour('08:30'::time)": 8,
            "year('2026-01-04')": 2026,
        },
    )


@documented(FORMATS, "to_char(timestamp, format)")
def test_dates_as_text(account: Account) -> None:
    ts = "'2026-01-05 20:30:00.123456'::timestamp_ntz"
    assert_values(
        account,
        {
            f'to_char({ts}, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')': "2026-01-05T20:30:00Z",
            f"to_char({ts}, 'YYYY-MM-DD HH24:MI:SS.FF3')": "2026-01-05 20:30:00.123",
            f"to_char({ts}, 'YYYY-MM-DD HH24:MI:SS.FF6')": "2026-01-05 20:30:00.123456",
            f"to_char({ts}, 'HH12:MI AM')": "08:30 PM",
            f"to_char({ts}, 'DY, DD MON YYYY')": "Mon, 05 Jan 2026",
            f"to_char({ts}, 'MMMM')": "January",
            "to_char('2026-01-05'::date, 'YYYYMMDD')": "20260105",
            "to_varchar('2026-01-05'::date, 'DD.MM.YY')": "05.01.26",
            "to_char('08:30'::time, 'HH24:MI')": "08:30",
        },
    )


@documented("sql-reference/data-types-datetime", "dates are compared with text")
def test_dates_are_compared_with_text(account: Account) -> None:
    account("create table t (d date, ts timestamp_ntz)")
    account("insert into t values ('2026-01-05', '2026-01-05 08:30:00'), ('2026-02-05', null)")
    assert account("select d from t where d > '2026-01-31'") == [(date(2026, 2, 5),)]
    assert account("select count(*) from t where ts between '2026-01-05' and '2026-01-06'") == [
        (1,)
    ]
    assert account("select count(*) from t where d = ts::date") == [(1,)]
    assert account("select count(*) from t where ts > d") == [(1,)]
    account.error("select count(*) from t where d > 'soon'")


@documented("sql-reference/data-types-datetime", "fractions of a second: nanoseconds", "refused")
def test_nanoseconds(account: Account) -> None:
    text = "2026-01-05 08:30:00.123456789"
    assert account.one(f"date_part(nanosecond, '{text}'::timestamp_ntz)") == 123456789

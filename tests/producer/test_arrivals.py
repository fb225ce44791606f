from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile
from random import Random

import pytest

from producer.arrivals import arrival_times, surge_at


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("moment", "factor"),
    [
        ((2021, 5, 5, 12), 1),  # a Wednesday in May
        ((2021, 5, 8, 17, 59, 59), 1),  # Saturday, before the evening
        ((2021, 5, 8, 18), 3),
        ((2021, 5, 9, 23, 59, 59), 3),  # Sunday's last second
        ((2021, 5, 10, 0), 1),
        ((2021, 5, 7, 20), 1),  # Friday evening is none of the weekend
        ((2021, 12, 1, 12), 3),  # Wednesdays of the three winter months
        ((2021, 1, 6, 12), 3),
        ((2021, 2, 24, 12), 3),
        ((2021, 3, 3, 12), 1),
        ((2021, 11, 24, 12), 1),
        ((2021, 1, 9, 20), 9),  # a winter weekend evening: both
    ],
)
def test_surges_triple_and_multiply(moment: tuple[int, ...], factor: int) -> None:
    assert surge_at(seconds(*moment)) == factor


def test_a_year_of_arrivals_shows_both_surges_at_three_times_the_rate() -> None:
    start, end = seconds(2021, 1, 1), seconds(2022, 1, 1)
    times = list(takewhile(lambda at: at < end, arrival_times(Random(7), start)))
    assert times == sorted(times)
    hours: dict[tuple[bool, bool], int] = {}
    arrived: dict[tuple[bool, bool], int] = {}

    def kind(at: int) -> tuple[bool, bool]:
        moment = datetime.fromtimestamp(at, UTC)
        is_winter = moment.month in (12, 1, 2)
        return is_winter, moment.isoweekday() >= 6 and moment.hour >= 18

    for hour in range(start, end, 3600):
        hours[kind(hour)] = hours.get(kind(hour), 0) + 1
    for at in times:
        arrived[kind(at)] = arrived.get(kind(at), 0) + 1
    per_hour = {each: arrived[each] / hours[each] for each in hours}
    calm = per_hour[False, False]
    assert calm == pytest.approx(3.4, rel=0.03)
    assert per_hour[True, False] / calm == pytest.approx(3, rel=0.04)
    assert per_hour[False, True] / calm == pytest.approx(3, rel=0.06)
    assert per_hour[True, True] / calm == pytest.approx(9, rel=0.06)

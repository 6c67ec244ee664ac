"""Months and years of deadlines."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.calendar import add_months, add_years, is_silent

DAY = st.dates(min_value=date(1990, 1, 1), max_value=date(2080, 12, 31))


@given(DAY, st.integers(0, 240))
def test_months_later_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    later = add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(DAY, st.integers(1, 24))
def test_silence_begins_on_one_day_and_not_the_day_before(day: date, months: int) -> None:
    first = add_months(day, months)

    assert is_silent(day, first, months)
    assert not is_silent(day, first - timedelta(days=1), months)


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [(date(2024, 2, 29), 10, date(2034, 2, 28)), (date(2024, 2, 29), 4, date(2028, 2, 29))],
)
def test_a_leap_day_falls_to_the_28th(day: date, years: int, later: date) -> None:
    assert add_years(day, years) == later

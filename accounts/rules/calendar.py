"""Months and years counted the way deadlines are: the day keeps its number, or falls to the month's last day."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later (earlier when negative); 31 August + 6 months is 28 or 29 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_years(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 28 February in a common year."""
    return add_months(day, years * 12)


def is_silent(last_activity: date, today: date, months: int) -> bool:
    """Say whether nothing happened for so many whole months (R11)."""
    return today >= add_months(last_activity, months)

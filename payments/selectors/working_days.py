"""Reads of the working-day calendar."""

from datetime import date, timedelta

from payments.models import WorkingDay

LONGEST = timedelta(days=31)
"""No rest of banks is longer."""


class YearUnknown(LookupError):
    """The calendar has no rows for that year: nothing is guessed in its place."""


def is_working_day(day: date) -> bool:
    """Tell whether banks work on a day. Raises YearUnknown."""
    known = WorkingDay.objects.filter(date=day).values_list("is_working", flat=True).first()
    if known is None:
        raise YearUnknown(f"no working days are entered for {day.year}")
    return known


def working_day_after(day: date) -> date:
    """Find the next working day after a day (T+1). Raises YearUnknown when the calendar ends before it."""
    found = (
        WorkingDay.objects.filter(date__gt=day, is_working=True).order_by("date").values_list("date", flat=True).first()
    )
    entered = WorkingDay.objects.filter(date__gt=day, date__lte=found).count() if found else 0
    if found is None or entered != (found - day).days:
        raise YearUnknown(f"no working days are entered after {day}")
    return found


def days_paid_on(payout: date) -> list[date]:
    """List the business days whose T+1 falls on a date, oldest first; empty when it is no working day. One query."""
    known = dict(
        WorkingDay.objects.filter(date__lte=payout, date__gt=payout - LONGEST).values_list("date", "is_working")
    )
    if payout not in known:
        raise YearUnknown(f"no working days are entered for {payout.year}")
    if not known[payout]:
        return []
    days = []
    day = payout - timedelta(days=1)
    while True:
        if day not in known:
            raise YearUnknown(f"no working days are entered for {day}")
        days.append(day)
        if known[day]:
            return sorted(days)
        day -= timedelta(days=1)

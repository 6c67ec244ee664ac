"""Reads of the dated table of legal limits."""

from datetime import date, datetime

from django.db.models import Q

from accounts.models import DatedRule
from silk_road_ebao.kernel.clock import business_date


class RuleNotInForce(LookupError):
    """No value stands in the table for that day: nothing is guessed in its place."""


def rule_at(name: str, at: datetime | date) -> DatedRule:
    """Find the row in force on the business day of ``at``, with its source.

    Raises:
        RuleNotInForce: no row covers the day.
    """
    day = business_date(at) if isinstance(at, datetime) else at
    row = (
        DatedRule.objects.filter(name=name, valid_from__lte=day)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
        .first()
    )
    if row is None:
        raise RuleNotInForce(f"{name} on {day}")
    return row


def value(name: str, at: datetime | date) -> int:
    """Return the value in force on the business day of ``at``, in the rule's own unit (see ``rule_at``)."""
    return rule_at(name, at).value


def value_or_none(name: str, at: datetime | date) -> int | None:
    """Return the value, or None where the law sets none on that day."""
    try:
        return value(name, at)
    except RuleNotInForce:
        return None

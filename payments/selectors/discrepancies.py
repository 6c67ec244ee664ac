"""Reads of the workbench: what waits by kind and cause, and the cases behind a filter. Fen."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from payments.models import Discrepancy

WORKABLE = ("OPEN", "CARRIED")


@dataclass(frozen=True, slots=True)
class Sought:
    """What an operator looks for; empty fits all."""

    kind: str = ""
    cause: str = ""
    acquirer_code: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None
    words: str = ""


def groups_of(sought: Sought) -> list[dict[str, Any]]:
    """Count what waits by kind and cause within a filter, the most first. One query."""
    rows = _within(sought).values("kind", "cause")
    counted = rows.annotate(n=Count("pk"), ours=Sum("ours_fen"), theirs=Sum("theirs_fen"))
    return [dict(row) for row in counted.order_by("-n", "kind", "cause")]


def cases_of(sought: Sought) -> QuerySet[Discrepancy]:
    """List the cases of one kind and cause within a filter, oldest first."""
    rows = _within(sought).filter(kind=sought.kind, cause=sought.cause)
    return rows.select_related("merchant", "bill").order_by("day", "pk")


def _within(sought: Sought) -> QuerySet[Discrepancy]:
    rows = Discrepancy.objects.filter(status__in=[sought.state] if sought.state else WORKABLE)
    if sought.acquirer_code:
        rows = rows.filter(acquirer_code=sought.acquirer_code)
    if sought.first:
        rows = rows.filter(day__gte=sought.first)
    if sought.last:
        rows = rows.filter(day__lte=sought.last)
    if words := sought.words.strip():
        rows = rows.filter(
            Q(subject_no__startswith=words)
            | Q(discrepancy_no=words)
            | Q(sub_mchid=words)
            | Q(merchant__merchant_no=words)
            | Q(merchant__name__icontains=words)
        )
    return rows

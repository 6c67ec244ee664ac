"""Reads of the operators' first page: the whole platform's day in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import ExtractHour

from payments.models import AcquirerLine, Payment, PaymentAttempt, Refund, RiskReview
from payments.rules import states
from silk_road_ebao.kernel.clock import BUSINESS_ZONE

LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PlatformDay:
    """All merchants' day: amounts in fen, hours as (label, fen)."""

    gross_fen: int
    count: int
    refunded_fen: int
    merchants: int
    unknown: int
    hours: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class AcquirerHealth:
    """How an acquirer has done in the last hour."""

    code: str
    tried: int
    paid: int
    unknown: int
    last_paid_at: datetime | None
    is_open: bool
    last_error: str


def platform_day(day: date) -> PlatformDay:
    """Add up a business day of all merchants. Three queries."""
    paid = Payment.objects.filter(business_date=day, status__in=states.PAID_EVER)
    rows = (
        paid.annotate(hour=ExtractHour("paid_at", tzinfo=BUSINESS_ZONE))
        .values("hour")
        .annotate(fen=Sum("amount_fen"), n=Count("pk"))
        .order_by()
    )
    by_hour = {int(row["hour"]): (int(row["fen"]), int(row["n"])) for row in rows}
    refunded = Refund.objects.filter(business_date=day, status="SUCCEEDED").aggregate(fen=Sum("amount_fen"))
    others = Payment.objects.filter(Q(status="UNKNOWN") | Q(business_date=day, status__in=states.PAID_EVER)).aggregate(
        merchants=Count("merchant", filter=~Q(status="UNKNOWN"), distinct=True),
        unknown=Count("pk", filter=Q(status="UNKNOWN")),
    )
    first, last = min([*by_hour, 5]), max([*by_hour, 22])
    return PlatformDay(
        gross_fen=sum(fen for fen, _n in by_hour.values()),
        count=sum(n for _fen, n in by_hour.values()),
        refunded_fen=int(refunded["fen"] or 0),
        merchants=others["merchants"],
        unknown=others["unknown"],
        hours=[(f"{hour}:00", by_hour.get(hour, (0, 0))[0]) for hour in range(first, last + 1)],
    )


def acquirers_lately(at: datetime) -> list[AcquirerHealth]:
    """Tell how each acquirer has done in the last hour, and whether its line is up. Two queries."""
    rows = (
        PaymentAttempt.objects.filter(created_at__gt=at - LATELY, created_at__lte=at)
        .values("acquirer_code")
        .annotate(
            tried=Count("pk"),
            paid=Count("pk", filter=Q(status="PAID")),
            unknown=Count("pk", filter=Q(status="UNKNOWN")),
            last=Max("paid_at"),
        )
        .order_by("acquirer_code")
    )
    found = {row["acquirer_code"]: row for row in rows}
    known = {line.acquirer_code: line for line in AcquirerLine.objects.all()}
    return [_health(code, found.get(code, {}), known.get(code), at) for code in sorted({*found, *known})]


def open_risk_reviews() -> int:
    """Count the orders that wait for a person's decision."""
    return RiskReview.objects.filter(status="OPEN").count()


def _health(code: str, row: Mapping[str, object], line: AcquirerLine | None, at: datetime) -> AcquirerHealth:
    is_open = line is None or line.open_until is None or line.open_until <= at
    last = row.get("last")
    return AcquirerHealth(
        code=code,
        tried=int(str(row.get("tried", 0))),
        paid=int(str(row.get("paid", 0))),
        unknown=int(str(row.get("unknown", 0))),
        last_paid_at=last if isinstance(last, datetime) else None,
        is_open=is_open,
        last_error=line.last_error if line and not is_open else "",
    )

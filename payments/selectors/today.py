"""Reads of 今日: one merchant's day in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from accounts.models import Merchant
from payments.models import Payment, Refund
from payments.models.settlement import Settlement
from payments.models.working_day import WorkingDay
from payments.rules import states
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, business_date

WEEK = timedelta(days=7)
SHOWN = (*states.PAID_EVER, "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Received:
    """What a merchant was paid today, and by the same time of the same weekday last week. Amounts in fen."""

    day: date
    received_fen: int
    count: int
    refunded_fen: int
    hours: list[tuple[str, int]]
    hour_now: int
    before_fen: int
    before_day: date


def received_today(merchant: Merchant, at: datetime) -> Received:
    """Add up the day so far by hour, beside last week's same day up to the same time. Two queries."""
    today, before = business_date(at), business_date(at - WEEK)
    rows = (
        Payment.objects.filter(
            Q(business_date=today) | Q(business_date=before, paid_at__lte=at - WEEK),
            merchant=merchant,
            status__in=states.PAID_EVER,
        )
        .annotate(hour=ExtractHour("paid_at", tzinfo=BUSINESS_ZONE))
        .values("business_date", "hour")
        .annotate(fen=Sum("amount_fen"), n=Count("pk"))
        .order_by()
    )
    of_day = [row for row in rows if row["business_date"] == today]
    by_hour = {int(row["hour"]): int(row["fen"]) for row in of_day}
    hour = at.astimezone(BUSINESS_ZONE).hour
    first, last = min([*by_hour, 6, hour]), max([*by_hour, 21, hour])
    return Received(
        day=today,
        received_fen=sum(by_hour.values()),
        count=sum(int(row["n"]) for row in of_day),
        refunded_fen=_refunded_fen(merchant, today),
        hours=[(f"{hour}:00", by_hour.get(hour, 0)) for hour in range(first, last + 1)],
        hour_now=hour - first,
        before_fen=sum(int(row["fen"]) for row in rows if row["business_date"] == before),
        before_day=before,
    )


def latest_of(merchant: Merchant, limit: int = 8) -> QuerySet[Payment]:
    """List the latest payments that hold money or may: paid, refunded, unknown; newest first. One query."""
    return (
        Payment.objects.filter(merchant=merchant, status__in=SHOWN)
        .select_related("paid_attempt")
        .order_by("-created_at")[:limit]
    )


def next_payout_date(day: date) -> date:
    """Name the next day on which banks pay; in a year whose working days are not entered, the next day. One query."""
    found = WorkingDay.objects.filter(date__gt=day, is_working=True).order_by("date").values_list("date", flat=True)
    nearest = found.first()
    return nearest if nearest and nearest - day <= timedelta(days=14) else day + timedelta(days=1)


def statements_paying(merchant: Merchant, dates: list[date]) -> list[Settlement]:
    """List the published statements that the bank pays on one of the dates, by business day. One query."""
    return list(
        Settlement.objects.filter(merchant=merchant, payout_date__in=dates, published_at__isnull=False).order_by("day")
    )


def _refunded_fen(merchant: Merchant, day: date) -> int:
    """Add up refunds to customers of a day; a payment made twice and sent back never was the merchant's."""
    found = Refund.objects.filter(
        payment__merchant=merchant, business_date=day, status="SUCCEEDED", kind="CUSTOMER"
    ).aggregate(fen=Sum("amount_fen"))
    return int(found["fen"] or 0)

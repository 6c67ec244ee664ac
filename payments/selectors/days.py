"""Reads of 对账: a merchant's month day by day, one day as a sum, and the lines behind each of its terms. Fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import Merchant
from payments.models import (
    Discrepancy,
    PaymentAttempt,
    ProfitSharing,
    Refund,
    ServiceFee,
    Settlement,
    SettlementAdjustment,
    SettlementLine,
    SubMerchant,
)
from payments.selectors.settlements import COUNTED_REFUNDS, statements_of_month
from silk_road_ebao.kernel.clock import day_bounds
from silk_road_ebao.kernel.money import BPS, bps_of

WAITING = ("SUSPENSE", "OPEN", "PROPOSED", "CARRIED")
SUMMED = ("payments", "gross_fen", "refunds", "refunded_fen", "fee_fen", "expected_fee_fen", "net_fen", "payout_fen")


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of a month: received, what its statement says will be paid, what the bank has paid; None: not known."""

    day: date
    gross_fen: int
    payout_fen: int | None
    paid_fen: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class DayBook:
    """One day's statement with its lines; before it is published, the day as our own records have it so far."""

    statement: Settlement
    lines: list[SettlementLine]
    is_final: bool
    split_fee_fen: int
    separate_fee_fen: int

    @property
    def paid_fen(self) -> int:
        """Add up what the acquirers say they paid, in fen."""
        return sum(line.paid_fen or 0 for line in self.lines)

    @property
    def unpaid(self) -> list[SettlementLine]:
        """List the lines that are due and of which no payout is known."""
        return [line for line in self.lines if line.payout_fen and line.paid_fen is None]

    @property
    def paid_date(self) -> date | None:
        """Name the latest day on which a part was paid."""
        return max((line.paid_date for line in self.lines if line.paid_date), default=None)


def month_of(merchant: Merchant, first: date) -> list[MonthDay]:
    """Lay a calendar month out day by day. Three queries, however much was traded."""
    after = next_month(first)
    due = Count("lines", filter=Q(lines__payout_fen__gt=0, lines__paid_fen__isnull=True))
    known = statements_of_month(merchant, first).annotate(paid=Sum("lines__paid_fen"), unknown=due)
    statements = {row.day: row for row in known}
    live = dict(
        PaymentAttempt.objects.filter(
            sub_merchant__merchant=merchant, business_date__gte=first, business_date__lt=after, status="PAID"
        )
        .values_list("business_date")
        .annotate(fen=Sum("amount_fen"))
        .order_by()
    )
    waiting = dict(
        Discrepancy.objects.filter(merchant=merchant, day__gte=first, day__lt=after, status__in=WAITING)
        .values_list("day")
        .annotate(n=Count("pk"))
        .order_by()
    )
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    return [_month_day(day, statements.get(day), live.get(day, 0), waiting.get(day, 0)) for day in days]


def _month_day(day: date, statement: Any, live_fen: int, waiting: int) -> MonthDay:
    if statement is None:
        return MonthDay(day, live_fen, None, None, waiting)
    paid = None if statement.unknown else statement.paid
    return MonthDay(day, statement.gross_fen, statement.payout_fen, paid, waiting)


def next_month(first: date) -> date:
    """Name the first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def published_statement(merchant: Merchant, day: date) -> Settlement | None:
    """Find a merchant's published statement of a day, or None. One query."""
    return (
        Settlement.objects.filter(merchant=merchant, day=day, published_at__isnull=False)
        .select_related("merchant")
        .first()
    )


def book_of_day(merchant: Merchant, day: date) -> DayBook:
    """Give a day's statement with lines, or the day so far. At most four queries."""
    statement = published_statement(merchant, day)
    if statement is None:
        return _live_book(merchant, day)
    lines = list(statement.lines.select_related("sub_merchant").order_by("sub_merchant__rank", "pk"))
    fees = ServiceFee.objects.filter(merchant=merchant, day=day).aggregate(
        split=Coalesce(Sum("split_fen"), 0), owed=Coalesce(Sum(F("fee_fen") - F("split_fen")), 0)
    )
    return DayBook(statement, lines, True, split_fee_fen=int(fees["split"]), separate_fee_fen=int(fees["owed"]))


def _live_book(merchant: Merchant, day: date) -> DayBook:
    """Reckon a day that has no statement yet; the acquirer's fee at the contract's rate, half up per payment."""
    paid = {
        row["sub_merchant"]: row
        for row in PaymentAttempt.objects.filter(
            sub_merchant__merchant=merchant, business_date=day, status="PAID"
        ).values("sub_merchant").annotate(
            n=Count("pk"), fen=Sum("amount_fen"),
            fee=Sum((F("amount_fen") * F("sub_merchant__rate_bps") + BPS // 2) / BPS),
        ).order_by()
    }  # fmt: skip
    back = {
        row["attempt__sub_merchant"]: row
        for row in Refund.objects.filter(
            attempt__sub_merchant__merchant=merchant, business_date=day, status__in=COUNTED_REFUNDS
        ).values("attempt__sub_merchant").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by()
    }  # fmt: skip
    numbers = SubMerchant.objects.filter(pk__in=[*paid, *back]).order_by("rank", "pk") if paid or back else []
    lines = [_live_line(number, day, paid.get(number.pk), back.get(number.pk)) for number in numbers]
    return DayBook(_live_statement(merchant, day, lines), lines, False, split_fee_fen=0, separate_fee_fen=0)


def _live_line(
    number: SubMerchant, day: date, paid: Mapping[str, Any] | None, back: Mapping[str, Any] | None
) -> SettlementLine:
    gross, refunded = (paid["fen"] if paid else 0), (back["fen"] if back else 0)
    fee = (paid["fee"] if paid else 0) - bps_of(refunded, number.rate_bps)
    net = gross - refunded - fee
    return SettlementLine(
        sub_merchant=number, acquirer_code=number.acquirer_code, day=day, payments=paid["n"] if paid else 0,
        gross_fen=gross, refunds=back["n"] if back else 0, refunded_fen=refunded, fee_fen=fee, expected_fee_fen=fee,
        split_fen=0, adjustment_fen=0, net_fen=net, carried_in_fen=0, payout_fen=net, carried_out_fen=0,
    )  # fmt: skip


def _live_statement(merchant: Merchant, day: date, lines: Sequence[SettlementLine]) -> Settlement:
    sums = {name: sum(getattr(line, name) for line in lines) for name in SUMMED if name != "expected_fee_fen"}
    return Settlement(
        merchant=merchant, day=day, split_fen=0, adjustment_fen=0, carried_in_fen=0, carried_out_fen=0, **sums
    )


def sharings_of_line(line: SettlementLine) -> QuerySet[ProfitSharing]:
    """List the splits and returns of splits behind a line of a statement, in order of time."""
    start, end = day_bounds(line.day)
    return (
        ProfitSharing.objects.filter(
            attempt__sub_merchant=line.sub_merchant_id, status="FINISHED", purpose__in=("SPLIT", "RETURN"),
            requested_at__gte=start, requested_at__lt=end,
        )
        .select_related("attempt__payment")
        .order_by("requested_at", "pk")
    )  # fmt: skip


def adjustments_of_line(line: SettlementLine) -> QuerySet[SettlementAdjustment]:
    """List the adjustments behind a line of a statement, in order of time."""
    return SettlementAdjustment.objects.filter(sub_merchant=line.sub_merchant_id, day=line.day).order_by(
        "made_at", "pk"
    )


def waiting_of_day(merchant: Merchant, day: date) -> QuerySet[Discrepancy]:
    """List the differences of a day that are not settled yet."""
    return Discrepancy.objects.filter(merchant=merchant, day=day, status__in=WAITING).order_by("opened_at", "pk")


def count_waiting(merchant: Merchant) -> tuple[int, date | None]:
    """Count a merchant's unsettled differences and name the latest day that has one. One query."""
    found = list(
        Discrepancy.objects.filter(merchant=merchant, status__in=WAITING)
        .values_list("day")
        .annotate(n=Count("pk"))
        .order_by("-day")
    )
    return sum(n for _day, n in found), found[0][0] if found else None


def paid_into_bank_on(merchant: Merchant, day: date) -> list[Settlement]:
    """List the published statements whose money is due on a date, by business day. One query."""
    return list(
        Settlement.objects.filter(merchant=merchant, payout_date=day, published_at__isnull=False, payout_fen__gt=0)
        .annotate(paid=Sum("lines__paid_fen"))
        .order_by("day")
    )


def carried_from(merchant: Merchant, day: date) -> date | None:
    """Name the earlier day whose refunds were more than its takings and that was carried into `day`."""
    return (
        Settlement.objects.filter(merchant=merchant, day__lt=day, carried_out_fen__lt=0)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )


def month_start(today: date, asked: str) -> date | None:
    """Read a month such as 2026-11; empty means this month, anything unreadable or far away None."""
    if not asked:
        return today.replace(day=1)
    try:
        first = datetime.strptime(asked, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
    except ValueError:
        return None
    return first if 2000 <= first.year <= today.year + 1 else None

"""Reads of statements: for merchants with the reason for every line, and for the market day's table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import Merchant
from payments.models import (
    PaymentAttempt,
    Refund,
    Settlement,
    SettlementLine,
    SubMerchant,
)
from payments.selectors.working_days import YearUnknown, days_paid_on, is_working_day, working_day_after
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.money import bps_of

COUNTED_REFUNDS = ("PENDING", "UNKNOWN", "SUCCEEDED")


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation: a code for programs, words for people, fen (taken off when negative)."""

    code: str
    text: str
    amount_fen: int
    count: int = 0
    acquirer_code: str = ""


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What acquirers will pay to the merchant's bank account tomorrow, and why. Amounts in fen."""

    payout_date: date
    amount_fen: int
    days: list[date]
    reasons: list[Reason] = field(default_factory=list)
    is_final: bool = False
    note: str = ""


def statement_of_day(merchant: Merchant, day: date) -> Settlement | None:
    """Find a merchant's statement of a day with its lines, or None."""
    return (
        Settlement.objects.filter(merchant=merchant, day=day).prefetch_related("lines__sub_merchant__acquirer").first()
    )


def statements_of_month(merchant: Merchant, first: date) -> QuerySet[Settlement]:
    """List a merchant's published statements of the month that begins on `first`, oldest first."""
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Settlement.objects.filter(
        merchant=merchant, day__gte=first, day__lt=after, published_at__isnull=False
    ).order_by("day")


def payments_of_line(line: SettlementLine) -> QuerySet[PaymentAttempt]:
    """List the payments behind a line of a statement, in order of time."""
    return (
        PaymentAttempt.objects.filter(sub_merchant=line.sub_merchant_id, business_date=line.day, status="PAID")
        .select_related("payment")
        .order_by("paid_at", "pk")
    )


def refunds_of_line(line: SettlementLine) -> QuerySet[Refund]:
    """List the refunds behind a line of a statement."""
    return (
        Refund.objects.filter(
            attempt__sub_merchant=line.sub_merchant_id, business_date=line.day, status__in=COUNTED_REFUNDS
        )
        .select_related("payment")
        .order_by("requested_at", "pk")
    )


def why_tomorrow(merchant: Merchant, at: datetime) -> Tomorrow:
    """Say what will be paid out tomorrow and why, live: every day whose T+1 is tomorrow, line by line.

    A day that has its statement speaks from it; today speaks from its payments and refunds so far, the fee reckoned
    at the contract's rate.
    """
    today = business_date(at)
    payout = today + timedelta(days=1)
    try:
        if not is_working_day(payout):
            following = working_day_after(payout)
            note = _("明天银行不上班，%(day)s 一起到账") % {"day": f"{following.month}月{following.day}日"}
            return Tomorrow(payout, 0, [], note=note)
    except YearUnknown:
        return Tomorrow(payout, 0, [], note=_("工作日历还没有更新，到账日以银行为准"))
    return why_paid_on(merchant, payout, today)


def why_paid_on(merchant: Merchant, payout: date, today: date) -> Tomorrow:
    """Say what will be paid out on a working day to come and why: every day so far whose T+1 it is, line by line."""
    try:
        days = [day for day in days_paid_on(payout) if day <= today]
    except YearUnknown:
        return Tomorrow(payout, 0, [], note=_("工作日历还没有更新，到账日以银行为准"))
    if not days:
        return Tomorrow(payout, 0, [])
    reasons: list[Reason] = []
    made = {row.day: row for row in Settlement.objects.filter(merchant=merchant, day__in=days)}
    for day in days:
        statement = made.get(day)
        reasons += _reasons_of(statement) if statement else _reasons_so_far(merchant, day)
    reasons += _carried(merchant, days, made)
    amount = sum(reason.amount_fen for reason in reasons)
    note = _("退款比收款多，差额从下一天的收款里扣") if amount < 0 else ""
    return Tomorrow(payout, max(amount, 0), days, reasons, is_final=len(made) == len(days), note=note)


def _reasons_of(row: Settlement) -> list[Reason]:
    day = f"{row.day.month}月{row.day.day}日"
    lines = [
        Reason("GROSS", _("%(day)s收款") % {"day": day}, row.gross_fen, row.payments),
        Reason("REFUND", _("%(day)s退款") % {"day": day}, -row.refunded_fen, row.refunds),
        Reason("FEE", _("支付手续费"), -row.fee_fen),
        Reason("SPLIT", _("已分账"), -row.split_fen),
        Reason("ADJUSTMENT", _("对账调整"), row.adjustment_fen),
        Reason("CARRIED", _("结转下一天"), -row.carried_out_fen),
    ]
    return [line for line in lines if line.amount_fen]


def _reasons_so_far(merchant: Merchant, day: date) -> list[Reason]:
    name = f"{day.month}月{day.day}日"
    paid = PaymentAttempt.objects.filter(sub_merchant__merchant=merchant, business_date=day, status="PAID")
    back = Refund.objects.filter(payment__merchant=merchant, business_date=day, status__in=COUNTED_REFUNDS)
    reasons: list[Reason] = []
    fee = 0
    rows = paid.values("acquirer_code").annotate(
        n=Count("pk"), fen=Sum("amount_fen"),
        fee=Sum((F("amount_fen") * F("sub_merchant__rate_bps") + 5000) / 10000),
    ).order_by("acquirer_code")  # fmt: skip
    for row in rows:
        code = row["acquirer_code"]
        reasons.append(Reason("GROSS", _("%(day)s收款") % {"day": name}, row["fen"], row["n"], code))
        fee += row["fee"]
    given = list(back.values("acquirer_code").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("acquirer_code"))
    numbers = SubMerchant.objects.filter(merchant=merchant) if given else SubMerchant.objects.none()
    rates = dict(numbers.values_list("acquirer_code", "rate_bps"))
    for gone in given:
        code = gone["acquirer_code"]
        reasons.append(Reason("REFUND", _("%(day)s退款") % {"day": name}, -gone["fen"], gone["n"], code))
        fee -= bps_of(gone["fen"], rates.get(code, 0))
    if fee:
        reasons.append(Reason("FEE", _("支付手续费"), -fee))
    return reasons


def _carried(merchant: Merchant, days: Sequence[date], made: dict[date, Settlement]) -> list[Reason]:
    """Take off what an earlier day could not cover, unless a statement of these days has taken it in already."""
    last = Settlement.objects.filter(merchant=merchant, day__lt=min(days)).order_by("-day").first()
    owed = last.carried_out_fen if last else 0
    return [Reason("CARRIED", _("前一天结转"), owed)] if owed else []

"""What must be in order before a month is closed for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from payments.ledger.models import Book
from payments.ledger.selectors import prove
from payments.models import BusinessDay, Discrepancy, PaymentAttempt, ProfitSharing, Refund
from payments.rules.discrepancy import BLOCKING
from silk_road_ebao.kernel.clock import business_date, day_bounds

UNDECIDED = ("REQUESTED", "PENDING", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: its code, whether it holds, and a sentence for people."""

    code: str
    is_good: bool
    text: str


def last_day(month: date) -> date:
    """Name the last day of a calendar month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_checks(month: date, at: datetime) -> list[Check]:
    """Look at everything that stands in the way of closing a month; all good, and it may be closed."""
    return list(_checks(month.replace(day=1), last_day(month), at))


def _checks(first: date, last: date, at: datetime) -> Iterator[Check]:
    over = last < business_date(at)
    yield Check("OVER", over, _("这个月已经过完") if over else _("这个月还没有过完"))
    closed = Book.objects.filter(closed_through__gte=last).exists()
    yield Check("NOT_CLOSED", not closed, _("这个月已经结过账") if closed else _("这个月还没有结过账"))
    yield _days(first, last)
    yield _all_closed(first, last)
    yield _refunds(first, last)
    yield _splits(first, last)
    cases = Discrepancy.objects.filter(day__gte=first, day__lte=last, status__in=BLOCKING).count()
    words = _("还有 %(n)s 条差错没有处理") % {"n": cases}
    yield Check("CASES", not cases, words if cases else _("差错都处理了，或由两人同意带着走"))
    findings = prove()
    yield Check("PROVED", not findings, _("账簿没有对平") if findings else _("账簿对平：试算平衡，凭证与余额一致"))


def _days(first: date, last: date) -> Check:
    waiting = BusinessDay.objects.filter(date__gte=first, date__lte=last).exclude(status="PUBLISHED").order_by("date")
    day = waiting.first()
    return Check("DAYS", day is None, _("%(day)s 还没有发布") % {"day": day.date} if day else _("每一天都已发布"))


def _all_closed(first: date, last: date) -> Check:
    done = BusinessDay.objects.filter(date__gte=first, date__lte=last).values("date")
    missed = PaymentAttempt.objects.filter(business_date__gte=first, business_date__lte=last, status="PAID")
    attempt = missed.exclude(business_date__in=done).only("business_date").first()
    words = _("%(day)s 有收款，没有日终") % {"day": attempt.business_date} if attempt else _("有收款的日子都做了日终")
    return Check("MISSED", attempt is None, words)


def _refunds(first: date, last: date) -> Check:
    refunds = Refund.objects.filter(business_date__gte=first, business_date__lte=last, status__in=UNDECIDED[1:])
    count = refunds.count()
    words = _("还有 %(n)s 笔退款没有结果") % {"n": count} if count else _("退款都有结果")
    return Check("REFUNDS", not count, words)


def _splits(first: date, last: date) -> Check:
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    splits = ProfitSharing.objects.filter(requested_at__gte=start, requested_at__lt=end, status__in=UNDECIDED)
    count = splits.count()
    words = _("还有 %(n)s 笔分账没有结果") % {"n": count} if count else _("分账都有结果")
    return Check("SPLITS", not count, words)

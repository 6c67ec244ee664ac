"""The close of a month: every day of it published, its fees invoiced, the book shut for good."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from payments.ledger.models import Book
from payments.ledger.services import close_period
from payments.models import BusinessDay, PaymentAttempt, Refund
from payments.services.fee_invoices import issue_invoices
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal


class MonthOpen(Refusal):
    """A day of the month is not published, or a refund of it has no result yet."""

    message = _("这个月还不能结账：%(why)s")


def close_month(*, month: date, actor: Actor, at: datetime) -> Book:
    """Invoice the month's fees and close the book through its last day, for ever.

    Raises MonthOpen naming the day or the refunds that stand in the way; LedgerDisagrees, PeriodClosed.
    """
    first = month.replace(day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    waiting = BusinessDay.objects.filter(date__gte=first, date__lte=last).exclude(status="PUBLISHED").order_by("date")
    if (day := waiting.first()) is not None:
        raise MonthOpen(why=str(day.date))
    closed = BusinessDay.objects.filter(date__gte=first, date__lte=last).values("date")
    missed = PaymentAttempt.objects.filter(business_date__gte=first, business_date__lte=last, status="PAID").exclude(
        business_date__in=closed
    )
    if (attempt := missed.first()) is not None:
        raise MonthOpen(why=str(attempt.business_date))
    undecided = Refund.objects.filter(
        business_date__gte=first, business_date__lte=last, status__in=("PENDING", "UNKNOWN")
    ).count()
    if undecided:
        raise MonthOpen(why=f"{undecided}")
    issue_invoices(month=first, actor=actor, at=at)
    return close_period(through=last, actor=actor, at=at)

"""The close of a month: every day of it published, its fees invoiced, the book shut for good."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from payments.ledger.models import Book
from payments.ledger.services import close_period
from payments.selectors.month_checks import last_day, month_checks
from payments.services.fee_invoices import issue_invoices
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

CLOSE = "payments.month.close"


class MonthOpen(Refusal):
    """A day of the month is not published, or a refund of it has no result yet."""

    message = _("这个月还不能结账：%(why)s")


def propose_month_close(*, month: date, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to close a month for ever. Raises MonthOpen while a check says no, ApprovalOpen."""
    failed = [check for check in month_checks(month, at) if not check.is_good]
    if failed:
        raise MonthOpen(why=str(failed[0].text))
    diff = {"month": f"{month:%Y-%m}", "through": last_day(month)}
    return request_approval(verb=CLOSE, subject=f"month:{month:%Y-%m}", diff=diff, maker=actor, at=at)


@approves(CLOSE)
def carry_out_month_close(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> Book:
    """Close the month two people agreed on; raises what close_month raises."""
    return close_month(month=date.fromisoformat(f"{diff['month']}-01"), actor=actor, at=at)


def close_month(*, month: date, actor: Actor, at: datetime) -> Book:
    """Invoice the month's fees and close the book through its last day, for ever.

    Raises MonthOpen naming the check that stands in the way; LedgerDisagrees, PeriodClosed.
    """
    for check in month_checks(month, at):
        if not check.is_good:
            raise MonthOpen(why=str(check.text))
    issue_invoices(month=month.replace(day=1), actor=actor, at=at)
    return close_period(through=last_day(month), actor=actor, at=at)

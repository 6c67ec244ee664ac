"""今日: what came in, what the bank will pay and why, the latest payments live."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from accounts.selectors.settlement_accounts import payee_account_of
from payments.models import Payment
from payments.selectors.today import DaySum, day_sum, latest_of, received_today
from payments.views.words import acquirer_name
from silk_road_ebao.face.pages import show
from silk_road_ebao.face.sums import Sum, Term
from silk_road_ebao.face.templatetags.face import rate
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date


@require_GET
@merchant_page()
def today(request: Any) -> HttpResponse:
    """Show the merchant's day; htmx asks for the live part alone."""
    at, merchant = clock.now(), request.merchant
    latest = [_line(payment) for payment in latest_of(merchant)]
    context: dict[str, Any] = {"today": received_today(merchant, at), "latest": latest}
    if not _is_live(request):
        context["settles"] = _settles(request, at)
    return show(request, "payments/today.html", context, parts=("live",))


def _is_live(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "live"


def _line(payment: Payment) -> dict[str, Any]:
    attempt = payment.paid_attempt
    return {
        "payment_no": payment.payment_no,
        "key": f"{payment.payment_no}-{payment.status}",
        "title": payment.description or _("散客"),
        "sub": acquirer_name(attempt.acquirer_code) if attempt else "",
        "at": payment.paid_at or payment.created_at,
        "amount_fen": payment.amount_fen,
        "status": payment.status,
        "counted": payment.status == "PAID",
    }


def _settles(request: Any, at: Any) -> dict[str, Any] | None:
    found = day_sum(request.merchant, business_date(at))
    if not found.count and not found.refunds:
        return None
    account = payee_account_of(request.merchant, at)
    return {
        "title": _("预计明天到账"),
        "sum": sum_of(found, label=_("预计明天到账"), gross_label=_("今日收款")),
        "account": f"{account.bank.short_name} {account.masked}" if account else _("还没有可用的结算账户，请先绑定"),
        "reason": _("今天收的钱，由收单机构在%(day)s付到你的银行账户。手续费以账单为准。")
        % {"day": _("明天（%(m)s月%(d)s日）") % _next_day(at)},
    }


def _next_day(at: Any) -> dict[str, int]:
    day = business_date(at) + timedelta(days=1)
    return {"m": day.month, "d": day.day}


def sum_of(found: DaySum, *, label: str, gross_label: str) -> Sum:
    """Lay a day out as the sum that leads to the bank's figure."""
    count = ngettext("%(n)s 笔", "%(n)s 笔", found.count) % {"n": found.count}
    terms = [Term(gross_label, found.gross_fen, count)]
    if found.refunded_fen:
        told = ngettext("%(n)s 笔", "%(n)s 笔", found.refunds) % {"n": found.refunds}
        terms.append(Term(_("退款"), -found.refunded_fen, told))
    for line in found.fees:
        words = {"who": acquirer_name(line.acquirer_code), "rate": rate(line.rate_bps)}
        reason = (
            _("%(who)s按 %(rate)s 收，以账单为准") if line.is_billed else _("%(who)s按 %(rate)s 收，每笔四舍五入到分")
        )
        terms.append(Term(_("%(who)s手续费") % words, -line.fee_fen, reason % words))
    return Sum(label, found.net_fen, terms)

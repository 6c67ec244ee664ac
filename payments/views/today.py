"""今日: what came in, what the bank will pay and why, the latest payments live."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from accounts.selectors.settlement_accounts import payee_account_of
from payments.models import Payment
from payments.selectors.settlements import why_paid_on
from payments.selectors.today import latest_of, next_payout_date, received_today, statements_paying
from payments.views.day_book import sum_of_tomorrow
from payments.views.words import acquirer_name, day_name, weekday_name
from silk_road_ebao.face.pages import show
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


def _settles(request: Any, at: datetime) -> dict[str, Any] | None:
    """Put together what the bank pays next: statements due then, and today's money if it is due then as well."""
    day, merchant = business_date(at), request.merchant
    payout = next_payout_date(day)
    paid_today = sum(statement.payout_fen for statement in statements_paying(merchant, [day]))
    told = why_paid_on(merchant, payout, day)
    if not (told.reasons or paid_today):
        return None
    account = payee_account_of(merchant, at)
    title = _("预计%(day)s到账") % {"day": day_name(payout, day)}
    return {
        "title": title,
        "sum": sum_of_tomorrow(told, title),
        "account": f"{account.bank.short_name} {account.masked}" if account else "",
        "reason": _("今天收的钱，由收单机构在%(day)s付到你的银行账户。手续费以账单为准。")
        % {"day": weekday_name(payout, day)},
        "today_fen": paid_today,
    }

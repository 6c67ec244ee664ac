"""今日: what came in, what the bank will pay and why, the latest payments live."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from accounts.selectors.settlement_accounts import payee_account_of
from payments.models import Payment
from payments.models.settlement import Settlement
from payments.selectors.today import DaySum, day_sum, latest_of, next_payout_date, received_today, statements_paying
from payments.views.words import acquirer_name, day_name, weekday_name
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.face.figures import rate, yuan
from silk_road_ebao.face.pages import show
from silk_road_ebao.face.sums import Sum, Term
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
    statements = statements_paying(merchant, [day, payout])
    due = [statement for statement in statements if statement.payout_date == payout]
    found = day_sum(merchant, day)
    if not (found.count or found.refunds or statements):
        return None
    account = payee_account_of(merchant, at)
    title = _("预计%(day)s到账") % {"day": day_name(payout, day)}
    terms = [_statement_term(statement) for statement in due] + sum_of(found, label="", gross_label=_("今日收款")).terms
    return {
        "title": title,
        "sum": Sum(title, sum(term.amount_fen for term in terms), terms),
        "account": f"{account.bank.short_name} {account.masked}" if account else "",
        "reason": _("今天收的钱，由收单机构在%(day)s付到你的银行账户。手续费以账单为准。")
        % {"day": weekday_name(payout, day)},
        "today_fen": sum(statement.payout_fen for statement in statements if statement.payout_date == day),
    }


def _statement_term(statement: Settlement) -> Term:
    kept = statement.fee_fen + statement.split_fen - statement.adjustment_fen
    reason = _("收款 %(gross)s，退款 %(refunds)s，手续费等 %(kept)s") % {
        "gross": yuan(statement.gross_fen),
        "refunds": yuan(statement.refunded_fen),
        "kept": yuan(kept),
    }
    return Term(_("%(day)s结算单") % {"day": day_text(statement.day)}, statement.payout_fen, reason)


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

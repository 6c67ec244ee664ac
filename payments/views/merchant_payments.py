"""收款记录: the merchant's payments by day, one payment, and giving money back."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from payments.forms import RefundForm
from payments.models import Payment
from payments.rules.refund import refundable_fen
from payments.selectors.attempts import attempts_of
from payments.selectors.merchant_payments import FILTERS, payments_numbered, payments_on, refunds_of, sent_back_of
from payments.selectors.payments import payment_of, received_on
from payments.services.refunds import request_refund
from payments.views.payment_files import payments_csv
from payments.views.words import acquirer_name
from silk_road_ebao.face.figures import yuan
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.money import yuan_text
from silk_road_ebao.kernel.refusals import Refusal

PAGE = 50
LEAST = 4
"""Characters of a number below which everything would fit."""


@require_GET
@merchant_page()
def payments(request: Any) -> HttpResponse:
    """List a day's payments of one kind, or those with a number."""
    today = business_date(clock.now())
    day, kind = _asked(request, today)
    number = request.GET.get("q", "").strip().upper()
    is_number = len(number) >= LEAST and number.isalnum() and number.isascii()
    rows = payments_numbered(request.merchant, number) if is_number else payments_on(request.merchant, day, kind)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    kinds = [("paid", _("已收")), ("refunded", _("有退款")), ("open", _("等付款")), ("ended", _("没付成"))]
    context = {
        "page": page,
        "lines": [_line(row) for row in page],
        "day": day,
        "today": today,
        "kind": kind,
        "kinds": kinds,
        "number": number,
        "is_number": is_number,
        "day_sum": received_on(request.merchant, day) if not is_number else None,
    }
    return render(request, "payments/payments.html", context)


@require_GET
@merchant_page()
def payments_file(request: Any) -> HttpResponse:
    """Give a day's payments of one kind as CSV."""
    day, kind = _asked(request, business_date(clock.now()))
    body = payments_csv(payments_on(request.merchant, day, kind).iterator(chunk_size=500))
    name = f"{day.isoformat()}-{kind}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
@merchant_page()
def payment(request: Any, payment_no: str) -> HttpResponse:
    """Show one payment; POST gives back an amount of it, once per form."""
    found = _own(request, payment_no)
    if request.method == "GET":
        return _page(request, found)
    form = RefundForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        request_refund(
            payment_no=found.payment_no,
            refund_no=form.cleaned_data["refund_no"],
            amount_fen=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            actor=staff_actor(request.membership),
            at=clock.now(),
        )
    except Refusal as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, str(refusal))
        return _page(request, found, form=form)
    return HttpResponseRedirect(reverse("payments:payment", args=[payment_no]))


def _page(request: Any, found: Payment, *, form: RefundForm | None = None) -> HttpResponse:
    left = refundable_fen(found.amount_fen, found.refunded_fen, found.refunding_fen) if found.paid_at else 0
    start = {"amount": yuan_text(left), "refund_no": new_no("REF")}
    paid = found.paid_attempt
    context = {
        "payment": found,
        "refunds": refunds_of(found),
        "sent_back": sent_back_of(found),
        "attempts": [(attempt, acquirer_name(attempt.acquirer_code)) for attempt in attempts_of(found)],
        "order_no": (found.order_no or "").partition("-")[0] if (found.order_no or "").startswith("ORD") else "",
        "left_fen": left,
        "acquirer": acquirer_name(paid.acquirer_code) if paid else "",
        "trade_no": paid.acquirer_trade_no if paid else "",
        "form": form or RefundForm(initial=start),
    }
    return render(request, "payments/payment.html", context, status=422 if form else 200)


def _own(request: Any, payment_no: str) -> Payment:
    try:
        return payment_of(request.merchant, payment_no)
    except Payment.DoesNotExist:
        raise Http404 from None


def _asked(request: Any, today: date) -> tuple[date, str]:
    kind = request.GET.get("kind", "paid")
    if kind not in FILTERS:
        raise Http404
    return _day(request.GET.get("day", ""), today), kind


def _line(row: Payment) -> dict[str, Any]:
    wallet = acquirer_name(row.paid_attempt.acquirer_code) if row.paid_attempt else ""
    back = _("退 %(yuan)s") % {"yuan": yuan(row.refunded_fen)} if row.refunded_fen else ""
    return {"row": row, "sub": " · ".join(filter(None, (wallet, back)))}


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        raise Http404 from None

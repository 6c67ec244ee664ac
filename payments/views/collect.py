"""收款: amount, code, and the moment the money is there."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import merchant_page
from accounts.selectors.merchants import live_stalls
from accounts.selectors.users import staff_actor
from payments.forms import CollectForm
from payments.models import Payment, PaymentAttempt
from payments.selectors.attempts import latest_attempt
from payments.selectors.payments import payment_of
from payments.services.collections import cashier_url, collect
from payments.services.payments import close_payment
from payments.views.words import acquirer_name, page_state
from silk_road_ebao.face.figures import moment
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal


@require_http_methods(["GET", "POST"])
@merchant_page()
def collect_amount(request: Any) -> HttpResponse:
    """Ask how much; then show the code."""
    if request.method == "GET":
        return _pad(request, {"order_no": new_uuid().hex, "description": request.GET.get("description", "")})
    form = CollectForm(request.POST)
    if not form.is_valid():
        return _pad(request, form.typed(), error=form.first_error())
    try:
        payment = collect(
            merchant=request.merchant,
            stall=live_stalls(request.merchant).first(),
            actor=staff_actor(request.membership),
            at=clock.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        return _pad(request, form.typed(), error=str(refusal))
    return HttpResponseRedirect(reverse("payments:collect_code", args=[payment.payment_no]))


@require_GET
@merchant_page()
def collect_code(request: Any, payment_no: str) -> HttpResponse:
    """Show the one code that every wallet reads and, as soon as it is there, the money."""
    payment = _own(request, payment_no)
    attempt = latest_attempt(payment) if payment.paid_at is None else None
    context = {"payment": payment, "may_cancel": payment.paid_at is None, **_words(payment, attempt)}
    return show(request, "payments/collect_code.html", context, parts=("collect",))


@require_POST
@merchant_page()
def collect_cancel(request: Any, payment_no: str) -> HttpResponse:
    """Take the bill back; if the payer was faster the code page says so."""
    payment = _own(request, payment_no)
    try:
        payment = close_payment(
            payment_no=payment.payment_no, actor=staff_actor(request.membership), at=clock.now(), reason="cancelled"
        )
    except Refusal:
        return HttpResponseRedirect(reverse("payments:collect_code", args=[payment_no]))
    route = "payments:today" if payment.status == "CLOSED" else "payments:collect_code"
    return HttpResponseRedirect(reverse(route, args=[] if route == "payments:today" else [payment_no]))


def _pad(request: Any, typed: dict[str, str], *, error: str = "") -> HttpResponse:
    return render(request, "payments/collect.html", {**typed, "error": error}, status=422 if error else 200)


def _own(request: Any, payment_no: str) -> Payment:
    try:
        return payment_of(request.merchant, payment_no)
    except Payment.DoesNotExist:
        raise Http404 from None


def _words(payment: Payment, attempt: PaymentAttempt | None) -> dict[str, Any]:
    paid, state = payment.paid_attempt, page_state(payment)
    tried = acquirer_name(attempt.acquirer_code) if attempt else ""
    if state == "waiting" and payment.channel == "BARCODE":
        state = "password"
    if state == "over" and payment.status == "FAILED":
        state = "failed"
    return {
        "state": state,
        "code_text": cashier_url(payment=payment),
        "acquirer": tried,
        "failed": (attempt.failure_text or attempt.failure_code) if attempt and attempt.status == "FAILED" else "",
        "opened_line": _("顾客正在用%(wallet)s付") % {"wallet": tried}
        if attempt and attempt.status == "PENDING"
        else "",
        "until_line": _("%(time)s 前有效") % {"time": moment(payment.expires_at)},
        "payer_line": " · ".join(
            filter(None, (acquirer_name(paid.acquirer_code) if paid else "", payment.description))
        ),
    }

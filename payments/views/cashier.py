"""收银台: what a payer sees after scanning one code, whatever the wallet."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from payments.forms import ScanForm
from payments.gateways.wallets import bridge_fields, demo_payer_url
from payments.models import Payment, StallCode
from payments.rules.stall_code import wallet_of
from payments.selectors.attempts import latest_attempt
from payments.selectors.payments import payment_by_no
from payments.selectors.stall_codes import stall_code_by_no
from payments.services.cashiers import ask_by_stall_code, pay_by_wallet, ways_to_pay
from payments.views.payer import payer_actor, payer_device, payer_ref_of, remember_payer
from payments.views.words import acquirer_name, page_state, scan_line
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal


@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Lead a scan on: a stall's code asks for the amount, a bill's code goes to its cashier."""
    return cashier(request, code) if code.startswith("PAY") else stall_code(request, code)


def stall_code(request: HttpRequest, code_no: str) -> HttpResponse:
    """Ask how much; above the static cap say what to do instead (R6)."""
    try:
        code = stall_code_by_no(code_no)
    except StallCode.DoesNotExist:
        raise Http404 from None
    context: dict[str, Any] = {"code": code, "order_no": new_uuid().hex, "is_live": code.status == "ACTIVE"}
    if request.method == "GET":
        return remember_payer(request, _light(request, "payments/scan.html", context))
    form = ScanForm(request.POST)
    typed = {"amount_text": request.POST.get("amount", ""), "order_no": request.POST.get("order_no", "")}
    if not form.is_valid():
        return _light(request, "payments/scan.html", {**context, **typed, "error": form.first_error()}, status=422)
    try:
        payment = ask_by_stall_code(
            code_no=code_no,
            amount_fen=form.cleaned_data["amount"],
            device=payer_device(request),
            order_no=form.cleaned_data["order_no"],
            actor=payer_actor(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _light(request, "payments/scan.html", {**context, **typed, "error": str(refusal)}, status=422)
    return HttpResponseRedirect(reverse("payments:scan", args=[payment.payment_no]))


def cashier(request: HttpRequest, payment_no: str) -> HttpResponse:
    """Show whom and how much, and open the wallet that scanned; GET changes nothing."""
    payment = _payment(payment_no)
    wallet = wallet_of(request.headers.get("User-Agent", ""))
    if request.method == "GET":
        return remember_payer(request, _cashier_page(request, payment, wallet))
    try:
        pay_by_wallet(
            payment=payment,
            wallet=wallet,
            acquirer_code=request.POST.get("acquirer", ""),
            payer_ref=payer_ref_of(request, wallet),
            actor=payer_actor(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _cashier_page(request, payment, wallet, error=str(refusal), status=422)
    return HttpResponseRedirect(reverse("payments:scan", args=[payment_no]) + "?open=1")


@require_GET
def result(request: HttpRequest, payment_no: str) -> HttpResponse:
    """Say what became of a payment. It only reads: whatever the payer's browser says changes nothing."""
    payment = _payment(payment_no)
    context = {"payment": payment, "state": page_state(payment), "refresh": page_state(payment) in WAITING}
    response = show(request, "payments/cashier_result.html", context, parts=("outcome",))
    patch_vary_headers(response, ["User-Agent"])
    return response


@require_GET
def status(request: HttpRequest, payment_no: str) -> JsonResponse:
    """Tell a page or a till where a payment stands, live, in one short answer."""
    payment = _payment(payment_no)
    found = {
        "payment_no": payment.payment_no,
        "state": page_state(payment),
        "status": payment.status,
        "amount_fen": payment.amount_fen,
        "refunded_fen": payment.refunded_fen,
    }
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


WAITING = ("waiting", "checking")


def _cashier_page(
    request: HttpRequest, payment: Payment, wallet: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    state = page_state(payment)
    if state in ("received", "checking") and not error:
        return HttpResponseRedirect(reverse("payments:result", args=[payment.payment_no]))
    attempt = latest_attempt(payment) if request.GET.get("open") else None
    back = settings.PUBLIC_URL + reverse("payments:result", args=[payment.payment_no])
    context = {
        "payment": payment,
        "state": "over" if payment.expires_at <= clock.now() else state,
        "error": error,
        "wallet": wallet,
        "wallet_name": acquirer_name(wallet) if wallet else "",
        "ways": [(code, acquirer_name(code)) for code in ways_to_pay(payment=payment, wallet=wallet, at=clock.now())],
        "attempt": attempt,
        "failed": attempt.failure_text if attempt and attempt.status == "FAILED" else "",
        "bridge": bridge_fields(attempt) if attempt and wallet else {},
        "code_url": attempt.code_url if attempt else "",
        "scan_line": scan_line(attempt.acquirer_code) if attempt else "",
        "demo_url": demo_payer_url(attempt, back) if attempt else "",
        "pay_label": _("用%(wallet)s付款") % {"wallet": acquirer_name(wallet)} if wallet else "",
    }
    return _light(request, "payments/cashier.html", context, status=status)


def _payment(payment_no: str) -> Payment:
    try:
        return payment_by_no(payment_no)
    except Payment.DoesNotExist:
        raise Http404 from None


def _light(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["User-Agent", "Cookie", "Accept-Language"])
    response.headers["Cache-Control"] = "no-store"
    return response

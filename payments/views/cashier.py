"""收银台: what a payer sees after scanning one code, whatever the wallet."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods

from accounts.door import remember_visitor, visitor_actor, visitor_token
from payments.forms import ScanForm
from payments.models import Payment, StallCode
from payments.selectors.payments import payment_by_no
from payments.selectors.stall_codes import stall_code_by_no
from payments.services.cashiers import ask_by_stall_code, pay_by_wallet
from payments.services.wallet_sign_ins import begin_sign_in, finish_sign_in
from payments.views.cashier_pages import bill_page, light, quick_page
from payments.views.payer import is_phone, keep_payer_ref, must_sign_in, own_form, payer_ref_of, payer_wallet, stay
from payments.views.words import page_state
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal

WAITING = ("waiting", "checking")


@own_form
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Lead a scan on: a stall's code asks for the amount, a bill's code goes to its cashier."""
    wallet = payer_wallet(request)
    if request.method == "GET" and must_sign_in(request, wallet) and "signed" not in request.GET:
        return sign_in(request, code)
    return cashier(request, code, wallet) if code.startswith("PAY") else stall_code(request, code, wallet)


def stall_code(request: HttpRequest, code_no: str, wallet: str) -> HttpResponse:
    """Ask how much; above the static cap say what to do instead (R6)."""
    try:
        code = stall_code_by_no(code_no)
    except StallCode.DoesNotExist:
        raise Http404 from None
    context: dict[str, Any] = {"code": code, "order_no": new_uuid().hex, "is_live": code.status == "ACTIVE"}
    context["here"] = stay(request, request.path)
    if request.method == "GET":
        return remember_visitor(request, light(request, "payments/scan.html", context))
    form = ScanForm(request.POST)
    typed = {"amount_text": request.POST.get("amount", ""), "order_no": request.POST.get("order_no", "")}
    if not form.is_valid():
        return light(request, "payments/scan.html", {**context, **typed, "error": form.first_error()}, status=422)
    try:
        payment = ask_by_stall_code(
            code_no=code_no,
            amount_fen=form.cleaned_data["amount"],
            device=visitor_token(request),
            order_no=form.cleaned_data["order_no"],
            actor=visitor_actor(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return light(request, "payments/scan.html", {**context, **typed, "error": str(refusal)}, status=422)
    return HttpResponseRedirect(_bill_address(request, payment.payment_no, wallet))


def cashier(request: HttpRequest, payment_no: str, wallet: str) -> HttpResponse:
    """Show whom and how much, and open the wallet that scanned; GET changes nothing."""
    if request.method == "GET":
        page = quick_page(request, payment_no, wallet) or bill_page(request, _payment(payment_no), wallet)
        return remember_visitor(request, page)
    payment = _payment(payment_no)
    if must_sign_in(request, wallet):
        return HttpResponseRedirect(_bill_address(request, payment_no, wallet))
    try:
        pay_by_wallet(
            payment=payment,
            wallet=wallet,
            acquirer_code=request.POST.get("acquirer", ""),
            payer_ref=payer_ref_of(request, wallet) if wallet else str(request.META.get("REMOTE_ADDR", "")),
            actor=visitor_actor(request),
            at=clock.now(),
            is_phone=is_phone(request),
        )
    except Refusal as refusal:
        return bill_page(request, payment, wallet, error=str(refusal), status=422)
    return HttpResponseRedirect(stay(request, reverse("payments:scan", args=[payment_no]), open="1"))


@require_GET
def sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Send the browser to its wallet, which says who pays and sends it back."""
    wallet = payer_wallet(request)
    if not must_sign_in(request, wallet):
        return HttpResponseRedirect(stay(request, reverse("payments:scan", args=[code])))
    token = visitor_token(request) or new_uuid().hex
    page = begin_sign_in(
        wallet=wallet, code=code, back_path=reverse("payments:signed_in", args=[code]), device=token, at=clock.now()
    )
    return remember_visitor(request, HttpResponseRedirect(page), token=token)


@require_GET
def signed_in(request: HttpRequest, code: str) -> HttpResponse:
    """Take the wallet's answer: keep its name for the payer with this browser, and go on to the code scanned."""
    wallet = payer_wallet(request)
    here = reverse("payments:scan", args=[code])
    if not must_sign_in(request, wallet):
        return HttpResponseRedirect(here)
    try:
        payer_ref = finish_sign_in(
            wallet=wallet, code=code, answer=request.GET.dict(), device=visitor_token(request), at=clock.now()
        )
    except Refusal:
        return HttpResponseRedirect(here + "?signed=failed")
    return keep_payer_ref(request, HttpResponseRedirect(here), wallet, payer_ref)


@require_GET
def result(request: HttpRequest, payment_no: str) -> HttpResponse:
    """Say what became of a payment. It only reads: whatever the payer's browser says changes nothing."""
    payment = _payment(payment_no)
    context = {"payment": payment, "state": page_state(payment), "refresh": page_state(payment) in WAITING}
    context["back"] = stay(request, reverse("payments:scan", args=[payment_no]))
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


def _bill_address(request: HttpRequest, payment_no: str, wallet: str) -> str:
    """Lead to a bill; from a form never straight to a wallet's page, which our policy for forms forbids."""
    later = {"signed": "later"} if must_sign_in(request, wallet) else {}
    return stay(request, reverse("payments:scan", args=[payment_no]), **later)


def _payment(payment_no: str) -> Payment:
    try:
        return payment_by_no(payment_no)
    except Payment.DoesNotExist:
        raise Http404 from None

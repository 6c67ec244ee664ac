"""The pages of the cashier: the quick one of a bill that waits in a wallet, and the full one of every other case."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.models import SettlementAccount, User
from accounts.selectors.settlement_accounts import accounts_of
from payments.gateways.wallets import bridge_fields, demo_payer_url, phone_link
from payments.models import Payment, PaymentAttempt
from payments.selectors.attempts import latest_attempt
from payments.selectors.cashiers import bill_of
from payments.services.cashiers import offers_for, ways_to_pay
from payments.services.collections import cashier_url
from payments.views.payer import is_phone, must_sign_in, stay
from payments.views.words import acquirer_name, offer_words, page_state, scan_line
from silk_road_ebao.face.context import shell
from silk_road_ebao.face.moulds import blank, mould_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.money import format_yuan

READY = "payments/cashier.html"
LONG_FEN = 10**8
"""A million yuan: from here on the figure is set smaller, to fit a phone."""
VARY = "User-Agent, Cookie, Accept-Language"


def quick_page(request: HttpRequest, payment_no: str, wallet: str) -> HttpResponse | None:
    """Give the page of a bill that waits in the wallet that scanned it: one query, a page cast in a mould.

    None in every other case; raises Http404 for a number nobody knows.
    """
    if not wallet or request.GET or must_sign_in(request, wallet):
        return None
    bill = bill_of(payment_no, wallet)
    if bill is None:
        raise Http404
    is_long = bill.amount_fen >= LONG_FEN
    if bill.status not in ("CREATED", "PENDING") or not bill.has_way or is_long or bill.expires_at <= clock.now():
        return None
    around = shell(request)
    mould = mould_of((READY, wallet, around["theme"]), lambda: _cast(wallet, around))
    whole, part = format_yuan(bill.amount_fen).split(".")
    values = {
        "number": payment_no,
        "sign": bill.sign,
        "payee": bill.legal_name,
        "text": bill.description,
        "whole": whole,
        "part": part,
    }
    return HttpResponse(mould.fill(values), headers={"Cache-Control": "no-store", "Vary": VARY})


def bill_page(
    request: HttpRequest, payment: Payment, wallet: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    """Give the page of a bill in any case: over, opened, in a wallet, in another browser, all ways with reasons."""
    state = page_state(payment)
    if state in ("received", "checking") and not error:
        return HttpResponseRedirect(reverse("payments:result", args=[payment.payment_no]))
    context = {**_of_payment(request, payment, wallet), "error": error}
    if payment.expires_at <= clock.now() or state == "over":
        return light(request, "payments/cashier_over.html", context, status=status)
    if "ways" in request.GET:
        return light(request, "payments/cashier_ways.html", {**context, **_ways(request, payment, wallet)})
    attempt = latest_attempt(payment, acquirer_code=wallet) if request.GET.get("open") else None
    if attempt is not None and attempt.status != "FAILED":
        return light(request, "payments/cashier_open.html", {**context, **_opened(request, attempt, wallet)})
    context["failed"] = attempt.failure_text if attempt else ""
    context["ways"] = _buttons(payment, wallet)
    if wallet:
        context["signed"] = request.GET.get("signed", "") if must_sign_in(request, wallet) else ""
        context["has_way"] = bool(context["ways"])
        return light(request, READY, context, status=status)
    context |= {"code_text": cashier_url(payment=payment), "is_phone": is_phone(request), "plays": _plays(payment)}
    return light(request, "payments/cashier_browser.html", context, status=status)


def light(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a payer's page that no cache keeps."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, VARY.split(", "))
    response.headers["Cache-Control"] = "no-store"
    return response


def _cast(wallet: str, around: dict[str, Any]) -> str:
    number = blank("number")
    context = {
        "demo": around["demo"],
        "theme": around["theme"],
        "sign": blank("sign"),
        "payee": blank("payee"),
        "text": blank("text"),
        "whole": blank("whole"),
        "part": blank("part"),
        "number": number,
        "here": reverse("payments:scan", args=[number]),
        "ways_href": reverse("payments:scan", args=[number]) + "?ways=1",
        "has_way": True,
        **_of_wallet(wallet),
    }
    return render_to_string(READY, context)


def _of_wallet(wallet: str) -> dict[str, str]:
    name = acquirer_name(wallet) if wallet else ""
    return {"wallet": wallet, "pay_label": _("用%(wallet)s付款") % {"wallet": name} if wallet else ""}


def _of_payment(request: HttpRequest, payment: Payment, wallet: str) -> dict[str, Any]:
    whole, part = format_yuan(payment.amount_fen).split(".")
    return {
        "payment": payment,
        "number": payment.payment_no,
        "sign": payment.stall.signboard if payment.stall else payment.merchant.name,
        "payee": payment.merchant.legal_name,
        "text": payment.description,
        "whole": whole,
        "part": part,
        "is_long": payment.amount_fen >= LONG_FEN,
        "here": stay(request, request.path),
        "ways_href": stay(request, request.path, ways="1"),
        "result_href": stay(request, reverse("payments:result", args=[payment.payment_no])),
        **_of_wallet(wallet),
    }


def _opened(request: HttpRequest, attempt: PaymentAttempt, wallet: str) -> dict[str, Any]:
    path = stay(request, reverse("payments:result", args=[attempt.payment.payment_no]))
    back = settings.PUBLIC_URL + path
    return {
        "attempt": attempt,
        "bridge": bridge_fields(attempt) if wallet else {},
        "code_url": "" if attempt.flow == "H5" else attempt.code_url,
        "link": phone_link(attempt, back) if is_phone(request) or wallet else "",
        "scan_line": scan_line(attempt.acquirer_code),
        "wallet_name": acquirer_name(attempt.acquirer_code),
        "demo_url": "" if attempt.flow == "H5" else demo_payer_url(attempt, back),
    }


def _buttons(payment: Payment, wallet: str) -> list[tuple[str, str]]:
    return [(code, acquirer_name(code)) for code in ways_to_pay(payment=payment, wallet=wallet, at=clock.now())]


def _plays(payment: Payment) -> list[tuple[str, str]]:
    """List the wallets that a person at a demo may play in this browser."""
    return _buttons(payment, "") if settings.DEMO else []


def _ways(request: HttpRequest, payment: Payment, wallet: str) -> dict[str, Any]:
    account = _account(request)
    offers = offers_for(payment=payment, wallet=wallet, account=account, at=clock.now())
    return {"offers": [offer_words(offer, wallet) for offer in offers], "account": account}


def _account(request: HttpRequest) -> SettlementAccount | None:
    """Find the bank account of a payer who happens to be signed in; nobody is asked to sign in to pay."""
    user = request.user
    if not isinstance(user, User) or user.person is None:
        return None
    return accounts_of(user.person).exclude(account_class="MERCHANT").first()

"""智慧云店: the public page of a stall, its cart without script, and the buyer's order page."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.door import visitor_actor
from accounts.models import Stall
from payments.models import Payment
from payments.selectors.payments import payment_by_no
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import BuyerForm
from supplychain.models import Goods, Handover, Order
from supplychain.rules.cart import NotAWeight, parse_kg
from supplychain.selectors.goods import store_by_no, store_goods_of
from supplychain.selectors.lots import Stock, stock_of_stall
from supplychain.selectors.orders import lines_of, order_by_no
from supplychain.services.orders import pay_order, place_order
from supplychain.views.words import freshness


@require_http_methods(["GET", "POST"])
def store(request: HttpRequest, stall_no: str) -> HttpResponse:
    """Show what a stall sells; POST orders and leads to the buyer's order page."""
    try:
        stall = store_by_no(stall_no)
    except Stall.DoesNotExist:
        raise Http404 from None
    goods = list(store_goods_of(stall))
    if request.method == "GET":
        form = BuyerForm(initial={"draft_key": new_uuid().hex, "handover": Handover.PICK_UP})
        return _page(request, stall, goods, form)
    form = BuyerForm(request.POST)
    weights, errors = _weights(request, goods, stock_of_stall(stall.pk, stall.merchant_id))
    if errors or not form.is_valid():
        return _page(request, stall, goods, form, errors=errors)
    if not weights:
        return _page(request, stall, goods, form, error=_("先写上要买多少公斤"))
    actor, at = visitor_actor(request), clock.now()
    try:
        order = place_order(
            stall=stall,
            lines=[(row.commodity, kg, row.price_fen_kg) for row, kg in weights],
            channel="STORE",
            actor=actor,
            at=at,
            **form.cleaned_data,
        )
        pay_order(order=order, channel="STORE", actor=actor, at=at)
    except Refusal as refusal:
        return _page(request, stall, goods, form, error=str(refusal))
    return HttpResponseRedirect(reverse("supplychain:store_order", args=[order.order_no]))


@require_GET
def store_order(request: HttpRequest, order_no: str) -> HttpResponse:
    """Show a buyer what becomes of his order; its number is not to be guessed."""
    try:
        order = order_by_no(order_no)
    except Order.DoesNotExist:
        raise Http404 from None
    payment: Payment | None = payment_by_no(order.payment_no) if order.payment_no else None
    may_pay = order.status in ("PLACED", "FULFILLED") and payment is not None and payment.expires_at > clock.now()
    context = {"order": order, "lines": lines_of(order), "may_pay": may_pay, "stall": order.stall}
    response = render(request, "supplychain/store_order.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _weights(
    request: HttpRequest, goods: list[Goods], stock: dict[int, Stock]
) -> tuple[list[tuple[Goods, Decimal]], dict[str, str]]:
    """Read the kilograms beside each goods; more than there is, or not a weight, is told beside it."""
    weights, errors = [], {}
    for row in goods:
        text = request.POST.get(f"kg_{row.goods_no}", "").strip()
        if text in ("", "0"):
            continue
        try:
            kg = parse_kg(text)
        except NotAWeight:
            errors[row.goods_no] = _("重量写成这样：2 或 2.5")
            continue
        left = stock[row.commodity_id].kg if row.commodity_id in stock else Decimal(0)
        if kg > left:
            errors[row.goods_no] = _("现在只有 %(kg)s 公斤") % {"kg": f"{left.normalize():f}"}
            continue
        weights.append((row, kg))
    return weights, errors


def _page(
    request: HttpRequest, stall: Stall, goods: list[Goods], form: BuyerForm, *, errors: Any = None, error: str = ""
) -> HttpResponse:
    stock, at = stock_of_stall(stall.pk, stall.merchant_id), clock.now()
    shown = []
    for row in goods:
        have = stock.get(row.commodity_id)
        typed = request.POST.get(f"kg_{row.goods_no}", "")
        shown.append((row, freshness(have, at), have, typed, (errors or {}).get(row.goods_no, "")))
    shown.sort(key=lambda item: item[2] is None)
    context = {
        "stall": stall,
        "merchant": stall.merchant,
        "goods": shown,
        "can_buy": any(have for _row, _fresh, have, _typed, _wrong in shown),
        "form": form,
        "error": error,
    }
    is_bad = bool(error or errors or form.errors)
    response = render(request, "supplychain/store.html", context, status=422 if is_bad else 200)
    response.headers["Cache-Control"] = "no-store"
    return response

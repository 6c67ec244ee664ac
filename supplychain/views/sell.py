"""开单: commodity, kilograms, price; the lines add up; the code."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.door import merchant_page
from accounts.models import Stall
from accounts.selectors.merchants import live_stalls
from accounts.selectors.users import staff_actor
from payments.services.attempts import NoWayToPay
from payments.services.collections import refuse_without_acquirer
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.money import yuan_text
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import WeighForm
from supplychain.models import Goods
from supplychain.rules.cart import CartLine, NotALine, parse_line
from supplychain.rules.weighing import amount_of
from supplychain.selectors.goods import goods_of
from supplychain.services.orders import pay_order, place_order

Shown = list[tuple[CartLine, Goods, int]]


@require_http_methods(["GET", "POST"])
@merchant_page()
def sell(request: Any) -> HttpResponse:
    """Show favourites, pad and the bill so far; the bill travels in the page, so that it works without script."""
    typed = request.POST if request.method == "POST" else request.GET
    stall = _stall(request.merchant, typed.get("stall", ""))
    goods = {} if stall is None else {each.goods_no: each for each in goods_of(stall)}
    lines = _lines(typed, goods)
    picked = goods.get(typed.get("pick", ""))
    if request.method == "GET" or stall is None or not ("do" in typed or "drop" in typed):
        return _page(request, stall, goods, lines, picked=picked)
    if "drop" in typed:
        lines = [line for place, line in enumerate(lines) if str(place) != typed["drop"]]
        return _page(request, stall, goods, lines)
    form = WeighForm(typed) if picked else None
    if form is not None and not form.is_valid():
        if typed.get("do") != "bill" or typed.get("kg", "").strip() or not lines:
            error = next(str(errors[0]) for errors in form.errors.values())
            return _page(request, stall, goods, lines, picked=picked, error=error)
    elif form is not None and picked is not None:
        lines.append(_line(picked, form.cleaned_data["kg"], form.cleaned_data["price"]))
    if typed.get("do") != "bill":
        return _page(request, stall, goods, lines)
    return _bill(request, stall, goods, lines)


def _bill(request: Any, stall: Stall, goods: dict[str, Goods], lines: Shown) -> HttpResponse:
    """Write order and payment, then open the code; the same draft gives the same."""
    actor, at = staff_actor(request.membership), clock.now()
    try:
        order = place_order(
            stall=stall,
            lines=[(each.commodity, line.kg, line.price_fen_kg) for line, each, _fen in lines],
            draft_key=request.POST.get("draft_key", "")[:64] or None,
            actor=actor,
            at=at,
        )
        payment = pay_order(order=order, actor=actor, at=at)
    except Refusal as refusal:
        return _page(request, stall, goods, lines, error=str(refusal))
    try:
        refuse_without_acquirer(merchant=request.merchant)
    except NoWayToPay:
        return HttpResponseRedirect(reverse("supplychain:order", args=[order.order_no]))
    return HttpResponseRedirect(reverse("payments:collect_code", args=[payment.payment_no]))


def _stall(merchant: Any, stall_no: str) -> Stall | None:
    stalls = list(live_stalls(merchant))
    return next((stall for stall in stalls if stall.stall_no == stall_no), stalls[0] if stalls else None)


def _lines(typed: QueryDict, goods: dict[str, Goods]) -> Shown:
    lines: Shown = []
    for text in typed.getlist("line"):
        try:
            line = parse_line(text)
        except NotALine:
            continue
        if line.goods_no in goods:
            lines.append(_line(goods[line.goods_no], line.kg, line.price_fen_kg))
    return lines


def _line(goods: Goods, kg: Any, price_fen_kg: int) -> tuple[CartLine, Goods, int]:
    return CartLine(goods.goods_no, kg, price_fen_kg), goods, amount_of(price_fen_kg, kg)


def _page(
    request: Any,
    stall: Stall | None,
    goods: dict[str, Goods],
    lines: Shown,
    *,
    picked: Goods | None = None,
    error: str = "",
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    context = {
        "stall": stall,
        "stalls": live_stalls(request.merchant),
        "goods": goods.values(),
        "lines": lines,
        "total_fen": sum(fen for _line, _goods, fen in lines),
        "picked": picked,
        "price_text": typed.get("price", "") if error else yuan_text(picked.price_fen_kg) if picked else "",
        "kg_text": typed.get("kg", "") if error else "",
        "draft_key": typed.get("draft_key", "") or new_uuid().hex,
        "error": error,
    }
    return render(request, "supplychain/sell.html", context, status=422 if error else 200)

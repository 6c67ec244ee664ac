"""商品: what my stalls sell and for how much."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import merchant_page
from accounts.models import Stall
from accounts.selectors.merchants import live_stalls, stall_of
from accounts.selectors.users import staff_actor
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import GoodsForm
from supplychain.models import Commodity, Goods
from supplychain.selectors.commodities import commodities_on
from supplychain.selectors.goods import all_goods_of, goods_by_no
from supplychain.services.goods import offer_goods, set_price, show_goods


def known_commodities() -> dict[str, Commodity]:
    """Give the commodities of today by the name people choose them by."""
    rows = commodities_on(clock.business_date(clock.now())).order_by("category", "code")
    return {str(row): row for row in rows}


@require_http_methods(["GET", "POST"])
@merchant_page()
def goods(request: Any) -> HttpResponse:
    """List goods; POST adds one."""
    known = known_commodities()
    if request.method == "GET":
        return _page(request, GoodsForm(known=known), known)
    form = GoodsForm(request.POST, known=known)
    if not form.is_valid():
        return _page(request, form, known)
    told = form.cleaned_data
    try:
        stall = _stall(request)
        row = offer_goods(
            stall=stall,
            commodity=told["commodity"],
            price_fen_kg=told["price"],
            actor=staff_actor(request.membership),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _page(request, form, known, error=str(refusal))
    messages.success(request, _("%(name)s 加好了") % {"name": row.commodity})
    return HttpResponseRedirect(reverse("supplychain:goods"))


@require_POST
@merchant_page()
def reprice(request: Any, goods_no: str) -> HttpResponse:
    """Change a price, or put goods on or off sale and the store."""
    try:
        row = goods_by_no(request.merchant, goods_no)
    except Goods.DoesNotExist:
        raise Http404 from None
    actor, at, told = staff_actor(request.membership), clock.now(), request.POST
    try:
        if "price" in told and told.get("do", "price") == "price":
            set_price(goods=row, price_fen_kg=parse_yuan(told["price"]), actor=actor, at=at)
            messages.success(request, _("%(name)s 改好价了") % {"name": row.commodity})
        else:
            is_on_sale = {"on": True, "off": False}.get(told.get("do", ""), row.is_on_sale)
            is_in_store = {"show": True, "hide": False, "on": True}.get(told.get("do", ""), row.is_in_store)
            show_goods(goods=row, is_on_sale=is_on_sale, is_in_store=is_in_store, actor=actor, at=at)
    except MoneyError:
        messages.error(request, _("单价写成这样：3.2 或 3.20"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("supplychain:goods"))


def _stall(request: Any) -> Stall:
    try:
        chosen = request.POST.get("stall", "")
        return stall_of(request.merchant, chosen) if chosen else live_stalls(request.merchant)[:1].get()
    except Stall.DoesNotExist:
        raise Http404 from None


def _page(request: Any, form: GoodsForm, known: dict[str, Commodity], *, error: str = "") -> HttpResponse:
    context = {
        "form": form,
        "error": error,
        "goods": all_goods_of(request.merchant),
        "stalls": live_stalls(request.merchant),
        "known": known,
    }
    return render(request, "supplychain/goods.html", context, status=422 if error or form.errors else 200)

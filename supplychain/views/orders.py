"""订单: what waits to be sent out, one order in its three books, returns and cancellations."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import ReturnForm, WeighedForm
from supplychain.models import Order
from supplychain.rules.weighing import short_of
from supplychain.selectors.funds_books import entries_of, net_paid_fen
from supplychain.selectors.orders import lines_of, order_counts, order_of, orders_of, to_send_out
from supplychain.selectors.outbounds import LineState, line_states, notes_of
from supplychain.services.cancellations import cancel_order
from supplychain.services.outbounds import issue_outbound
from supplychain.services.returns import let_off, take_return
from supplychain.services.weighings import settle_weight
from supplychain.views.words import buyer_line, order_line

TABS = {"send": ("PAID",), "unpaid": ("PLACED", "FULFILLED"), "all": ()}


@require_GET
@merchant_page()
def orders(request: Any) -> HttpResponse:
    """List orders: to send out first."""
    tab = request.GET.get("tab", "send")
    if tab not in TABS:
        raise Http404
    found = to_send_out(request.merchant) if tab == "send" else orders_of(request.merchant, TABS[tab])
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    shown = [(order, order_line(order), buyer_line(order)) for order in page]
    context = {"tab": tab, "page": page, "orders": shown, "counts": order_counts(request.merchant)}
    return show(request, "supplychain/orders.html", context, parts=("orders",))


@require_GET
@merchant_page()
def today_orders(request: Any) -> HttpResponse:
    """Give the tile of 今日: how many wait to be sent out."""
    return render(request, "supplychain/orders_tile.html", {"counts": order_counts(request.merchant)})


@require_GET
@merchant_page()
def order(request: Any, order_no: str) -> HttpResponse:
    """Show one order as it stands in the three books."""
    return _order_page(request, _own(request, order_no))


@require_POST
@merchant_page()
def send(request: Any, order_no: str) -> HttpResponse:
    """Send the goods out in one touch, or with what the scales said."""
    row = _own(request, order_no)
    on_credit, weighed = request.POST.get("on_credit") == "1", None
    if request.POST.get("weighed") == "1":
        form = WeighedForm([(line.line_no, str(line.commodity)) for line in lines_of(row)], request.POST)
        if not form.is_valid():
            return _order_page(request, row, error=next(str(errors[0]) for errors in form.errors.values()))
        weighed = form.weighed()
    return _do(
        request,
        row,
        lambda actor, at: issue_outbound(order=row, lines=weighed, on_credit=on_credit, actor=actor, at=at),
        _("已出货，库存减了"),
    )


@require_POST
@merchant_page("OWNER", "CASHIER")
def settle(request: Any, order_no: str) -> HttpResponse:
    """Bring the order to what really left; short weight is paid back."""
    row = _own(request, order_no)
    return _do(
        request, row, lambda actor, at: settle_weight(order=row, actor=actor, at=at), _("已按实际重量结，三账对上了")
    )


@require_POST
@merchant_page("OWNER", "CASHIER")
def give_back(request: Any, order_no: str) -> HttpResponse:
    """Take goods of one line back."""
    row = _own(request, order_no)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _order_page(request, row, error=next(str(errors[0]) for errors in form.errors.values()))
    told = form.cleaned_data
    return _do(
        request,
        row,
        lambda actor, at: take_return(
            order=row, lines=[(told["line_no"], told["kg"])], reason=told["reason"], actor=actor, at=at
        ),
        _("货已收回，退款已经提交"),
    )


@require_POST
@merchant_page("OWNER", "CASHIER")
def lower(request: Any, order_no: str) -> HttpResponse:
    """Let some of the price go."""
    row = _own(request, order_no)
    try:
        fen = parse_yuan(request.POST.get("amount", ""))
    except MoneyError:
        return _order_page(request, row, error=_("金额写成这样：5 或 5.50"))
    return _do(
        request,
        row,
        lambda actor, at: let_off(order=row, amount_fen=fen, reason=request.POST.get("reason", ""), actor=actor, at=at),
        _("已经让价"),
    )


@require_POST
@merchant_page()
def cancel(request: Any, order_no: str) -> HttpResponse:
    """Call an order off; money already there goes back."""
    row = _own(request, order_no)
    return _do(
        request,
        row,
        lambda actor, at: cancel_order(order=row, reason=_("店家取消"), actor=actor, at=at),
        _("订单已取消"),
    )


def _do(request: Any, row: Order, step: Any, told: str) -> HttpResponse:
    try:
        step(staff_actor(request.membership), clock.now())
    except Refusal as refusal:
        return _order_page(request, row, error=str(refusal))
    messages.success(request, told)
    back = "supplychain:orders" if request.POST.get("back") == "orders" else ""
    return HttpResponseRedirect(reverse(back) if back else reverse("supplychain:order", args=[row.order_no]))


def _own(request: Any, order_no: str) -> Order:
    try:
        return order_of(request.merchant, order_no)
    except Order.DoesNotExist:
        raise Http404 from None


def _difference(row: Order, states: list[LineState]) -> dict[str, Any] | None:
    """Say how far the scales and the order part: kg and fen short, or kg over."""
    if row.status not in ("COMPLETED", "FULFILLED"):
        return None
    parts = [short_of(state.net_kg, state.out_kg, state.line.price_fen_kg, state.net_fen) for state in states]
    if not any(kg for kg, _fen in parts):
        return None
    return {
        "short_kg": sum(kg for kg, _fen in parts if kg > 0),
        "over_kg": -sum(kg for kg, _fen in parts if kg < 0),
        "fen": sum(fen for _kg, fen in parts),
    }


def _order_page(request: Any, row: Order, *, error: str = "") -> HttpResponse:
    states = line_states(row)
    net_fen = sum(state.net_fen for state in states.values())
    paid_fen = net_paid_fen(row)
    context = {
        "order": row,
        "states": list(states.values()),
        "net_fen": net_fen,
        "net_kg": sum(state.net_kg for state in states.values()),
        "out_kg": sum(state.out_kg for state in states.values()),
        "paid_fen": paid_fen,
        "is_corrected": net_fen != row.amount_fen,
        "difference": _difference(row, list(states.values())),
        "may_return": row.status in ("COMPLETED", "FULFILLED") and any(state.out for state in states.values()),
        "notes": notes_of(row),
        "entries": entries_of(row),
        "buyer": buyer_line(row),
        "phone": row.buyer_phone.open() if row.buyer_phone else "",
        "address": row.address.open() if row.address else "",
        "error": error,
    }
    return render(request, "supplychain/order.html", context, status=422 if error else 200)

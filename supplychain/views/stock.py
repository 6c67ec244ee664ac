"""库存: what lies where and how long it keeps; losses and stock-taking."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import CountAllForm, CountForm, LossForm
from supplychain.models import Lot
from supplychain.selectors.lots import Stock, live_lots, lot_of, movements_of
from supplychain.services.lots import count_lots, count_stock, record_loss
from supplychain.views.words import freshness


@require_GET
@merchant_page()
def stock(request: Any) -> HttpResponse:
    """List stock by commodity, lot by lot."""
    at = clock.now()
    groups = []
    for commodity, lots in groupby(live_lots(request.merchant), key=lambda lot: lot.commodity):
        rows = [(lot, _fresh(lot, at), lot.best_before_at <= at) for lot in lots]
        groups.append((commodity, sum(lot.on_hand_kg for lot, _words, _past in rows), rows))
    return render(request, "supplychain/stock.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
@merchant_page()
def count_all(request: Any) -> HttpResponse:
    """Count everything on one page: what is written is brought to that, what is left empty stays."""
    lots = list(live_lots(request.merchant))
    form = CountAllForm(lots, request.POST or None, initial={"draft_key": new_uuid().hex})
    if request.method == "POST" and form.is_valid():
        actor, at = staff_actor(request.membership), clock.now()
        moved = count_lots(counts=form.counts(), draft_key=form.cleaned_data["draft_key"], actor=actor, at=at)
        told = ngettext("盘完了，%(n)s 批和账上不一样，已经改过来", "盘完了，%(n)s 批和账上不一样，已经改过来", moved)
        messages.success(request, told % {"n": moved})
        return HttpResponseRedirect(reverse("supplychain:stock"))
    at = clock.now()
    rows = [(row, _fresh(row, at), form[f"kg_{row.lot_no}"]) for row in lots]
    context = {"form": form, "rows": rows}
    return render(request, "supplychain/stock_count.html", context, status=422 if form.errors else 200)


@require_GET
@merchant_page()
def lot(request: Any, lot_no: str) -> HttpResponse:
    """Show one lot, its movements, and the forms for losses and counting."""
    return _lot_page(request, _own(request, lot_no))


@require_POST
@merchant_page()
def lose(request: Any, lot_no: str) -> HttpResponse:
    """Write a loss."""
    row, form = _own(request, lot_no), LossForm(request.POST)
    if not form.is_valid():
        return _lot_page(request, row, loss=form)
    try:
        record_loss(lot=row, actor=staff_actor(request.membership), at=clock.now(), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("kg", str(refusal))
        return _lot_page(request, row, loss=form)
    messages.success(request, _("损耗记下了"))
    return HttpResponseRedirect(reverse("supplychain:lot", args=[lot_no]))


@require_POST
@merchant_page()
def count(request: Any, lot_no: str) -> HttpResponse:
    """Write what was counted."""
    row, form = _own(request, lot_no), CountForm(request.POST)
    if not form.is_valid():
        return _lot_page(request, row, counted=form)
    told = form.cleaned_data
    try:
        count_stock(
            lot=row,
            counted_kg=told["counted"],
            draft_key=told["draft_key"],
            actor=staff_actor(request.membership),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_error("counted", str(refusal))
        return _lot_page(request, row, counted=form)
    messages.success(request, _("盘点记下了"))
    return HttpResponseRedirect(reverse("supplychain:lot", args=[lot_no]))


def _own(request: Any, lot_no: str) -> Lot:
    try:
        return lot_of(request.merchant, lot_no)
    except Lot.DoesNotExist:
        raise Http404 from None


def _fresh(row: Lot, at: Any) -> str:
    return freshness(Stock(row.on_hand_kg, row.best_before_at, row.arrived_at, 1), at)


def _lot_page(request: Any, row: Lot, *, loss: Any = None, counted: Any = None) -> HttpResponse:
    fresh_key = {"draft_key": new_uuid().hex}
    context = {
        "lot": row,
        "fresh": _fresh(row, clock.now()),
        "movements": movements_of(row)[:50],
        "loss": loss or LossForm(initial=fresh_key, auto_id="loss_%s"),
        "counted": counted or CountForm(initial=fresh_key, auto_id="count_%s"),
    }
    return render(request, "supplychain/lot.html", context, status=422 if loss or counted else 200)

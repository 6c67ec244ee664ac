"""进货: what came from whom, and the lots it became."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.door import merchant_page
from accounts.selectors.merchants import live_stalls
from accounts.selectors.users import staff_actor
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import ReceivingForm, ReceivingLineForm
from supplychain.models import Receiving
from supplychain.selectors.receivings import receiving_of, receivings_of, suppliers_of
from supplychain.services.receivings import receive_goods
from supplychain.views.goods import known_commodities

Lines = formset_factory(ReceivingLineForm, extra=4, max_num=40, absolute_max=40)


@require_GET
@merchant_page()
def receivings(request: Any) -> HttpResponse:
    """List receiving notes."""
    page = Paginator(receivings_of(request.merchant), 20).get_page(request.GET.get("page"))
    return render(request, "supplychain/receivings.html", {"page": page})


@require_GET
@merchant_page()
def receiving(request: Any, receiving_no: str) -> HttpResponse:
    """Show one note with its lots."""
    try:
        row = receiving_of(request.merchant, receiving_no)
    except Receiving.DoesNotExist:
        raise Http404 from None
    lines = row.lines.select_related("lot__commodity").order_by("line_no")
    return render(request, "supplychain/receiving.html", {"receiving": row, "lines": lines})


@require_http_methods(["GET", "POST"])
@merchant_page()
def receive(request: Any) -> HttpResponse:
    """Write a receiving note."""
    known = known_commodities()
    if request.method == "GET":
        form = ReceivingForm(initial={"draft_key": new_uuid().hex})
        return _page(request, form, Lines(prefix="line", form_kwargs={"known": known}), known)
    form = ReceivingForm(request.POST)
    lines = Lines(request.POST, prefix="line", form_kwargs={"known": known})
    if not (form.is_valid() and lines.is_valid()):
        return _page(request, form, lines, known)
    told = [line.cleaned_data for line in lines if line.has_changed()]
    try:
        note = receive_goods(
            merchant=request.merchant,
            stall=live_stalls(request.merchant).first(),
            lines=[(line["commodity"], line["kg"], line["price"], line["origin"]) for line in told],
            actor=staff_actor(request.membership),
            at=clock.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        return _page(request, form, lines, known, error=str(refusal))
    messages.success(request, _("进货记好了，库存加上了"))
    return HttpResponseRedirect(reverse("supplychain:receiving", args=[note.receiving_no]))


def _page(request: Any, form: Any, lines: Any, known: Any, *, error: str = "") -> HttpResponse:
    context = {
        "form": form, "lines": lines, "known": known, "error": error, "suppliers": suppliers_of(request.merchant),
    }  # fmt: skip
    is_bad = bool(error or form.errors or any(lines.errors))
    return render(request, "supplychain/receive.html", context, status=422 if is_bad else 200)

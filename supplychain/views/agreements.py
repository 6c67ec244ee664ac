"""三账: where order book, outbound book and funds book part, and what mends it."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from silk_road_ebao.kernel import clock
from supplychain.models import Parting
from supplychain.selectors.agreements import agreement_share, days_of, method_or_none, partings_of
from supplychain.services.agreements import compute_agreements

SPAN_DAYS = 30
MEND = {
    Parting.NO_ORDER: _("这笔钱没有开单。以后用“开单”收，这笔下次就对得上。"),
    Parting.ORDER_ONLY: _("没收钱也没出货：不做了就取消这张单子。"),
    Parting.NO_OUTBOUND: _("货给了就按“出货”；没给就取消，把钱退回。"),
    Parting.NO_FUNDS: _("货出了钱没到：让顾客扫这张单子的码，或者收回货。"),
    Parting.KG_DIFFERS: _("称的和订的差得多：打开单子，按“按实际重量结”，少给的钱退给顾客。"),
    Parting.AMOUNT_DIFFERS: _("钱和单子对不上：退过钱就补一张“退货”或“让价”。"),
    Parting.TOO_LATE: _("下单、出货、收款隔得太久。当天的事当天记。"),
}


@require_GET
@merchant_page()
def books(request: Any) -> HttpResponse:
    """Show thirty days: the share that agrees, each day, and where the books part."""
    today = clock.business_date(clock.now())
    since = today - timedelta(days=SPAN_DAYS - 1)
    days = list(days_of(request.merchant, since, today))
    page = Paginator(partings_of(request.merchant, [day.day for day in days]), 30).get_page(request.GET.get("page"))
    context = {
        "share": agreement_share(request.merchant, since, today),
        "days": days,
        "page": page,
        "partings": [(case, MEND[Parting(case.cause)]) for case in page],
        "method": method_or_none(today),
        "today": today,
    }
    return render(request, "supplychain/books.html", context)


@require_POST
@merchant_page()
def compare(request: Any) -> HttpResponse:
    """Compare today's books of this merchant now."""
    at = clock.now()
    today = clock.business_date(at)
    for back in range(4):
        compute_agreements(
            day=today - timedelta(days=back), merchant=request.merchant, actor=staff_actor(request.membership), at=at
        )
    return HttpResponseRedirect(reverse("supplychain:books"))

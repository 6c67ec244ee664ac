"""我的: the shop, who I am in it, and which of my shops I work for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.door import choose_merchant, merchant_page
from accounts.selectors.merchants import live_stalls, memberships_of, staff_of
from accounts.selectors.settlement_accounts import accounts_of
from silk_road_ebao.kernel.clock import now


@require_GET
@merchant_page()
def me(request: Any) -> HttpResponse:
    """Show the shop as registered, its stalls, staff and settlement accounts."""
    merchant = request.merchant
    context = {
        "stalls": live_stalls(merchant),
        "staff": staff_of(merchant),
        "settlement_accounts": accounts_of(merchant),
        "others": [m for m in memberships_of(request.user) if m.merchant_id != merchant.pk],
        "at": now(),
    }
    return render(request, "accounts/me.html", context)


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Work for another of one's shops from now on."""
    choose_merchant(request, request.POST.get("merchant_no", ""))
    return HttpResponseRedirect(reverse("payments:today"))

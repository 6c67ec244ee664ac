"""我的: the shop, who I am in it, which of my shops I work for; and the page of a person for himself."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.door import MerchantRequest, choose_merchant, merchant_page, signed_in_page
from accounts.models import User
from accounts.selectors.account_links import links_of
from accounts.selectors.consents import consents_of
from accounts.selectors.merchants import live_stalls, memberships_of, staff_of
from accounts.selectors.onboardings import open_onboarding
from accounts.selectors.parties import Party
from accounts.selectors.settlement_accounts import accounts_of
from accounts.views.answers import go, page
from accounts.views.links import told_of
from silk_road_ebao.kernel.clock import now


@require_GET
@signed_in_page
def me(request: HttpRequest) -> HttpResponse:
    """Show the shop of whoever has one, else the person's own page."""
    if memberships_of(cast(User, request.user)).exists():
        return _shop(request)
    return go("own")


@merchant_page()
def _shop(request: MerchantRequest) -> HttpResponse:
    """Show the shop as registered, its stalls, staff and settlement accounts."""
    merchant, user = request.merchant, cast(User, request.user)
    is_keeper = request.membership.role in ("OWNER", "BOOKKEEPER")
    context = {
        "stalls": live_stalls(merchant),
        "staff": staff_of(merchant),
        "settlement_accounts": accounts_of(merchant) if is_keeper else [],
        "others": [m for m in memberships_of(user) if m.merchant_id != merchant.pk],
        "is_keeper": is_keeper,
        "is_owner": request.membership.role == "OWNER",
        "form": open_onboarding(user),
        "waiting": _waiting(merchant) if is_keeper else 0,
        "at": now(),
    }
    return render(request, "accounts/me.html", context)


@require_GET
@signed_in_page
def own(request: HttpRequest) -> HttpResponse:
    """Show what is a person's own: accounts, links, consents, safety, data."""
    user = cast(User, request.user)
    person = user.person
    waiting = 0 if person is None else _waiting(person)
    return page(request, "accounts/own.html", {"person": person, "waiting": waiting, "form": open_onboarding(user)})


def _waiting(party: Party) -> int:
    """Count what waits for this side's answer: links and consents."""
    links: int = sum(bool(told_of(link, party)["is_asked"]) for link in links_of(party).filter(status="PROPOSED"))
    consents: int = consents_of(party).filter(status="REQUESTED", expires_at__gt=now()).count()
    return links + consents


@require_POST
@signed_in_page
def choose(request: HttpRequest) -> HttpResponse:
    """Work for another of one's shops from now on."""
    choose_merchant(request, request.POST.get("merchant_no", ""))
    return HttpResponseRedirect(reverse("payments:today"))

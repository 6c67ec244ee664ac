"""账户关联: propose, agree, decline, end. Both sides see the same."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import PartyRequest, party_page
from accounts.forms import LinkForm, account_choices
from accounts.models import AccountLink, Merchant
from accounts.selectors.account_links import link_of, links_of, source_of, target_of
from accounts.selectors.parties import Party, party_key
from accounts.selectors.settlement_accounts import account_of, accounts_of
from accounts.services.account_links import agree_link, decline_link, end_link, propose_link
from accounts.services.counterparties import find_counterparty
from accounts.views.answers import found, go, page, told
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.crypto import mask_name
from silk_road_ebao.kernel.refusals import Refusal


def told_of(link: AccountLink, party: Party) -> dict[str, Any]:
    """Put a link in words for one side: who the other is, what they are to each other, whose turn it is."""
    is_source = party_key(source_of(link)) == party_key(party)
    other = target_of(link) if is_source else source_of(link)
    mine, theirs = link.source_account, link.target_account
    is_open = link.status in ("PROPOSED", "LIVE")
    return {
        "link": link,
        "name": party_name(other),
        "is_shop": isinstance(other, Merchant),
        "relation": relation_text(link, is_source=is_source),
        "mine": mine if is_source else theirs,
        "theirs": (theirs if is_source else mine) if is_open else None,
        "is_asked": link.status == "PROPOSED" and link.proposed_by_source != is_source,
        "is_open": is_open,
    }


def party_name(party: Party) -> str:
    """Name the other side: a shop by its sign, a person by his masked name."""
    return party.name if isinstance(party, Merchant) else mask_name(party.full_name)


def relation_text(link: AccountLink, *, is_source: bool) -> str:
    """Say what the other side is to this one."""
    if link.relation == "FAMILY":
        return str(link.get_relation_display())
    text = _("我方是对方的%(relation)s") if is_source else _("对方是我方的%(relation)s")
    return text % {"relation": link.get_relation_display()}


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def links(request: PartyRequest) -> HttpResponse:
    """List every link, what waits for an answer first."""
    rows = [told_of(link, request.party) for link in links_of(request.party)]
    context = {
        "asked": [row for row in rows if row["is_asked"]],
        "open": [row for row in rows if row["is_open"] and not row["is_asked"]],
        "past": [row for row in rows if not row["is_open"]],
    }
    return page(request, "accounts/links.html", context)


@require_http_methods(["GET", "POST"])
@party_page("OWNER")
def new(request: PartyRequest) -> HttpResponse:
    """Propose a link to a phone or a merchant number."""
    given = request.POST if request.method == "POST" else None
    form = LinkForm(given, side=request.side, accounts=accounts_of(request.party))
    if request.method == "POST" and form.is_valid():
        try:
            link = _propose(request, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已发给对方，等对方同意"))
            return go("link", request.side, link.link_no)
    return page(request, "accounts/link_new.html", {"form": form}, status=422 if form.errors else 200)


def _propose(request: PartyRequest, form: LinkForm) -> AccountLink:
    typed, party, at = form.cleaned_data, request.party, clock.now()
    other = find_counterparty(text=typed["target"], seeker=party, actor=request.actor, at=at)
    who, _colon, relation = typed["relation"].partition(":")
    number = typed["account"]
    account = found(account_of, party, number) if number else None
    is_source = who == "me"
    until = typed["valid_until"]
    return propose_link(
        source=party if is_source else other,
        target=other if is_source else party,
        relation=relation,
        proposer=party,
        evidence_kind=typed["evidence_kind"],
        evidence_note=typed["evidence_note"],
        source_account=account if is_source else None,
        target_account=None if is_source else account,
        valid_until=datetime.combine(until, time(23, 59, 59), BUSINESS_ZONE) if until else None,
        actor=request.actor,
        at=at,
    )


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def link(request: PartyRequest, link_no: str) -> HttpResponse:
    """Show one link as this side sees it, with what it may do."""
    row = found(link_of, request.party, link_no)
    choices = account_choices(accounts_of(request.party))
    return page(request, "accounts/link.html", {**told_of(row, request.party), "choices": choices})


@require_POST
@party_page("OWNER")
def answer(request: PartyRequest, link_no: str, verb: str) -> HttpResponse:
    """Agree, decline or end."""
    row = found(link_of, request.party, link_no)
    step: dict[str, Any] = {"link": row, "party": request.party, "actor": request.actor, "at": clock.now()}
    if verb == "agree":
        number = request.POST.get("account", "")
        chosen = found(account_of, request.party, number) if number else None
        told(request, lambda: agree_link(**step, account=chosen), _("已同意，关联生效"))
    elif verb == "decline":
        told(request, lambda: decline_link(**step), _("已拒绝"))
    elif verb == "end":
        told(request, lambda: end_link(**step, reason="by party"), _("关联已结束"))
    else:
        raise Http404
    return go("link", request.side, link_no)

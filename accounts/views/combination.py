"""账户组合: the picture of a party's accounts, banks, links and credit; and the one trunk by three directions."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.door import PartyRequest, party_page
from accounts.models import Consent, Merchant
from accounts.selectors.trunks import ACTIVITY_WINDOW_DAYS, CreditLine, Trunk, trunk_of
from accounts.views.answers import page
from accounts.views.consents import kinds_text
from accounts.views.links import told_of
from accounts.views.picture import draw
from silk_road_ebao.kernel import clock

LIMITS = {
    "UNDER_10K": gettext_lazy("1 万以下"),
    "10K_50K": gettext_lazy("1 万到 5 万"),
    "50K_100K": gettext_lazy("5 万到 10 万"),
    "100K_300K": gettext_lazy("10 万到 30 万"),
    "300K_1M": gettext_lazy("30 万到 100 万"),
    "OVER_1M": gettext_lazy("100 万以上"),
}
USAGES = {
    "NONE": gettext_lazy("没用"),
    "UNDER_30": gettext_lazy("三成以下"),
    "30_70": gettext_lazy("三到七成"),
    "70_90": gettext_lazy("七到九成"),
    "OVER_90": gettext_lazy("九成以上"),
}


def _own_name(request: PartyRequest) -> str:
    party = request.party
    return party.name if isinstance(party, Merchant) else party.full_name


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def combination(request: PartyRequest) -> HttpResponse:
    """Draw the combination, with a table behind."""
    trunk = trunk_of(request.party, clock.now())
    links = [told_of(link, request.party) for link in trunk.links]
    picture = draw(trunk, links, side=request.side, name=_own_name(request), is_mirrored=get_language_bidi())
    return page(request, "accounts/combination.html", {"trunk": trunk, "links": links, "picture": picture})


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def credit(request: PartyRequest) -> HttpResponse:
    """Show credit at the centre, and everything by bank, platform and user."""
    trunk = trunk_of(request.party, clock.now())
    context = {
        "trunk": trunk,
        "lines": [_line(line) for branch in trunk.banks for line in branch.credit_lines],
        "links": [told_of(link, request.party) for link in trunk.links],
        "consents": [{"row": one, "kinds": kinds_text(one.kinds)} for one in _in_force(trunk)],
    }
    return page(request, "accounts/credit.html", context)


def _line(line: CreditLine) -> dict[str, Any]:
    """Say one credit account in words: bands only, and how often it was used."""
    words = {
        "bank": line.account.bank.name,
        "limit": LIMITS[line.account.limit_band],
        "used": USAGES[line.account.usage_band],
    }
    often = {"window": ACTIVITY_WINDOW_DAYS, "days": line.active_days}
    return {
        "account": line.account,
        "sub": _("%(bank)s · 额度 %(limit)s · 已用 %(used)s") % words,
        "often": _("近 %(window)s 天用了 %(days)s 天") % often,
    }


def _in_force(trunk: Trunk) -> list[Consent]:
    return [one for one in trunk.consents if one.status == "ACTIVE" and one.expires_at > trunk.as_of]

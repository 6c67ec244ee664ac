"""Opening of markets."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Market
from accounts.rules.identity import PROVINCE_CODES
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal


class UnknownProvince(Refusal):
    """A province code that GB/T 2260 does not list."""

    message = _("没有这个省份，请从列表里选")
    field = "province"


@transaction.atomic
def open_market(*, code: str, name: str, province: str, actor: Actor, at: datetime, address: str = "") -> Market:
    """Open a market, or return the one that already bears the code.

    Raises:
        UnknownProvince: the code is not one of GB/T 2260.
    """
    if province not in PROVINCE_CODES:
        raise UnknownProvince
    market, is_new = Market.objects.get_or_create(
        code=code, defaults={"name": name, "province": province, "address": address, "opened_at": at}
    )
    if is_new:
        record(actor=actor, action="accounts.market.open", subject=f"market:{code}", at=at, detail={"name": name})
    return market

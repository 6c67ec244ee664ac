"""Opening and closing of stalls."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Market, Merchant, Stall
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal


class StallTaken(Refusal):
    """Somebody else has the stall."""

    message = _("%(label)s 这个摊位已经有人登记了，请核对摊号")
    field = "stall_label"


class StallAbroad(Refusal):
    """The market lies in another province than the merchant (R8)."""

    message = _("这个市场不在商户登记的省份")
    field = "market"


@transaction.atomic
def open_stall(*, merchant: Merchant, market: Market, label: str, signboard: str, actor: Actor, at: datetime) -> Stall:
    """Open a stall of a merchant in a market.

    Raises:
        StallTaken: the label has a live stall.
        StallAbroad: market and merchant in different provinces (R8, 银发〔2017〕296).
    """
    if market.province != merchant.province:
        raise StallAbroad
    try:
        with transaction.atomic():
            stall = Stall.objects.create(
                stall_no=new_no("STL"),
                merchant=merchant,
                market=market,
                label=label,
                signboard=signboard or merchant.name,
                opened_at=at,
            )
    except IntegrityError:
        raise StallTaken(label=label) from None
    record(
        actor=actor,
        action="accounts.stall.open",
        subject=stall.stall_no,
        at=at,
        detail={"merchant": merchant.merchant_no},
    )
    return stall


@transaction.atomic
def close_stall(*, stall: Stall, actor: Actor, at: datetime) -> None:
    """Close a stall; a second closing changes nothing."""
    if Stall.objects.filter(pk=stall.pk, closed_at__isnull=True).update(closed_at=at):
        record(actor=actor, action="accounts.stall.close", subject=stall.stall_no, at=at, detail={})

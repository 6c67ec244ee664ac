"""What the merchant adds to his assessment: what he needs."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import NeedStatement


class NeedUnfit(Refusal):
    """Amounts above zero, a margin below 100 %."""

    message = _("请填想用多少钱（大于 0），毛利率要小于 100%")
    field = "requested_fen"


@transaction.atomic
def state_need(
    *,
    merchant: Merchant,
    requested_fen: int,
    own_funds_fen: int,
    loans_fen: int,
    other_sources_fen: int,
    margin_bps: int,
    growth_bps: int,
    receivable_days: int = 0,
    payable_days: int = 0,
    prepaid_days: int = 0,
    advance_days: int = 0,
    actor: Actor,
    at: datetime,
) -> NeedStatement:
    """Write down what a merchant says he needs and owes; the newest counts.

    Raises:
        NeedUnfit
    """
    if requested_fen <= 0 or min(own_funds_fen, loans_fen, other_sources_fen) < 0 or not 0 <= margin_bps < 10_000:
        raise NeedUnfit
    return NeedStatement.objects.create(
        merchant=merchant,
        requested_fen=requested_fen,
        own_funds_fen=own_funds_fen,
        loans_fen=loans_fen,
        other_sources_fen=other_sources_fen,
        margin_bps=margin_bps,
        growth_bps=growth_bps,
        receivable_days=receivable_days,
        payable_days=payable_days,
        prepaid_days=prepaid_days,
        advance_days=advance_days,
        stated_at=at,
        stated_by=(actor.label or actor.ref)[:80],
    )

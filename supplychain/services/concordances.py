"""Concordance: a market's name for goods, carried over to our code by two people with a reason."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity, CommodityConcordance

VERB = "supplychain.concordance.add"


class ConcordanceReasonMissing(Refusal):
    """A carried-over name needs its evidence."""

    message = _("请写明依据，比如市场的更名公告")
    field = "reason"


class ConcordanceUnfit(Refusal):
    """Name, source or factor missing."""

    message = _("来源、原名称都要填，公斤系数要大于 0")
    field = "source_name"


def add_concordance(
    *,
    source: str,
    source_name: str,
    commodity: Commodity,
    reason: str,
    since: date,
    kg_factor: Decimal = Decimal(1),
    maker: Actor,
    at: datetime,
) -> Approval:
    """Ask a second person to carry a market's name over to a code from a day on; the earlier entry ends then.

    Raises:
        ConcordanceReasonMissing, ConcordanceUnfit, and what `request_approval` refuses.
    """
    if not reason.strip():
        raise ConcordanceReasonMissing
    if not source.strip() or not source_name.strip() or not 0 < kg_factor <= 10_000:
        raise ConcordanceUnfit
    diff = {
        "source": source.strip(),
        "source_name": source_name.strip(),
        "commodity": f"{commodity.code}:{commodity.version}",
        "variety": commodity.variety,
        "kg_factor": str(kg_factor),
        "since": since,
        "reason": reason.strip()[:200],
    }
    return request_approval(
        verb=VERB, subject=f"concordance:{source.strip()}:{source_name.strip()}"[:120], diff=diff, maker=maker, at=at
    )


@approves(VERB)
@transaction.atomic
def carry_out_concordance(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> CommodityConcordance:
    """Write the approved concordance, ending the one before."""
    code, version = diff["commodity"].split(":")
    since = date.fromisoformat(diff["since"])
    open_rows = CommodityConcordance.objects.filter(
        source=diff["source"], source_name=diff["source_name"], valid_until__isnull=True
    )
    open_rows.update(valid_until=since)
    return CommodityConcordance.objects.create(
        source=diff["source"],
        source_name=diff["source_name"],
        commodity=Commodity.objects.get(code=code, version=version),
        kg_factor=Decimal(diff["kg_factor"]),
        valid_from=since,
        reason=diff["reason"],
        decided_by=f"{actor.kind}:{actor.ref}"[:80],
        decided_at=at,
    )

"""Concordance: what a market's names mean in our codes, changed by two people with a reason."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity, PriceSource
from supplychain.services.price_sources import Equation, enter_concordance

VERB = "supplychain.concordance.enter"
MOST_LINES = 1_000


class ConcordanceReasonMissing(Refusal):
    """A carried-over name needs its evidence."""

    message = _("请写明依据，比如市场的更名公告")
    field = "reason"


class ConcordanceUnfit(Refusal):
    """Name or variety missing, a factor out of range, no line, or too many."""

    message = _("原名称、对应的品种都要填，公斤系数要大于 0，一次最多 1,000 个名称")
    field = "source_name"


def equation_of(
    *, source_name: str, commodity: Commodity, since: date, reason: str, kg_factor: Decimal = Decimal(1)
) -> Equation:
    """Say that a name means a known commodity from a day on; `kg_factor` kg of ours for one of theirs."""
    return Equation(
        source_name=source_name.strip(),
        code=commodity.code,
        variety=commodity.variety,
        category=commodity.category,
        origin_class=commodity.origin_class,
        grade=commodity.grade,
        kg_factor=kg_factor,
        valid_from=since,
        reason=reason.strip(),
    )


def ask_for_concordance(*, source: PriceSource, equations: Sequence[Equation], maker: Actor, at: datetime) -> Approval:
    """Ask a second person to give names their meaning, many at once; an earlier meaning ends then.

    Raises:
        ConcordanceReasonMissing, ConcordanceUnfit, and what `request_approval` refuses.
    """
    if not all(line.reason.strip() for line in equations):
        raise ConcordanceReasonMissing
    named = {line.source_name: line for line in equations if line.source_name and line.variety}
    factors_fit = all(0 < line.kg_factor < 10_000 for line in equations)
    if not 0 < len(named) == len(equations) <= MOST_LINES or not factors_fit:
        raise ConcordanceUnfit
    lines = {f"「{name}」": _frozen(line) for name, line in named.items()}
    diff = {"source": source.code, **lines}
    return request_approval(verb=VERB, subject=f"concordance:{source.code}", diff=diff, maker=maker, at=at)


def _frozen(line: Equation) -> dict[str, str]:
    told = {name: str(value) for name, value in asdict(line).items() if name != "source_name"}
    return {name: value for name, value in told.items() if value}


@approves(VERB)
def carry_out_concordance(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> int:
    """Enter the approved names and take up the rows that waited; returns how many."""
    source = PriceSource.objects.get(code=diff["source"])
    equations = [_thawed(name[1:-1], told) for name, told in diff.items() if name != "source"]
    return enter_concordance(source=source, equations=equations, actor=actor, at=at)


def _thawed(source_name: str, told: dict[str, str]) -> Equation:
    return Equation(
        source_name=source_name,
        code=told.get("code", ""),
        variety=told["variety"],
        category=told["category"],
        origin_class=told["origin_class"],
        grade=told["grade"],
        kg_factor=Decimal(told["kg_factor"]),
        valid_from=date.fromisoformat(told["valid_from"]),
        reason=told["reason"],
    )

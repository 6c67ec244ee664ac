"""Risk arithmetic: what a rule measures and when it strikes. All amounts in fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ACTIONS = ("PASS", "REVIEW", "HOLD", "REFUSE")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data. `params` hold its bound, window and the like."""

    code: str
    measure: str
    params: Mapping[str, Any]
    action: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an order when it is screened. `figures` holds what each rule measured, by the rule's code."""

    amount_fen: int
    hour: int
    merchant_age_days: int
    figures: Mapping[str, int]


def strikes(rule: Rule, facts: Facts) -> dict[str, int] | None:
    """Return the figures that make a rule strike, or None when it does not."""
    bound = int(rule.params.get("bound", 0))
    if facts.amount_fen <= int(rule.params.get("least_fen", 0)):
        return None
    if rule.measure == "AMOUNT":
        return {"amount_fen": facts.amount_fen, "bound": bound} if facts.amount_fen > bound else None
    if rule.measure == "NIGHT":
        hours = (int(rule.params.get("from_hour", 0)), int(rule.params.get("to_hour", 5)))
        is_night = hours[0] <= facts.hour < hours[1]
        if not is_night or facts.amount_fen <= bound:
            return None
        peers_bps, most_bps = facts.figures.get(rule.code, 0), int(rule.params.get("peers_bps", 0))
        if most_bps and peers_bps <= most_bps:
            return None
        return {"hour": facts.hour, "amount_fen": facts.amount_fen, "peers_bps": peers_bps}
    if rule.measure == "NEW_MERCHANT":
        young = facts.merchant_age_days < int(rule.params.get("days", 30))
        return {"age_days": facts.merchant_age_days} if young and facts.amount_fen > bound else None
    found = facts.figures.get(rule.code)
    if found is None:
        return None
    return {rule.measure.lower(): found, "bound": bound} if found > bound else None


def hardest(actions: Sequence[str]) -> str:
    """Return the hardest of several actions; PASS of none."""
    return max(actions, key=ACTIONS.index, default="PASS")

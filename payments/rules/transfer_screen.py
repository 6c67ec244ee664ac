"""What malicious top-ups and withdrawals look like, and when a rule strikes one. Amounts in fen."""

from collections.abc import Mapping
from dataclasses import dataclass

from payments.rules.risk import Rule

MEASURES = ("AMOUNT", "VELOCITY", "DEVICE", "CYCLE", "BINDING_CHANGE", "SPLIT_AMOUNT", "NIGHT")


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """One transfer order: its amount, hour, hours since the bound account changed, and what each rule measured."""

    amount_fen: int
    hour: int
    bound_for_hours: int | None
    figures: Mapping[str, int]


def strikes_transfer(rule: Rule, facts: TransferFacts) -> dict[str, int] | None:
    """Return the figures that make a rule strike a transfer, or None."""
    bound = int(rule.params.get("bound", 0))
    if facts.amount_fen <= int(rule.params.get("least_fen", 0)):
        return None
    if rule.measure == "AMOUNT":
        return {"amount_fen": facts.amount_fen, "bound": bound} if facts.amount_fen > bound else None
    if rule.measure == "NIGHT":
        is_night = int(rule.params.get("from_hour", 0)) <= facts.hour < int(rule.params.get("to_hour", 5))
        return {"hour": facts.hour, "amount_fen": facts.amount_fen} if is_night and facts.amount_fen > bound else None
    if rule.measure == "BINDING_CHANGE":
        hours = facts.bound_for_hours
        return {"hours": hours, "bound": bound} if hours is not None and hours < bound else None
    found = facts.figures.get(rule.code)
    return {rule.measure.lower(): found, "bound": bound} if found is not None and found > bound else None

"""Fee arithmetic: flat, by rate, tiered, with minimum and cap. Integer fen, half up, exact (R28)."""

from collections.abc import Sequence
from dataclasses import dataclass

from silk_road_ebao.kernel.money import bps_of
from silk_road_ebao.kernel.state_table import StateTable

FLAT, BPS, TIERED_MARGINAL, TIERED_RETROACTIVE = "FLAT", "BPS", "TIERED_MARGINAL", "TIERED_RETROACTIVE"
METHODS = (FLAT, BPS, TIERED_MARGINAL, TIERED_RETROACTIVE)
TARIFF_VERSION = StateTable({"DRAFT": {"ACTIVE", "REFUSED"}, "ACTIVE": {"ENDED"}, "REFUSED": set(), "ENDED": set()})
CONTRACT = StateTable({"DRAFT": {"SIGNED", "REFUSED"}, "SIGNED": {"ENDED"}, "REFUSED": set(), "ENDED": set()})


class TiersUnfitError(ValueError):
    """Say why a ladder of tiers cannot be used."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a ladder: the rate up to a cumulated amount in fen; None is without end."""

    upto_fen: int | None
    rate_bps: int


def read_tiers(raw: Sequence[dict[str, int | None]]) -> list[Tier]:
    """Read a ladder from its stored form; raises TiersUnfitError unless it rises and ends open."""
    tiers = [Tier(step.get("upto_fen"), int(step.get("rate_bps") or 0)) for step in raw]
    if not tiers or tiers[-1].upto_fen is not None or any(tier.upto_fen is None for tier in tiers[:-1]):
        raise TiersUnfitError("the last tier, and only that, is without end")
    bounds = [tier.upto_fen or 0 for tier in tiers[:-1]]
    if bounds != sorted(set(bounds)) or any(bound <= 0 for bound in bounds):
        raise TiersUnfitError("tiers must rise")
    if any(not 0 <= tier.rate_bps <= 10_000 for tier in tiers):
        raise TiersUnfitError("a rate is 0 to 10000 bps")
    return tiers


def marginal_fee(base_fen: int, tiers: Sequence[Tier]) -> int:
    """Charge each slice of a cumulated base at its own tier's rate."""
    fee, start = 0, 0
    for tier in tiers:
        end = base_fen if tier.upto_fen is None else min(base_fen, tier.upto_fen)
        if end > start:
            fee += bps_of(end - start, tier.rate_bps)
            start = end
    return fee


def retroactive_fee(base_fen: int, tiers: Sequence[Tier]) -> int:
    """Charge the whole cumulated base at the rate of the tier it has reached."""
    for tier in tiers:
        if tier.upto_fen is None or base_fen <= tier.upto_fen:
            return bps_of(base_fen, tier.rate_bps)
    return 0


def tiered_fee(method: str, before_fen: int, today_fen: int, tiers: Sequence[Tier]) -> int:
    """Charge today's part of a period's ladder: the fee through today less the fee through yesterday.

    Negative when a retroactive ladder has reached a cheaper tier: the difference is given back.
    """
    fee_of = marginal_fee if method == TIERED_MARGINAL else retroactive_fee
    return fee_of(before_fen + today_fen, tiers) - fee_of(before_fen, tiers)


def clamp(fee_fen: int, min_fen: int, cap_fen: int | None) -> int:
    """Hold a single fee between minimum and cap."""
    held = max(fee_fen, min_fen)
    return held if cap_fen is None else min(held, cap_fen)


def returned_fee(fee_fen: int, amount_fen: int, refunded_before_fen: int, refund_fen: int) -> int:
    """Give back the part of a fee that falls to a refund, so that all parts together are the whole fee (R28)."""

    def through(refunded_fen: int) -> int:
        return (2 * fee_fen * refunded_fen + amount_fen) // (2 * amount_fen)

    return through(refunded_before_fen + refund_fen) - through(refunded_before_fen)

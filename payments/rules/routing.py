"""Which of a merchant's acquirers takes a payment."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One acquirer at which the merchant is on-boarded. `rank` is the merchant's own order, lower first."""

    acquirer_code: str
    rate_bps: int
    rank: int
    is_open: bool
    flows: frozenset[str]


def route(ways: Iterable[Way], *, flow: str, wallet: str = "") -> list[str]:
    """List acquirer codes to try, best first.

    A wallet can only be paid through its own acquirer. Otherwise the merchant's rank decides, then the rate;
    an acquirer whose breaker is open stands last: still better than nothing.
    """
    fit = [way for way in ways if flow in way.flows and wallet in ("", way.acquirer_code)]
    return [way.acquirer_code for way in sorted(fit, key=lambda way: (not way.is_open, way.rank, way.rate_bps))]

"""Say what a new name most likely continues: the name itself, the price level, the volume; a person decides.

Prices are fen per kg, volumes kg per trading day. Nothing here enters a concordance.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LIKE_ENOUGH = 0.5
SAME_PRICE_LOG = math.log(2)
FAR_PRICE_LOG = math.log(3)
SAME_VOLUME_LOG = math.log(3)
SPLIT = re.compile(r"[\s·・/（(\-—_]+")


@dataclass(frozen=True)
class NameFacts:
    """A name as it traded: unit value and volume of four weeks, or None where it did not."""

    name: str
    price_fen_kg: float | None
    kg_per_day: float


class Strength(StrEnum):
    """How much speaks for a proposal: STRONG may be ticked beforehand, WEAK never is."""

    STRONG = "STRONG"
    LIKELY = "LIKELY"
    WEAK = "WEAK"


@dataclass(frozen=True)
class Match:
    """A new name and the one it may continue.

    `likeness` 0–1; `price_log` ln(new / old), None without a price on one side; `volume_log` ln(all that would
    continue the old name / the old name before).
    """

    name: str
    continues: str
    likeness: float
    price_log: float | None
    volume_log: float | None
    strength: Strength


def likeness_of(name: str, known: str) -> float:
    """Compare two names: 1 the same, 0.95 one is the other's first word ("番茄 牛番茄"), 0.85 its beginning."""
    if name == known:
        return 1.0
    if SPLIT.split(name, maxsplit=1)[0] == known:
        return 0.95
    if name.startswith(known) or known.startswith(name):
        return 0.85
    return SequenceMatcher(None, name, known).ratio() * 0.8


def propose_matches(names: Sequence[NameFacts], known: Sequence[NameFacts]) -> list[Match]:
    """Propose for each new name the likeliest known one, in the order given; names like none are left out."""
    best = {row.name: found for row in names if (found := _most_like(row, known)) is not None}
    after: dict[str, float] = {}
    for row in names:
        if row.name in best:
            after[best[row.name][1].name] = after.get(best[row.name][1].name, 0.0) + row.kg_per_day
    matches = []
    for row in names:
        if row.name in best:
            likeness, old = best[row.name]
            price = _log(row.price_fen_kg, old.price_fen_kg)
            volume = _log(after[old.name], old.kg_per_day)
            matches.append(Match(row.name, old.name, likeness, price, volume, _strength(likeness, price, volume)))
    return matches


def _most_like(row: NameFacts, known: Sequence[NameFacts]) -> tuple[float, NameFacts] | None:
    scored = [(likeness_of(row.name, old.name), len(old.name), old.name, old) for old in known]
    likeness, _length, _name, old = max(scored, default=(0.0, 0, "", row))
    return (likeness, old) if likeness >= LIKE_ENOUGH else None


def _strength(likeness: float, price_log: float | None, volume_log: float | None) -> Strength:
    if likeness < 0.85 or (price_log is not None and abs(price_log) > FAR_PRICE_LOG):
        return Strength.WEAK
    if price_log is None or volume_log is None:
        return Strength.LIKELY
    same = abs(price_log) <= SAME_PRICE_LOG and abs(volume_log) <= SAME_VOLUME_LOG
    return Strength.STRONG if same else Strength.LIKELY


def _log(now: float | None, then: float | None) -> float | None:
    return math.log(now / then) if now and then else None

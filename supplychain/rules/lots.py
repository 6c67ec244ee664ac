"""Which lots a sale is taken from, and which a return goes back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class StockShortBy(Exception):
    """Not enough in all lots together; `missing_kg` says how much."""

    def __init__(self, missing_kg: Decimal) -> None:
        self.missing_kg = missing_kg
        super().__init__(f"{missing_kg} kg missing")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one lot has on hand."""

    lot_id: int
    arrived_at: datetime
    on_hand_kg: Decimal


@dataclass(frozen=True, slots=True)
class Pick:
    """Kg of one lot."""

    lot_id: int
    kg: Decimal


def pick_fifo(shelves: Sequence[Shelf], need_kg: Decimal) -> list[Pick]:
    """Take what arrived first; on the same moment the lower id.

    Raises StockShortBy when all lots together do not hold enough, and takes nothing.
    """
    picks, left = [], need_kg
    for shelf in sorted(shelves, key=lambda shelf: (shelf.arrived_at, shelf.lot_id)):
        taken = min(shelf.on_hand_kg, left)
        if taken > 0:
            picks.append(Pick(shelf.lot_id, taken))
            left -= taken
        if left <= 0:
            return picks
    if left > 0:
        raise StockShortBy(left)
    return picks


def after(shelves: Sequence[Shelf], picks: Sequence[Pick]) -> list[Shelf]:
    """Return what the lots hold once the picks are taken; the next line of the same sale sees that."""
    taken: dict[int, Decimal] = {}
    for pick in picks:
        taken[pick.lot_id] = taken.get(pick.lot_id, Decimal(0)) + pick.kg
    return [
        Shelf(shelf.lot_id, shelf.arrived_at, shelf.on_hand_kg - taken.get(shelf.lot_id, Decimal(0)))
        for shelf in shelves
    ]


def put_back(left: Sequence[Pick], kg: Decimal) -> list[Pick]:
    """Give kg back to the lots they came from, the last taken first.

    Raises ValueError when more comes back than left.
    """
    picks, rest = [], kg
    for pick in reversed(left):
        given = min(pick.kg, rest)
        if given > 0:
            picks.append(Pick(pick.lot_id, given))
            rest -= given
        if rest <= 0:
            return picks
    if rest > 0:
        raise ValueError(f"{rest} kg came back that never left")
    return picks

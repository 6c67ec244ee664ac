"""Decide whether there is enough trade to publish a number; give reason codes if not."""

from dataclasses import dataclass
from enum import StrEnum

from supplychain.rules.index_method import IndexMethod


class Decision(StrEnum):
    """HOLD has a number that waits for a second person; ASK has none until somebody says what the names mean."""

    PUBLISH = "PUBLISH"
    HOLD = "HOLD"
    ASK = "ASK"
    WITHHOLD = "WITHHOLD"


class Shortfall(StrEnum):
    """Why a number is not published; the sentences for users live with the pages."""

    CELL_FEW_MERCHANTS = "CELL_FEW_MERCHANTS"
    CELL_FEW_DAYS = "CELL_FEW_DAYS"
    CELL_FEW_TRADES = "CELL_FEW_TRADES"
    SUB_FEW_CELLS = "SUB_FEW_CELLS"
    SUB_FEW_MERCHANTS = "SUB_FEW_MERCHANTS"
    SUB_ONE_MERCHANT_DOMINATES = "SUB_ONE_MERCHANT_DOMINATES"
    SUB_LOW_MATCHED_SHARE = "SUB_LOW_MATCHED_SHARE"
    ALL_LOW_MATCHED_SHARE = "ALL_LOW_MATCHED_SHARE"
    ALL_MATCHED_SHARE_TO_REVIEW = "ALL_MATCHED_SHARE_TO_REVIEW"
    ALL_NAMES_CHANGED = "ALL_NAMES_CHANGED"


@dataclass(frozen=True)
class Sufficiency:
    decision: Decision
    shortfalls: tuple[Shortfall, ...]


def judge_cell(*, merchants: int, days: int, trades: int, method: IndexMethod) -> Sufficiency:
    """Decide on one cell in one week."""
    return _withhold_if(
        (merchants < method.cell_merchants_min, Shortfall.CELL_FEW_MERCHANTS),
        (days < method.cell_days_min, Shortfall.CELL_FEW_DAYS),
        (trades < method.cell_trades_min, Shortfall.CELL_FEW_TRADES),
    )


def judge_sub_index(
    *,
    cells: int,
    merchants: int,
    largest_merchant_share: float,
    matched_share: float,
    method: IndexMethod,
) -> Sufficiency:
    """Decide on a sub-index; shares of value, NaN counts as too little."""
    return _withhold_if(
        (cells < method.sub_cells_min, Shortfall.SUB_FEW_CELLS),
        (merchants < method.sub_merchants_min, Shortfall.SUB_FEW_MERCHANTS),
        (
            not largest_merchant_share <= method.sub_largest_share_max,
            Shortfall.SUB_ONE_MERCHANT_DOMINATES,
        ),
        (not matched_share >= method.sub_matched_share_min, Shortfall.SUB_LOW_MATCHED_SHARE),
    )


def judge_all_items(*, matched_share: float, has_stood: bool = False, method: IndexMethod) -> Sufficiency:
    """Withhold below the floor, hold for review below the second limit; NaN is below both.

    `has_stood`: the series was published until now. What then suddenly no longer matches was most likely renamed: a
    person is asked for a concordance. A market without trade (NaN) has nothing to rename.
    """
    if has_stood and matched_share < method.all_matched_share_min:
        return Sufficiency(Decision.ASK, (Shortfall.ALL_NAMES_CHANGED,))
    if not matched_share >= method.all_matched_share_min:
        return Sufficiency(Decision.WITHHOLD, (Shortfall.ALL_LOW_MATCHED_SHARE,))
    if matched_share < method.all_matched_share_hold:
        return Sufficiency(Decision.HOLD, (Shortfall.ALL_MATCHED_SHARE_TO_REVIEW,))
    return Sufficiency(Decision.PUBLISH, ())


def _withhold_if(*tests: tuple[bool, Shortfall]) -> Sufficiency:
    shortfalls = tuple(shortfall for failed, shortfall in tests if failed)
    decision = Decision.WITHHOLD if shortfalls else Decision.PUBLISH
    return Sufficiency(decision, shortfalls)

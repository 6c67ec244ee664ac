"""The versioned method record of the supply-chain index: every parameter, no arithmetic."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class IndexMethod:
    """指数方法版本: the parameters a release was computed with; stored with it, never edited.

    Shares and tolerances are fractions of 1, `_log` limits natural logarithms of price ratios.
    """

    version: str
    # headline
    window_weeks: int
    base_weeks: int
    flash_weeks: int
    carry_weeks: int
    # outliers, against the cell's volume-weighted median of its last trading days
    reference_days: int
    reject_log: float
    quarantine_log: float
    mad_multiple: float
    mad_scale: float
    merchant_cap_share: float
    # sufficiency
    cell_merchants_min: int
    cell_days_min: int
    cell_trades_min: int
    sub_cells_min: int
    sub_merchants_min: int
    sub_largest_share_max: float
    sub_matched_share_min: float
    all_matched_share_min: float
    all_matched_share_hold: float


PROPOSED_METHOD = IndexMethod(
    version="2026.1",
    window_weeks=105,
    base_weeks=52,
    flash_weeks=4,
    carry_weeks=2,
    reference_days=14,
    reject_log=math.log(3),
    quarantine_log=math.log(2),
    mad_multiple=3.5,
    mad_scale=1.4826,
    merchant_cap_share=0.30,
    cell_merchants_min=3,
    cell_days_min=2,
    cell_trades_min=10,
    sub_cells_min=5,
    sub_merchants_min=5,
    sub_largest_share_max=0.50,
    sub_matched_share_min=0.60,
    all_matched_share_min=0.80,
    all_matched_share_hold=0.90,
)

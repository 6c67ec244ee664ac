"""Too little trade is said, with its reasons, never filled."""

import math

import pytest

from supplychain.rules.index_method import PROPOSED_METHOD as METHOD
from supplychain.rules.sufficiency import Decision, Shortfall, judge_all_items, judge_cell, judge_sub_index


def test_a_cell_at_its_limits_is_published() -> None:
    assert judge_cell(merchants=3, days=2, trades=10, method=METHOD).decision is Decision.PUBLISH


def test_a_cell_names_everything_it_lacks() -> None:
    verdict = judge_cell(merchants=2, days=1, trades=9, method=METHOD)

    assert verdict.decision is Decision.WITHHOLD
    assert verdict.shortfalls == (
        Shortfall.CELL_FEW_MERCHANTS,
        Shortfall.CELL_FEW_DAYS,
        Shortfall.CELL_FEW_TRADES,
    )


def test_a_sub_index_at_its_limits_is_published() -> None:
    verdict = judge_sub_index(cells=5, merchants=5, largest_merchant_share=0.5, matched_share=0.6, method=METHOD)

    assert verdict.decision is Decision.PUBLISH
    assert verdict.shortfalls == ()


@pytest.mark.parametrize(
    ("change", "shortfall"),
    [
        ({"cells": 4}, Shortfall.SUB_FEW_CELLS),
        ({"merchants": 4}, Shortfall.SUB_FEW_MERCHANTS),
        ({"largest_merchant_share": 0.501}, Shortfall.SUB_ONE_MERCHANT_DOMINATES),
        ({"matched_share": 0.599}, Shortfall.SUB_LOW_MATCHED_SHARE),
        ({"matched_share": math.nan}, Shortfall.SUB_LOW_MATCHED_SHARE),
    ],
)
def test_a_sub_index_is_withheld_for_each_shortfall(change: dict[str, float], shortfall: Shortfall) -> None:
    enough = {"cells": 5, "merchants": 5, "largest_merchant_share": 0.5, "matched_share": 0.6}

    verdict = judge_sub_index(**(enough | change), method=METHOD)  # type: ignore[arg-type]

    assert verdict.decision is Decision.WITHHOLD
    assert verdict.shortfalls == (shortfall,)


@pytest.mark.parametrize(
    ("matched_share", "decision"),
    [
        (1.0, Decision.PUBLISH),
        (0.9, Decision.PUBLISH),
        (0.899, Decision.HOLD),
        (0.8, Decision.HOLD),
        (0.799, Decision.WITHHOLD),
        (0.15, Decision.WITHHOLD),
        (math.nan, Decision.WITHHOLD),
    ],
)
def test_all_items_are_held_for_review_before_they_are_withheld(matched_share: float, decision: Decision) -> None:
    assert judge_all_items(matched_share=matched_share, method=METHOD).decision is decision


@pytest.mark.parametrize(
    ("matched_share", "decision"),
    [
        (0.9, Decision.PUBLISH),
        (0.8, Decision.HOLD),
        (0.799, Decision.ASK),
        (0.15, Decision.ASK),
        (math.nan, Decision.WITHHOLD),
    ],
)
def test_a_series_that_stood_asks_what_its_names_mean_before_it_goes_silent(
    matched_share: float, decision: Decision
) -> None:
    assert judge_all_items(matched_share=matched_share, has_stood=True, method=METHOD).decision is decision

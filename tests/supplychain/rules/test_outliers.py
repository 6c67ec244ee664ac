"""Trade lines against their cell's last trading days."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.rules.index_method import PROPOSED_METHOD as METHOD
from supplychain.rules.outliers import CellReference, Verdict, cell_references, grouped_median, judge_prices


def judge(price: float, kg: float = 1.0, mad_log: float = 0.0) -> tuple[Verdict, float]:
    verdict, distance = judge_prices(
        cell=np.array([0]),
        price=np.array([price]),
        kg=np.array([kg]),
        reference=CellReference(np.array([10.0]), np.array([mad_log])),
        method=METHOD,
    )
    return Verdict(int(verdict[0])), float(distance[0])


@pytest.mark.parametrize(
    ("price", "mad_log", "verdict"),
    [
        (10.0, 0.0, Verdict.ACCEPTED),
        (19.9, 0.0, Verdict.ACCEPTED),
        (20.1, 0.0, Verdict.QUARANTINED),
        (4.9, 0.0, Verdict.QUARANTINED),
        (20.1, 0.19, Verdict.QUARANTINED),
        (20.1, 0.21, Verdict.ACCEPTED),
        (29.9, 0.3, Verdict.QUARANTINED),
        (30.1, 9.0, Verdict.REJECTED_FAR),
        (3.3, 9.0, Verdict.REJECTED_FAR),
        (0.0, 0.0, Verdict.REJECTED_NOT_POSITIVE),
        (-1.0, 0.0, Verdict.REJECTED_NOT_POSITIVE),
        (math.nan, 0.0, Verdict.REJECTED_NOT_POSITIVE),
    ],
)
def test_a_price_is_judged_by_its_distance_from_the_cells_median(
    price: float, mad_log: float, verdict: Verdict
) -> None:
    assert judge(price, mad_log=mad_log)[0] is verdict


def test_a_weight_that_is_not_positive_is_rejected() -> None:
    verdict, distance = judge(10.0, kg=0.0)

    assert verdict is Verdict.REJECTED_NOT_POSITIVE
    assert math.isnan(distance)


def test_a_cell_without_history_cannot_be_judged() -> None:
    verdict, distance = judge_prices(
        cell=np.array([0]),
        price=np.array([999.0]),
        kg=np.array([1.0]),
        reference=CellReference(np.array([np.nan]), np.array([np.nan])),
        method=METHOD,
    )

    assert verdict[0] == Verdict.ACCEPTED
    assert math.isnan(distance[0])


def test_references_take_each_cells_own_last_fourteen_trading_days() -> None:
    days = np.concatenate([np.arange(20), np.arange(0, 200, 10)])
    cell = np.repeat([0, 1], 20)
    price = np.where(np.arange(40) % 20 < 6, 1000.0, 5.0)

    reference = cell_references(cell=cell, day=days, price=price, kg=np.ones(40), cells=3, method=METHOD)

    assert reference.median[:2].tolist() == [5.0, 5.0]
    assert reference.mad_log[:2].tolist() == [0.0, 0.0]
    assert np.isnan(reference.median[2])


def test_a_fifteenth_trading_day_is_too_old() -> None:
    price = np.array([1000.0] * 100 + [5.0] * 14)
    days = np.array([0] * 100 + list(range(1, 15)))

    reference = cell_references(
        cell=np.zeros(114, np.int64), day=days, price=price, kg=np.ones(114), cells=1, method=METHOD
    )

    assert reference.median.tolist() == [5.0]


def test_the_reference_price_is_weighted_by_kg_and_the_spread_is_scaled_mad() -> None:
    reference = cell_references(
        cell=np.zeros(3, np.int64),
        day=np.arange(3),
        price=np.array([1.0, 2.0, 8.0]),
        kg=np.array([1.0, 1.0, 10.0]),
        cells=1,
        method=METHOD,
    )

    assert reference.median.tolist() == [8.0]
    assert reference.mad_log[0] == pytest.approx(1.4826 * math.log(2))


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.floats(0.1, 100), min_size=1, max_size=30))
def test_equal_weights_give_the_ordinary_median(values: list[float]) -> None:
    median = grouped_median(np.zeros(len(values), np.int64), np.array(values), np.ones(len(values)), 1)

    assert median[0] == pytest.approx(statistics.median(values))

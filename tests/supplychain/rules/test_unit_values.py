"""Cells of a week: unit values, the cap on one merchant, shown prices, matched value."""

import math

import numpy as np
import pytest

from supplychain.rules.index_method import PROPOSED_METHOD as METHOD
from supplychain.rules.unit_values import carry_shown_prices, matched_value_share, merchant_cap_factors, unit_values

NAN = math.nan


def test_a_unit_value_is_amount_over_kg_and_absent_cells_stay_empty() -> None:
    cells = unit_values(
        week=np.array([0, 0, 1]),
        cell=np.array([0, 0, 1]),
        amount=np.array([20.0, 100.0, 7.0]),
        kg=np.array([10.0, 20.0, 2.0]),
        shape=(2, 2),
    )

    assert cells.price == pytest.approx(np.array([[4.0, NAN], [NAN, 3.5]]), nan_ok=True)
    assert cells.value == pytest.approx(np.array([[120.0, NAN], [NAN, 7.0]]), nan_ok=True)


def test_one_merchant_counts_at_most_thirty_percent_of_a_cell_week() -> None:
    week = np.zeros(5, np.int64)
    cell = np.array([0, 0, 0, 0, 1])
    merchant = np.array([7, 7, 8, 9, 7])
    kg = np.array([40.0, 20.0, 25.0, 15.0, 3.0])

    factors = merchant_cap_factors(week=week, cell=cell, merchant=merchant, kg=kg, method=METHOD)

    assert factors == pytest.approx([0.5, 0.5, 1.0, 1.0, 0.3])
    assert (factors * kg)[:2].sum() == pytest.approx(0.3 * 100)


def test_the_cap_counts_each_week_apart() -> None:
    week = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    merchant = np.array([1, 2, 3, 4, 1, 2, 3, 4])
    kg = np.array([70.0, 10, 10, 10, 25, 25, 25, 25])

    factors = merchant_cap_factors(week=week, cell=np.zeros(8, np.int64), merchant=merchant, kg=kg, method=METHOD)

    assert factors == pytest.approx([30 / 70, 1, 1, 1, 1, 1, 1, 1])


def test_shown_prices_are_carried_two_weeks_and_flagged() -> None:
    price = np.array([[NAN], [3.0], [NAN], [NAN], [NAN], [4.0]])

    shown, carried = carry_shown_prices(price, METHOD)

    assert shown[:, 0] == pytest.approx([NAN, 3, 3, 3, NAN, 4], nan_ok=True)
    assert carried[:, 0].tolist() == [False, False, True, True, False, False]


def test_a_rename_shows_as_a_fall_of_the_matched_share() -> None:
    before, now = np.array([50.0, 50.0, NAN]), np.array([15.0, NAN, 85.0])

    assert matched_value_share(before, now) == pytest.approx(0.15)


def test_the_matched_share_of_nothing_is_unknown() -> None:
    assert math.isnan(matched_value_share(np.array([1.0]), np.array([NAN])))

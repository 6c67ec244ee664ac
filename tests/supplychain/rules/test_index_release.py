"""The weekly headline, 同比, the flash and the explainer against their formulas."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.rules.index_method import PROPOSED_METHOD, IndexMethod
from supplychain.rules.index_release import (
    compare_directly,
    daily_flash,
    explainer_series,
    headline_series,
    next_headline,
    rebase_to_first_year,
)
from supplychain.rules.price_index import IndexRequest, compute_index
from supplychain.rules.price_panel import Array, PricePanel


def short_method(window_weeks: int) -> IndexMethod:
    record = {**vars(PROPOSED_METHOD), "version": "test", "window_weeks": window_weeks}
    return IndexMethod(**record)


def trade(seed: int, weeks: int, cells: int, present: float = 0.8) -> tuple[Array, Array]:
    """Draw unit values and values; the first cell is traded every week."""
    random = np.random.default_rng(seed)
    price = np.exp(random.normal(0, 0.3, (weeks, cells)))
    value = price * np.exp(random.normal(3, 1, (weeks, cells)))
    absent = random.random((weeks, cells)) > present
    absent[:, 0] = False
    price[absent] = value[absent] = np.nan
    return price, value


def test_the_headline_is_the_library_index_with_a_mean_pub_window() -> None:
    price, value = trade(1, 30, 8)
    panel = PricePanel(tuple(f"{week:02d}" for week in range(30)), tuple("abcdefgh"), price, value / price)

    series = headline_series(price, value, short_method(9))

    expected = compute_index(panel, IndexRequest("geks-tornqvist", window=9, splice="mean_pub")).values
    assert series == pytest.approx(expected, rel=1e-12)


def test_each_next_value_continues_what_was_published_and_changes_nothing_before() -> None:
    price, value = trade(2, 20, 6)
    method = short_method(9)
    whole = headline_series(price, value, method)

    one_by_one = list(whole[:9])
    for week in range(9, 20):
        published = np.array(one_by_one)
        one_by_one.append(next_headline(published, price[: week + 1], value[: week + 1], method))

    assert one_by_one == pytest.approx(list(whole), rel=1e-12)


def test_the_next_value_keeps_the_published_base() -> None:
    price, value = trade(3, 12, 6)
    method = short_method(9)
    published = headline_series(price[:11], value[:11], method)

    at_one, at_hundred = (next_headline(published * scale, price, value, method) for scale in (1, 100))

    assert at_hundred == pytest.approx(100 * at_one, rel=1e-13)


def test_a_week_not_published_is_no_link_for_the_next() -> None:
    price, value = trade(4, 12, 6)
    method = short_method(9)
    published = headline_series(price[:11], value[:11], method)
    gap = published.copy()
    gap[10] = np.nan

    value_after_gap = next_headline(gap, price, value, method)

    wrong = published.copy()
    wrong[10] = 1e6
    assert math.isfinite(value_after_gap)
    assert next_headline(wrong, price, value, method) > 2 * value_after_gap


def test_a_week_without_trade_has_no_value_and_the_series_goes_on() -> None:
    price, value = trade(5, 12, 6)
    price[7] = value[7] = np.nan
    kept = np.arange(12) != 7

    series = headline_series(price, value, short_method(20))

    assert math.isnan(series[7])
    assert series[kept] == pytest.approx(headline_series(price[kept], value[kept], short_method(20)), rel=1e-13)


def test_no_trade_at_all_gives_no_number() -> None:
    nothing = np.full((3, 4), np.nan)

    assert np.isnan(headline_series(nothing, nothing, PROPOSED_METHOD)).all()
    assert math.isnan(next_headline(np.array([1.0, 1.1]), nothing, nothing, PROPOSED_METHOD))


def test_the_next_value_steps_over_weeks_without_trade() -> None:
    price, value = trade(7, 16, 6)
    price[[6, 11]] = value[[6, 11]] = np.nan
    method = short_method(9)
    whole = headline_series(price, value, method)

    last = next_headline(whole[:-1], price, value, method)

    assert last == pytest.approx(whole[-1], rel=1e-12)


def test_a_published_series_of_another_length_is_refused() -> None:
    price, value = trade(8, 5, 2)

    with pytest.raises(ValueError, match="one week before"):
        next_headline(np.ones(5), price, value, PROPOSED_METHOD)


def test_the_mean_of_the_first_published_year_is_one_hundred() -> None:
    series = np.concatenate([[np.nan], np.linspace(1, 2, 80)])

    rebased = rebase_to_first_year(series, PROPOSED_METHOD)

    assert rebased[1:53].mean() == pytest.approx(100)
    assert rebased[80] / rebased[1] == pytest.approx(2)


def test_a_short_series_is_based_on_the_weeks_there_are() -> None:
    assert rebase_to_first_year(np.array([1.0, 3.0]), PROPOSED_METHOD) == pytest.approx([50, 150])


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), cells=st.integers(1, 12))
def test_contributions_are_exact_parts_of_the_year_on_year_change(seed: int, cells: int) -> None:
    price, value = trade(seed, 2, cells)

    change = compare_directly(price_then=price[0], value_then=value[0], price_now=price[1], value_now=value[1])

    both = [cell for cell in range(cells) if np.isfinite(price[:, cell]).all()]
    then, now = value[0, both].sum(), value[1, both].sum()
    for cell in both:
        share = (value[0, cell] / then + value[1, cell] / now) / 2
        assert change.contributions[cell] == pytest.approx(share * math.log(price[1, cell] / price[0, cell]))
    assert np.isnan(np.delete(change.contributions, both)).all()
    assert math.log(change.index) == pytest.approx(np.nansum(change.contributions), abs=1e-14)
    assert change.matched_share_then == pytest.approx(then / np.nansum(value[0]))
    assert change.matched_share_now == pytest.approx(now / np.nansum(value[1]))


def test_a_comparison_without_matched_cells_has_no_index() -> None:
    nan = np.nan
    change = compare_directly(
        price_then=np.array([1.0, nan]),
        value_then=np.array([5.0, nan]),
        price_now=np.array([nan, 2.0]),
        value_now=np.array([nan, 3.0]),
    )

    assert math.isnan(change.index)
    assert change.matched_share_now == 0.0
    assert np.isnan(change.contributions).all()


def test_the_flash_compares_the_day_with_the_pooled_basket_at_the_baskets_level() -> None:
    nan = np.nan
    basket_price = np.array([[2.0, nan], [4.0, 5.0]])
    basket_value = np.array([[20.0, nan], [120.0, 50.0]])

    flash = daily_flash(
        day_price=np.array([7.0, 5.0]),
        day_value=np.array([30.0, 10.0]),
        basket_price=basket_price,
        basket_value=basket_value,
        basket_levels=np.array([100.0, 110.0]),
    )

    pooled = 140 / 40
    day = math.exp((140 / 190 + 30 / 40) / 2 * math.log(7 / pooled))
    level = math.exp((20 * math.log(100) + 170 * math.log(110)) / 190)
    assert flash.comparison.index == pytest.approx(day)
    assert flash.level == pytest.approx(level * day)


def test_a_flash_on_an_unpublished_basket_has_no_level() -> None:
    one = np.array([[1.0]])

    flash = daily_flash(
        day_price=one[0], day_value=one[0], basket_price=one, basket_value=one, basket_levels=np.array([np.nan])
    )

    assert math.isnan(flash.level)


def test_the_explainer_uses_last_years_basket_of_the_same_week() -> None:
    nan = np.nan
    price = np.array([[2.0, 1.0], [3.0, nan], [4.0, 3.0], [nan, 9.0]])
    value = price * np.array([[10.0, 5.0], [30.0, nan], [7.0, 7.0], [nan, 1.0]])

    series = explainer_series(price, value, np.array([1, 2, 1, 2]), base_rows=[0, 1])

    pear = (20 + 90) / 40
    expected = [25 / (pear * 10 + 5), 3 / pear, (4 * 10 + 3 * 5) / (pear * 10 + 5), nan]
    assert series == pytest.approx(expected, nan_ok=True)


def test_a_release_over_105_weeks_and_300_cells_takes_under_a_second() -> None:
    price, value = trade(6, 105, 300, present=0.7)

    start = time.perf_counter()
    series = headline_series(price, value, PROPOSED_METHOD)
    seconds = time.perf_counter() - start

    assert np.isfinite(series).all()
    assert seconds < 1

"""Lowe and Rothwell at their edges; the tables are in test_price_index_published.py."""

import math

import pytest

from supplychain.rules.price_index import IndexRequest, IndexRequestError, compute_index, rolling_year_index
from supplychain.rules.price_index_bilateral import BILATERAL
from supplychain.rules.price_panel import PricePanel, build_panel
from tests.supplychain.rules.data_published import ces_panel, turvey_panel


def panel_of(*rows: tuple[str, str, float, float]) -> PricePanel:
    periods, products, prices, quantities = zip(*rows, strict=True)
    return build_panel(periods=periods, products=products, prices=prices, quantities=quantities)


TWO_YEARS = (
    ("2024-01", "pear", 2.0, 10.0),
    ("2024-01", "melon", 1.0, 5.0),
    ("2024-02", "pear", 3.0, 30.0),
    ("2025-01", "pear", 4.0, 7.0),
    ("2025-01", "melon", 3.0, 7.0),
    ("2025-02", "pear", 5.0, 9.0),
)


def test_lowe_keeps_the_base_years_basket_and_the_last_price_of_goods_out_of_season() -> None:
    series = compute_index(panel_of(*TWO_YEARS), IndexRequest("lowe"))

    base = 2 * 40 + 1 * 5
    expected = [1, (3 * 40 + 1 * 5) / base, (4 * 40 + 3 * 5) / base, (5 * 40 + 3 * 5) / base]
    assert series.values == pytest.approx(expected, rel=1e-14)


def test_lowe_takes_its_basket_from_the_year_of_the_named_base() -> None:
    series = compute_index(panel_of(*TWO_YEARS), IndexRequest("lowe", base="2025-02"))

    base = 5 * 16 + 3 * 7
    expected = [(2 * 16 + 1 * 7) / base, (3 * 16 + 1 * 7) / base, (4 * 16 + 3 * 7) / base, 1]
    assert series.values == pytest.approx(expected, rel=1e-14)


def test_lowe_with_a_year_as_base_compares_with_that_years_unit_values() -> None:
    series = compute_index(panel_of(*TWO_YEARS), IndexRequest("lowe", base="2024"))

    base = 2 * 10 + 3 * 30 + 1 * 5
    assert series.values[0] == pytest.approx((2 * 40 + 1 * 5) / base, rel=1e-14)


def test_chained_lowe_is_lowe_because_its_basket_stands() -> None:
    fixed = compute_index(panel_of(*TWO_YEARS), IndexRequest("lowe")).values

    chained = compute_index(panel_of(*TWO_YEARS), IndexRequest("lowe", chain=True)).values

    assert list(chained) == list(fixed)


def test_lowe_leaves_out_goods_without_any_price_yet_and_says_so() -> None:
    panel = panel_of(("2024-01", "pear", 2, 10), ("2024-02", "pear", 3, 10), ("2024-02", "fig", 9, 10))

    series = compute_index(panel, IndexRequest("lowe"))

    assert series.values == pytest.approx([1, 1.5])
    assert series.remarks == ("no price yet at the base, left out of the basket: fig",)


def test_labels_without_months_make_lowe_and_rothwell_use_the_base_periods_quantities() -> None:
    laspeyres = compute_index(ces_panel(), IndexRequest("laspeyres", base="4")).values

    for method in ("lowe", "rothwell"):
        values = compute_index(ces_panel(), IndexRequest(method, base="4")).values
        assert values == pytest.approx(laspeyres, rel=1e-13)


def test_rothwell_weighs_each_month_by_the_base_years_same_month() -> None:
    series = compute_index(panel_of(*TWO_YEARS), IndexRequest("rothwell", base="2024"))

    pear = (2 * 10 + 3 * 30) / 40
    january = pear * 10 + 1 * 5
    expected = [(2 * 10 + 1 * 5) / january, 3 / pear, (4 * 10 + 3 * 5) / january, 5 / pear]
    assert series.values == pytest.approx(expected, rel=1e-14)


def test_rothwell_divides_by_the_named_base_period() -> None:
    year = compute_index(panel_of(*TWO_YEARS), IndexRequest("rothwell", base="2024")).values

    month = compute_index(panel_of(*TWO_YEARS), IndexRequest("rothwell", base="2024-02")).values

    assert month == pytest.approx(year / year[1], rel=1e-14)


def test_rothwell_leaves_a_month_without_a_basket_empty() -> None:
    panel = panel_of(("2024-01", "pear", 2, 10), ("2025-01", "pear", 3, 10), ("2025-02", "pear", 9, 10))

    series = compute_index(panel, IndexRequest("rothwell"))

    assert series.values == pytest.approx([1, 1.5, math.nan], nan_ok=True)
    assert series.remarks == ("no matched product, value left empty: 2025-02",)


def test_rothwell_cannot_be_chained() -> None:
    with pytest.raises(IndexRequestError, match="--chain does not apply to rothwell"):
        compute_index(panel_of(*TWO_YEARS), IndexRequest("rothwell", chain=True))


@pytest.mark.parametrize("method", ["lowe", "rothwell", "fisher"])
def test_a_month_names_the_one_date_in_it(method: str) -> None:
    by_month = compute_index(turvey_panel(), IndexRequest(method, base="1970-12")).values

    assert list(by_month) == list(compute_index(turvey_panel(), IndexRequest(method, base="1970-12-31")).values)


def test_a_base_that_fits_several_periods_is_refused() -> None:
    with pytest.raises(IndexRequestError, match="no period '1970' for --base"):
        compute_index(turvey_panel(), IndexRequest("fisher", base="1970"))


def test_a_base_year_that_is_not_in_the_data_is_refused() -> None:
    with pytest.raises(IndexRequestError, match="no period '1969'"):
        compute_index(turvey_panel(), IndexRequest("lowe", base="1969"))


@pytest.mark.parametrize(
    "label", ["2024-{:02d}", "2024-{:02d}-28", "2024/{}", "2024M{:02d}", "2024{:02d}", "2024-W{:02d}"]
)
def test_months_and_weeks_are_recognised_however_they_are_written(label: str) -> None:
    panel = panel_of((label.format(9), "pear", 2, 1), (label.format(10), "pear", 3, 3))

    series = compute_index(panel, IndexRequest("rothwell", base="2024"))

    assert series.values == pytest.approx([2 / 2.75, 3 / 2.75])


def test_rolling_years_need_consecutive_months() -> None:
    panel = panel_of(*((f"2024-{month:02d}", "pear", 1.0, 1.0) for month in range(1, 13) if month != 5))

    with pytest.raises(ValueError, match="12 consecutive months"):
        rolling_year_index(panel, BILATERAL["fisher"], chain=False)

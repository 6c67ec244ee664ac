"""Splices against their definitions, and what happens at the edges of a window."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.rules.price_index import SPLICES, IndexRequest, IndexRequestError, compute_index
from supplychain.rules.price_index_window import extend_published, splice_factor, spliced_index
from supplychain.rules.price_panel import Array, build_panel
from tests.supplychain.rules.data_published import ces_panel

# two windows of Turvey's fruit and the factors of Statistics New Zealand's own splice tests
OLD = np.array([
    1, 1.249043375, 1.503076003, 1.757604732, 2.081349132, 2.34446107, 2.561226171, 2.983380052, 3.216362813,
    3.523596524, 3.774214392, 4.018404899, 4.286015359,
])  # fmt: skip
NEW = np.array([
    1, 1.201386446, 1.400784423, 1.656833211, 1.863508504, 2.037247501, 2.375003553, 2.560485253, 2.802786226,
    3.005634563, 3.21243871, 3.429538798, 3.663962317,
])  # fmt: skip


@pytest.mark.parametrize(("splice", "factor"), [("mean", 1.072298), ("window", 1.067763), ("movement", 1.068354)])
def test_splice_factors_agree_with_statistics_new_zealand(splice: str, factor: float) -> None:
    assert round(splice_factor(OLD, NEW, splice), 6) == factor


def plain_splice(windows: list[list[float]], splice: str) -> list[float]:
    """Extend by the definition, one overlap at a time."""
    series = list(windows[0])
    width = len(series)
    for step in range(1, len(windows)):
        new = windows[step]
        old = series[-width:] if splice in {"mean_pub", "wisp", "hasp"} else windows[step - 1]
        places = {
            "movement": [width - 2],
            "window": [0],
            "wisp": [0],
            "half": [(width + 1) // 2 - 1],
            "hasp": [(width + 1) // 2 - 1],
        }.get(splice, list(range(width - 1)))
        factors = [(new[-1] / new[k]) / (old[-1] / old[k + 1]) for k in places]
        series.append(series[-1] * math.prod(factors) ** (1 / len(factors)))
    return series


@pytest.mark.parametrize("splice", SPLICES)
@given(data=st.data(), width=st.integers(2, 8), extra=st.integers(0, 6))
def test_a_spliced_series_is_its_definition_for_odd_and_even_windows(
    splice: str, data: st.DataObject, width: int, extra: int
) -> None:
    level = st.floats(0.2, 5)
    windows = [[1.0, *data.draw(st.lists(level, min_size=width - 1, max_size=width - 1))] for _ in range(extra + 1)]

    series = spliced_index(lambda start, stop: np.array(windows[start]), width + extra, width, splice)

    assert series == pytest.approx(plain_splice(windows, splice), rel=1e-11)


@given(data=st.data(), width=st.integers(2, 8))
def test_the_next_published_value_is_the_geometric_mean_over_overlaps(data: st.DataObject, width: int) -> None:
    levels = st.lists(st.floats(0.2, 5), min_size=width, max_size=width)
    published, new = np.array(data.draw(levels)), np.array(data.draw(levels))

    value = extend_published(published, new)

    carried = [published[k + 1] * new[-1] / new[k] for k in range(width - 1)]
    assert value == pytest.approx(math.prod(carried) ** (1 / (width - 1)), rel=1e-11)


def test_a_week_that_was_not_published_is_left_out_of_the_mean() -> None:
    published, new = np.array([1.0, np.nan, 4.0]), np.array([1.0, 3.0, 4.0, 8.0])

    value = extend_published(published, new)

    assert value == pytest.approx(math.sqrt(1.0 * 8 / 1 * 4.0 * 8 / 4))


def test_nothing_published_gives_no_value() -> None:
    assert math.isnan(extend_published(np.array([np.nan]), np.array([1.0, 2.0])))


def test_a_window_over_all_periods_is_the_whole_index() -> None:
    whole = compute_index(ces_panel(), IndexRequest("geks-fisher")).values

    windowed = compute_index(ces_panel(), IndexRequest("geks-fisher", window=12, splice="half")).values

    assert list(windowed) == list(whole)


def test_a_window_longer_than_the_series_is_one_window_and_says_so() -> None:
    series = compute_index(ces_panel(), IndexRequest("tpd", window=13))

    assert list(series.values) == list(compute_index(ces_panel(), IndexRequest("tpd")).values)
    assert "longer than the 12 periods" in series.remarks[0]


def test_the_default_splice_is_mean_on_published() -> None:
    default = compute_index(ces_panel(), IndexRequest("geks-tornqvist", window=5)).values

    named = compute_index(ces_panel(), IndexRequest("geks-tornqvist", window=5, splice="mean_pub")).values

    assert list(default) == list(named)


def test_another_base_rescales_a_spliced_series() -> None:
    first: Array = compute_index(ces_panel(), IndexRequest("tpd", window=5, splice="wisp")).values

    rebased = compute_index(ces_panel(), IndexRequest("tpd", window=5, splice="wisp", base="7")).values

    assert rebased[6] == 1.0
    assert rebased == pytest.approx(first / first[6], rel=1e-14)


@pytest.mark.parametrize("window", [1, 0, -3])
def test_a_window_under_two_periods_is_refused(window: int) -> None:
    with pytest.raises(IndexRequestError, match="at least 2 periods"):
        compute_index(ces_panel(), IndexRequest("tpd", window=window))


@pytest.mark.parametrize("method", ["geks-tornqvist", "geks-fisher", "geks-jevons", "tpd"])
def test_periods_that_nothing_links_are_refused_by_name(method: str) -> None:
    panel = build_panel(
        periods=["1", "2", "3", "4"], products=["old", "old", "new", "new"], prices=[1, 2, 3, 4], quantities=[1] * 4
    )

    with pytest.raises(IndexRequestError, match="no product links 3, 4 with the other periods"):
        compute_index(panel, IndexRequest(method))


def test_a_window_names_its_unlinked_periods_by_their_label() -> None:
    panel = build_panel(
        periods=["1", "2", "3", "4", "5"],
        products=["old", "old", "old", "new", "new"],
        prices=[1, 2, 3, 4, 5],
        quantities=[1] * 5,
    )

    with pytest.raises(IndexRequestError, match="no product links 4 with"):
        compute_index(panel, IndexRequest("geks-jevons", window=3))


@pytest.mark.parametrize("method", ["geks-tornqvist", "geks-fisher", "geks-jevons", "tpd"])
def test_pairs_without_a_common_product_do_not_distort_proportional_prices(method: str) -> None:
    """Averaging what pairs there are would give 1.52 and 2.0; the fit gives the truth, 1.5 and 3."""
    panel = build_panel(
        periods=["1", "2", "2", "3"], products=["a", "a", "b", "b"], prices=[2, 3, 10, 20], quantities=[1, 2, 3, 4]
    )

    series = compute_index(panel, IndexRequest(method))

    assert series.values == pytest.approx([1, 1.5, 3], rel=1e-12)
    assert any("share no product" in remark for remark in series.remarks) is (method != "tpd")


@pytest.mark.parametrize("method", ["geks-tornqvist", "tpd"])
def test_a_single_period_is_one(method: str) -> None:
    panel = build_panel(periods=["1"], products=["a"], prices=[3.0], quantities=[2.0])

    assert list(compute_index(panel, IndexRequest(method)).values) == [1.0]


def test_pairs_further_apart_than_the_window_are_not_remarked() -> None:
    panel = build_panel(
        periods=["1", "2", "2", "3"], products=["a", "a", "b", "b"], prices=[2, 3, 10, 20], quantities=[1, 2, 3, 4]
    )

    series = compute_index(panel, IndexRequest("geks-jevons", window=2, splice="movement"))

    assert series.values == pytest.approx([1, 1.5, 3])
    assert series.remarks == ()


@pytest.mark.parametrize(("price", "quantity"), [(1e200, 1e200), (1e-200, 1e-200)])
def test_numbers_beyond_floating_point_are_refused_not_taken_for_absence(price: float, quantity: float) -> None:
    panel = build_panel(periods=["1", "2"], products=["a", "a"], prices=[price, 1], quantities=[quantity, 1])

    with pytest.raises(IndexRequestError, match="too large or too small"):
        compute_index(panel, IndexRequest("fisher"))

"""Formulas against their definitions written out product by product, and their known properties."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supplychain.rules.price_index import METHODS, IndexRequest, compute_index
from supplychain.rules.price_index_bilateral import BILATERAL
from supplychain.rules.price_index_multilateral import GEKS
from supplychain.rules.price_panel import Array, PricePanel, build_panel

few = settings(max_examples=25, deadline=None)

Goods = dict[str, tuple[float, float]]
History = list[Goods]

amounts = st.floats(0.05, 50)
goods = st.dictionaries(st.sampled_from("abcdef"), st.tuples(amounts, amounts), min_size=1)
histories = st.lists(goods, min_size=2, max_size=7)
full_histories = st.lists(
    st.fixed_dictionaries({name: st.tuples(amounts, amounts) for name in "abcd"}), min_size=2, max_size=7
)


def panel_of(history: History) -> PricePanel:
    rows = [(str(t), name, *pq) for t, goods in enumerate(history) for name, pq in goods.items()]
    periods, products, prices, quantities = zip(*rows, strict=True)
    return build_panel(periods=periods, products=products, prices=prices, quantities=quantities)


def plain_pair(method: str, then: Goods, now: Goods) -> float:
    """Return the index by its definition, or NaN without matched products."""
    both = sorted(then.keys() & now.keys())
    if not both:
        return math.nan
    p0, q0 = zip(*(then[name] for name in both), strict=True)
    p1, q1 = zip(*(now[name] for name in both), strict=True)
    n = range(len(both))
    v0, v1 = sum(p0[i] * q0[i] for i in n), sum(p1[i] * q1[i] for i in n)
    s0, s1 = [p0[i] * q0[i] / v0 for i in n], [p1[i] * q1[i] / v1 for i in n]
    r = [p1[i] / p0[i] for i in n]

    def basket(q: Callable[[int], float]) -> float:
        return float(sum(p1[i] * q(i) for i in n) / sum(p0[i] * q(i) for i in n))

    laspeyres, paasche = basket(lambda i: q0[i]), basket(lambda i: q1[i])
    by_method: dict[str, float] = {
        "laspeyres": laspeyres,
        "paasche": paasche,
        "fisher": math.sqrt(laspeyres * paasche),
        "tornqvist": math.prod(r[i] ** ((s0[i] + s1[i]) / 2) for i in n),
        "walsh": basket(lambda i: math.sqrt(q0[i] * q1[i])),
        "marshall-edgeworth": basket(lambda i: q0[i] + q1[i]),
        "palgrave": sum(s1[i] * r[i] for i in n),
        "geometric-laspeyres": math.prod(r[i] ** s0[i] for i in n),
        "geometric-paasche": math.prod(r[i] ** s1[i] for i in n),
        "harmonic-laspeyres": 1 / sum(s0[i] / r[i] for i in n),
        "harmonic-paasche": 1 / sum(s1[i] / r[i] for i in n),
        "jevons": math.prod(r) ** (1 / len(both)),
        "dutot": sum(p1) / sum(p0),
        "carli": sum(r) / len(both),
    }
    return by_method[method]


def plain_geks(pair: str, history: History) -> list[float]:
    size = len(history)
    return [
        math.prod(plain_pair(pair, history[0], middle) * plain_pair(pair, middle, now) for middle in history)
        ** (1 / size)
        for now in history
    ]


def plain_tpd(history: History, weigh: Callable[[Goods, float, float], float]) -> Array:
    """Return period effects of the dummy regression by an ordinary least-squares solver."""
    names = sorted({name for goods in history for name in goods})
    rows, logs, roots = [], [], []
    for t, goods_ in enumerate(history):
        for name, (price, quantity) in goods_.items():
            row = [0.0] * (len(history) - 1 + len(names))
            if t:
                row[t - 1] = 1.0
            row[len(history) - 1 + names.index(name)] = 1.0
            rows.append(row)
            logs.append(math.log(price))
            roots.append(math.sqrt(weigh(goods_, price, quantity)))
    root = np.array(roots)
    solution = np.linalg.lstsq(np.array(rows) * root[:, None], np.array(logs) * root, rcond=None)[0]
    return np.asarray(np.exp(np.concatenate([[0.0], solution[: len(history) - 1]])), np.float64)


@pytest.mark.parametrize("method", BILATERAL)
@few
@given(history=histories, data=st.data())
def test_a_fixed_base_index_is_its_definition_over_matched_products(
    method: str, history: History, data: st.DataObject
) -> None:
    base = data.draw(st.integers(0, len(history) - 1))

    values = compute_index(panel_of(history), IndexRequest(method, base=str(base))).values

    expected = [plain_pair(method, history[base], now) for now in history]
    assert values == pytest.approx(expected, rel=1e-11, nan_ok=True)


@pytest.mark.parametrize("method", BILATERAL)
@few
@given(history=histories, data=st.data())
def test_a_chained_index_multiplies_its_links_from_the_base(method: str, history: History, data: st.DataObject) -> None:
    base = data.draw(st.integers(0, len(history) - 1))

    values = compute_index(panel_of(history), IndexRequest(method, base=str(base), chain=True)).values

    links = [plain_pair(method, history[t - 1], history[t]) for t in range(1, len(history))]
    expected = [math.prod(links[base:t]) if t >= base else 1 / math.prod(links[t:base]) for t in range(len(history))]
    assert values == pytest.approx(expected, rel=1e-11, nan_ok=True)


@pytest.mark.parametrize("method", GEKS)
@few
@given(history=full_histories)
def test_geks_is_the_geometric_mean_over_all_link_periods(method: str, history: History) -> None:
    values = compute_index(panel_of(history), IndexRequest(method)).values

    assert values == pytest.approx(plain_geks(method.removeprefix("geks-"), history), rel=1e-11)


@few
@given(history=histories)
def test_geks_uses_the_matched_products_of_each_pair(history: History) -> None:
    assume(all(left.keys() & right.keys() for left in history for right in history))

    values = compute_index(panel_of(history), IndexRequest("geks-tornqvist")).values

    assert values == pytest.approx(plain_geks("tornqvist", history), rel=1e-11)


@pytest.mark.parametrize(
    ("weights", "weigh"),
    [
        ("share", lambda goods, p, q: p * q / sum(a * b for a, b in goods.values())),
        ("expenditure", lambda goods, p, q: p * q),
        ("none", lambda goods, p, q: 1.0),
    ],
)
@few
@given(history=histories)
def test_tpd_is_the_dummy_regression(
    weights: str, weigh: Callable[[Goods, float, float], float], history: History
) -> None:
    assume(all(history[0].keys() & goods.keys() for goods in history))

    values = compute_index(panel_of(history), IndexRequest("tpd", weights=weights)).values

    assert values == pytest.approx(plain_tpd(history, weigh), rel=1e-7)


@pytest.mark.parametrize("method", ["fisher", "tornqvist", "walsh", "marshall-edgeworth", "jevons", "dutot"])
@few
@given(history=histories)
def test_going_there_and_back_gives_one(method: str, history: History) -> None:
    assume(history[0].keys() & history[-1].keys())
    panel = panel_of(history)
    last = panel.periods[-1]

    there = compute_index(panel, IndexRequest(method)).values[-1]
    back = compute_index(panel, IndexRequest(method, base=last)).values[0]

    assert there * back == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("method", [*GEKS, "tpd"])
@few
@given(history=full_histories, data=st.data())
def test_multilateral_indices_are_transitive(method: str, history: History, data: st.DataObject) -> None:
    """The choice of base only rescales the series."""
    base = data.draw(st.integers(0, len(history) - 1))
    panel = panel_of(history)

    first = compute_index(panel, IndexRequest(method)).values
    other = compute_index(panel, IndexRequest(method, base=str(base))).values

    assert other == pytest.approx(first / first[base], rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
@few
@given(history=full_histories, growth=st.lists(st.floats(0.2, 5), min_size=7, max_size=7))
def test_proportional_prices_give_the_common_factor(method: str, history: History, growth: list[float]) -> None:
    start = history[0]
    history = [
        {name: (start[name][0] * growth[t] / growth[0], quantity) for name, (_, quantity) in goods.items()}
        for t, goods in enumerate(history)
    ]

    values = compute_index(panel_of(history), IndexRequest(method)).values

    assert values == pytest.approx(np.array(growth[: len(history)]) / growth[0], rel=1e-9)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "dutot"])
@few
@given(history=full_histories, factor=st.floats(0.001, 1000))
def test_units_of_measurement_do_not_matter(method: str, history: History, factor: float) -> None:
    in_other_units = [{**goods, "a": (goods["a"][0] * factor, goods["a"][1] / factor)} for goods in history]

    values = compute_index(panel_of(history), IndexRequest(method)).values

    assert compute_index(panel_of(in_other_units), IndexRequest(method)).values == pytest.approx(values, rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
@few
@given(history=histories)
def test_the_order_of_rows_does_not_matter(method: str, history: History) -> None:
    assume(all(history[0].keys() & goods.keys() for goods in history))
    rows = [(str(t), name, *pq) for t, goods in enumerate(history) for name, pq in goods.items()]
    periods, products, prices, quantities = zip(*rows[::-1], strict=True)
    backwards = build_panel(periods=periods, products=products, prices=prices, quantities=quantities)

    values = compute_index(backwards, IndexRequest(method)).values

    assert values == pytest.approx(
        compute_index(panel_of(history), IndexRequest(method)).values, rel=1e-12, nan_ok=True
    )

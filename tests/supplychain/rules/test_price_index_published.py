"""The published tables, every row that has a formula here."""

import pytest

from supplychain.rules.price_index import IndexRequest, compute_index, rolling_year_index
from supplychain.rules.price_index_bilateral import BILATERAL
from tests.supplychain.rules.data_published import (
    CES_WTPD_11,
    CES_WTPD_11_LAST,
    CES_WTPD_12,
    ces_panel,
    manual_panel,
    rows_of,
    turvey_panel,
)

BALK_METHODS = {
    "laspeyres": "laspeyres",
    "paasche": "paasche",
    "geomLaspeyres": "geometric-laspeyres",
    "geomPaasche": "geometric-paasche",
    "harmlaspeyres": "harmonic-laspeyres",
    "palgrave": "palgrave",
    "fisher": "fisher",
    "tornqvist": "tornqvist",
    "marshalledgeworth": "marshall-edgeworth",
    "walsh": "walsh",
}
NOT_OFFERED = {"vartia1", "vartia2", "stuvel"}


@pytest.mark.parametrize(("published", "method"), BALK_METHODS.items())
def test_balks_tables_are_reproduced_to_their_four_decimals(published: str, method: str) -> None:
    rows = [row for row in rows_of("data_balk.csv") if row["method"] == published]

    series = compute_index(manual_panel(), IndexRequest(method))

    assert len(rows) == 5
    for row in rows:
        assert dict(zip(series.periods, series.values, strict=True))[row["period"]] == pytest.approx(
            float(row["value"]), abs=5e-5
        )


def test_no_formula_of_balks_tables_is_passed_over() -> None:
    assert {row["method"] for row in rows_of("data_balk.csv")} == set(BALK_METHODS) | NOT_OFFERED


@pytest.mark.parametrize(
    ("method", "output"),
    sorted({(row["method"], row["output"]) for row in rows_of("data_manual_ch19_computed.csv")}),
)
def test_the_manuals_data_agree_with_indexnumr_to_ten_decimals(method: str, output: str) -> None:
    rows = [
        row for row in rows_of("data_manual_ch19_computed.csv") if (row["method"], row["output"]) == (method, output)
    ]

    series = compute_index(manual_panel(), IndexRequest(method.replace("_", "-"), chain=output == "chained"))

    assert series.periods == tuple(row["period"] for row in rows)
    assert series.values == pytest.approx([float(row["value"]) for row in rows], abs=1e-9)


def test_harmonic_paasche_is_paasches_index_as_a_mean_of_relatives() -> None:
    panel = manual_panel()

    harmonic = compute_index(panel, IndexRequest("harmonic-paasche")).values

    assert harmonic == pytest.approx(compute_index(panel, IndexRequest("paasche")).values, rel=1e-14)


@pytest.mark.parametrize("formula", ["laspeyres", "paasche", "fisher"])
@pytest.mark.parametrize("variant", ["fixed", "chain"])
def test_rolling_years_of_table_22_18_are_reproduced(formula: str, variant: str) -> None:
    rows = [
        row
        for row in rows_of("data_turvey_published.csv")
        if row["method"] == f"rolling_year_{formula}" and row["variant"] == variant
    ]

    index = rolling_year_index(turvey_panel(), BILATERAL[formula], chain=variant == "chain")

    by_month = {month[:7]: value for month, value in index.items()}
    assert len(rows) == 27
    for row in rows:
        assert by_month[row["month"]] == pytest.approx(float(row["value"]), abs=5e-5), row


@pytest.mark.parametrize(
    ("published", "method", "base"),
    [
        ("lowe_carryforward", "lowe", "1970-12-31"),
        ("rothwell_normalized", "rothwell", "1970-12-31"),
        ("rothwell", "rothwell", "1970"),
    ],
)
def test_seasonal_baskets_of_table_22_25_are_reproduced(published: str, method: str, base: str) -> None:
    rows = [row for row in rows_of("data_turvey_published.csv") if row["method"] == published]

    series = compute_index(turvey_panel(), IndexRequest(method, base=base))

    by_month = {period[:7]: value for period, value in zip(series.periods, series.values, strict=True)}
    assert len(rows) == 37
    for row in rows:
        assert by_month[row["month"]] == pytest.approx(float(row["value"]), abs=5e-5), row


@pytest.mark.parametrize(
    ("published", "request_"),
    [
        ("TPD", IndexRequest("tpd", weights="expenditure")),
        ("GEKS-T", IndexRequest("geks-tornqvist")),
        ("GEKS-J", IndexRequest("geks-jevons")),
        ("GEKS-F", IndexRequest("geks-fisher")),
    ],
)
def test_last_values_agree_with_statistics_new_zealand(published: str, request_: IndexRequest) -> None:
    (row,) = [row for row in rows_of("data_turvey_published.csv") if row["method"] == published]

    series = compute_index(turvey_panel(), request_)

    assert series.periods[-1].startswith(row["month"])
    assert series.values[-1] == pytest.approx(float(row["value"]), abs=5e-7)


@pytest.mark.parametrize("column", [name for name in rows_of("data_turvey_indexnumr.csv")[0] if name != "month"])
def test_turveys_fruit_agrees_with_indexnumr_in_every_window_and_splice(column: str) -> None:
    method, window, splice = column.split("/")
    rows = rows_of("data_turvey_indexnumr.csv")
    if method.startswith("chained_"):
        request = IndexRequest(method.removeprefix("chained_"), chain=True)
    else:
        name = "tpd" if method == "wtpd_share" else method.replace("_", "-")
        request = IndexRequest(name, window=int(window), splice=None if splice == "none" else splice)

    series = compute_index(turvey_panel(), request)

    assert [period[:7] for period in series.periods] == [row["month"] for row in rows]
    assert series.values == pytest.approx([float(row[column]) for row in rows], abs=1e-8)


def test_weighted_time_product_dummy_of_ces_data_agrees_with_indexnumr() -> None:
    series = compute_index(ces_panel(), IndexRequest("tpd"))

    assert series.values == pytest.approx(CES_WTPD_12, abs=1e-13)


@pytest.mark.parametrize("splice", CES_WTPD_11_LAST)
def test_every_splice_of_ces_data_agrees_with_indexnumr(splice: str) -> None:
    series = compute_index(ces_panel(), IndexRequest("tpd", window=11, splice=splice))

    assert series.values == pytest.approx([*CES_WTPD_11, CES_WTPD_11_LAST[splice]], abs=1e-13)

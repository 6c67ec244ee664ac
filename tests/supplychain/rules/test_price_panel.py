"""Unit values, order of periods, rows that are refused."""

import numpy as np
import pytest

from supplychain.rules.period_labels import read_seasons, sort_labels
from supplychain.rules.price_panel import build_panel
from supplychain.rules.price_rows import PriceColumns, PriceRows, PriceRowsError, read_price_rows

COLUMNS = PriceColumns("month", "goods", "price", "kg")


def read(*lines: str) -> PriceRows:
    return read_price_rows([line + "\n" for line in lines], COLUMNS)


def test_rows_of_one_product_and_period_become_a_unit_value() -> None:
    panel = build_panel(periods=["1", "1", "2"], products=["a", "a", "a"], prices=[2, 5, 0.1], quantities=[10, 20, 3])

    assert panel.price[:, 0].tolist() == [(2 * 10 + 5 * 20) / 30, 0.1]
    assert panel.quantity[:, 0].tolist() == [30, 3]


def test_an_absent_product_is_nan_not_zero() -> None:
    panel = build_panel(periods=["1", "2"], products=["a", "b"], prices=[1, 2], quantities=[3, 4])

    assert np.isnan(panel.price).tolist() == [[False, True], [True, False]]
    assert np.isnan(panel.quantity).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_panel_refuses_prices_and_quantities_that_are_not_above_zero(bad: float) -> None:
    with pytest.raises(ValueError, match=r"finite|above zero"):
        build_panel(periods=["1"], products=["a"], prices=[bad], quantities=[1])
    with pytest.raises(ValueError, match=r"finite|above zero"):
        build_panel(periods=["1"], products=["a"], prices=[1], quantities=[bad])


@pytest.mark.parametrize(
    "labels",
    [
        ["1", "2", "10"],
        ["-1", "0.5", "3"],
        ["2024-9", "2024-10", "2025-1"],
        ["2024/9/2", "2024/9/10", "2024/10/1"],
        ["2024-09-01T08:00", "2024-09-01T18:00", "2024-09-02"],
        ["2024-W9", "2024-W10"],
        ["2024Q1", "2024Q4", "2025Q1"],
        ["201912", "202001"],
        ["10th", "2nd", "spring"],
        ["2024-13", "2024-2"],
    ],
)
def test_periods_are_sorted_as_numbers_as_dates_or_else_as_text(labels: list[str]) -> None:
    assert sort_labels(labels[::-1]) == labels


@pytest.mark.parametrize("labels", [["1", "01"], ["1", "1.0"], ["2024-1", "2024-01"]])
def test_one_period_written_in_two_ways_is_refused(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="are the same period"):
        sort_labels(labels)


@pytest.mark.parametrize("labels", [["1", "2"], ["1970", "1971"], ["2024-01", "2024-W02"], ["2024-13"], []])
def test_labels_without_a_season_have_none(labels: list[str]) -> None:
    assert read_seasons(labels) is None


def test_quoted_fields_and_columns_in_any_order_are_read() -> None:
    rows = read('kg,"goods",note,"price",month', '3," Pear, fragrant ",x,"1.5",2024-01', "", '1e1,b,"",.5,1')

    assert rows == PriceRows(["2024-01", "1"], ["Pear, fragrant", "b"], [1.5, 0.5], [3.0, 10.0])


def test_missing_columns_are_all_named_with_what_was_found() -> None:
    with pytest.raises(PriceRowsError, match="no column named 'goods', 'kg'; columns found: 'month', 'price'"):
        read("month,price", "1,2")


def test_an_ambiguous_column_is_refused() -> None:
    with pytest.raises(PriceRowsError, match="'price' appears more than once"):
        read("month,goods,price,price,kg", "1,a,1,2,3")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1,a,0,1", "price 0 is not above zero"),
        ("1,a,-2.5,1", "price -2.5 is not above zero"),
        ("1,a,1,0.0", "kg 0.0 is not above zero"),
        ("1,a,nan,1", "price 'nan' is not a number"),
        ("1,a,1,inf", "kg 'inf' is not a number"),
        ("1,a,1e999,1", "price '1e999' is not a number"),
        ("1,a,1_000,1", "price '1_000' is not a number"),
        ('1,a,"1,000",1', "price '1,000' is not a number"),
        ("1,a,１,1", "price '１' is not a number"),
        ("1,a,,1", "price is empty"),
        ("1, ,1,1", "goods is empty"),
        (",a,1,1", "month is empty"),
        ("1,a,1", "3 fields where the header has 4"),
        ("1,a,1,000,1", "5 fields where the header has 4"),
    ],
)
def test_a_faulty_line_is_refused_with_its_number(line: str, fault: str) -> None:
    with pytest.raises(PriceRowsError) as refusal:
        read("month,goods,price,kg", "1,a,1,1", line, "1,b,1,1")

    assert str(refusal.value) == f"1 unusable line, nothing computed:\n  line 3: {fault}"


def test_many_faulty_lines_are_counted_and_the_first_ones_listed() -> None:
    with pytest.raises(PriceRowsError) as refusal:
        read("month,goods,price,kg", *["1,a,0,1"] * 25)

    lines = str(refusal.value).splitlines()
    assert lines[0] == "25 unusable lines, nothing computed:"
    assert lines[1] == "  line 2: price 0 is not above zero"
    assert len(lines) == 12
    assert lines[-1] == "  and 15 more lines"


@pytest.mark.parametrize("lines", [[], ["month,goods,price,kg"], ["month,goods,price,kg", "", " , , , "]])
def test_a_file_without_rows_is_refused(lines: list[str]) -> None:
    with pytest.raises(PriceRowsError, match=r"no column named|no rows|the file is empty"):
        read(*lines)


def test_an_open_quote_is_refused_with_its_line() -> None:
    with pytest.raises(PriceRowsError, match="line 2: not valid CSV"):
        read("month,goods,price,kg", '1,"a,1,1')

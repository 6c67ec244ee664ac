"""Bars and lines stand where their values say."""

from hypothesis import given
from hypothesis import strategies as st

from silk_road_ebao.face.charts import BARS_HEIGHT, HEIGHT, bars, lines, nice_range

values = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)


@given(values)
def test_no_bar_leaves_its_picture_and_the_highest_fills_it(found):
    drawn = bars([(place, value) for place, value in enumerate(found)])

    assert all(bar.y >= 0 and bar.y + bar.height <= BARS_HEIGHT + 0.01 for bar in drawn.bars)
    if max(found) > 0:
        assert max(bar.height for bar in drawn.bars) == BARS_HEIGHT


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_marks_of_an_axis_are_few_and_hold_the_values(one, other):
    low, high, step = nice_range(min(one, other), max(one, other))

    assert low <= min(one, other)
    assert high >= max(one, other)
    assert 1 <= round((high - low) / step) <= 7


def test_a_missing_value_breaks_the_line():
    drawn = lines([("1", 3.0), ("2", None), ("3", 4.0)])

    assert len(drawn.line) == 2


def test_nothing_to_draw_draws_nothing_and_does_not_fail():
    assert bars([]).bars == []
    assert lines([]).line == []


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=80))
def test_lines_stay_inside_their_picture(found):
    drawn = lines([(str(place), value) for place, value in enumerate(found)])

    assert all(0 <= float(point.split(",")[1]) <= HEIGHT for run in drawn.line for point in run.split())

"""A small line: its own lowest at the bottom, gaps stay gaps."""

from supplychain.rules.mini_line import mini_line


def test_the_highest_stands_at_the_top_and_the_lowest_at_the_bottom():
    assert mini_line([1.0, 3.0, 2.0]) == ["0.0,25.0 50.0,3.0 100.0,14.0"]


def test_a_gap_breaks_the_line_and_a_single_value_is_a_stroke():
    assert mini_line([1.0, None, 3.0, 3.0, None]) == ["0.0,25.0 0.0,25.0", "50.0,3.0 75.0,3.0"]


def test_nothing_known_is_no_line():
    assert mini_line([None, None]) == []
    assert mini_line([]) == []

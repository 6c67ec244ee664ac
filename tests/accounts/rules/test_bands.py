"""Bands of credit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.bands import LIMIT_BANDS, USAGE_BANDS, limit_band, usage_band

FEN = st.integers(min_value=0, max_value=10**13)


@given(FEN, FEN)
def test_a_larger_limit_never_falls_into_a_lower_band(one: int, other: int) -> None:
    small, large = sorted((one, other))

    assert LIMIT_BANDS.index(limit_band(small)) <= LIMIT_BANDS.index(limit_band(large))


@given(FEN, FEN, FEN)
def test_more_used_of_one_limit_never_falls_into_a_lower_band(one: int, other: int, limit: int) -> None:
    less, more = sorted((one, other))

    assert USAGE_BANDS.index(usage_band(less, limit)) <= USAGE_BANDS.index(usage_band(more, limit))


@pytest.mark.parametrize(
    ("fen", "band"),
    [(0, "UNDER_10K"), (999_999, "UNDER_10K"), (1_000_000, "10K_50K"), (9_999_999, "50K_100K"), (10**8, "OVER_1M")],
)
def test_bands_begin_at_their_lower_end(fen: int, band: str) -> None:
    assert limit_band(fen) == band


def test_a_negative_limit_has_no_band() -> None:
    with pytest.raises(ValueError, match="negative"):
        limit_band(-1)

"""What an account may still take and give."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.allowance import Allowance, Limits, Usage, remaining

FEN = st.integers(min_value=0, max_value=10**12)
LIMIT = st.none() | FEN


@given(st.builds(Limits, LIMIT, LIMIT, LIMIT, LIMIT, LIMIT), st.builds(Usage, FEN, FEN, FEN, FEN, FEN))
def test_what_remains_breaks_no_limit_and_one_fen_more_breaks_one(limits: Limits, usage: Usage) -> None:
    left = remaining(limits, usage)

    flows = (
        (left.in_fen, ((limits.in_daily_fen, usage.in_day_fen), (limits.in_yearly_fen, usage.in_year_fen),
                       (limits.balance_fen, usage.balance_fen))),
        (left.out_fen, ((limits.out_daily_fen, usage.out_day_fen), (limits.out_yearly_fen, usage.out_year_fen))),
    )  # fmt: skip
    for allowed, pairs in flows:
        caps = [(limit, used) for limit, used in pairs if limit is not None]
        if allowed is None:
            assert not caps
            continue
        assert allowed >= 0
        assert allowed == 0 or all(used + allowed <= limit for limit, used in caps)
        assert any(used + allowed + 1 > limit for limit, used in caps)


def test_without_limits_nothing_is_limited() -> None:
    assert remaining(Limits(), Usage(in_day_fen=10**9)) == Allowance(None, None)

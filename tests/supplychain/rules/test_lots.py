"""First in, first out: nothing lost, nothing invented, the oldest first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.rules.lots import Pick, Shelf, StockShortBy, after, pick_fifo, put_back

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
GRAMS = st.integers(1, 10**8).map(lambda grams: Decimal(grams) / 1000)
SHELVES = st.lists(st.tuples(st.integers(0, 30), GRAMS), max_size=12).map(
    lambda rows: [Shelf(place, BEGAN + timedelta(days=days), kg) for place, (days, kg) in enumerate(rows)]
)


@given(SHELVES, GRAMS)
def test_what_is_picked_is_what_was_asked_and_never_more_than_a_lot_holds(shelves, need):
    total = sum((shelf.on_hand_kg for shelf in shelves), Decimal(0))

    if total < need:
        with pytest.raises(StockShortBy) as short:
            pick_fifo(shelves, need)
        assert short.value.missing_kg == need - total
        return
    picks = pick_fifo(shelves, need)

    assert sum(pick.kg for pick in picks) == need
    assert all(shelf.on_hand_kg >= 0 for shelf in after(shelves, picks))


@given(SHELVES, GRAMS)
def test_a_newer_lot_is_touched_only_when_every_older_one_is_empty(shelves, need):
    try:
        picks = pick_fifo(shelves, need)
    except StockShortBy:
        return
    left = {shelf.lot_id: shelf for shelf in after(shelves, picks)}
    order = sorted(shelves, key=lambda shelf: (shelf.arrived_at, shelf.lot_id))

    taken = [left[shelf.lot_id].on_hand_kg < shelf.on_hand_kg for shelf in order]
    emptied = [left[shelf.lot_id].on_hand_kg == 0 for shelf in order]

    assert all(all(emptied[:place]) for place, is_taken in enumerate(taken) if is_taken)


@given(st.lists(GRAMS, min_size=1, max_size=8), st.data())
def test_what_comes_back_goes_where_it_came_from_the_last_first(taken, data):
    out = [Pick(place, kg) for place, kg in enumerate(taken)]
    grams = data.draw(st.integers(1, int(sum(taken) * 1000)))

    picks = put_back(out, Decimal(grams) / 1000)

    assert sum(pick.kg for pick in picks) == Decimal(grams) / 1000
    assert all(pick.kg <= taken[pick.lot_id] for pick in picks)
    assert [pick.lot_id for pick in picks] == list(range(len(taken)))[::-1][: len(picks)]


def test_more_than_left_does_not_come_back():
    with pytest.raises(ValueError, match="never left"):
        put_back([Pick(1, Decimal(2))], Decimal("2.001"))

"""The day as a track."""

from datetime import UTC, datetime

from silk_road_ebao.console.track import track

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def states(stations) -> list[str]:
    return [station.state for station in stations]


def test_a_day_that_has_not_begun_waits_at_its_first_station():
    assert states(track({})) == ["now", "ahead", "ahead", "ahead", "ahead", "ahead"]


def test_a_station_is_done_only_when_its_last_step_is():
    fetched = track({"CUT": AT, "BILLS_FETCHED": AT})
    loaded = track({"CUT": AT, "BILLS_FETCHED": AT, "BILLS_VERIFIED": AT, "ROWS_LOADED": AT})

    assert states(fetched)[:3] == ["done", "now", "ahead"]
    assert states(loaded)[:3] == ["done", "done", "now"]


def test_what_holds_a_day_stands_at_the_station_it_holds():
    stations = track({"CUT": AT}, held_by="微信账单还没有出", counts={"CUT": "1,204 条"})

    assert states(stations)[:2] == ["done", "held"]
    assert stations[1].why == "微信账单还没有出"
    assert stations[0].count == "1,204 条"


def test_a_published_day_is_done_to_the_end():
    every = ("CUT", "BILLS_FETCHED", "BILLS_VERIFIED", "ROWS_LOADED", "RECONCILED", "FEES_CHARGED")
    stations = track(dict.fromkeys((*every, "STATEMENTS_MADE", "POSTED", "PROVED", "PUBLISHED"), AT))

    assert set(states(stations)) == {"done"}

"""Releases: 试编 recomputes, a rename is held back until a concordance, four eyes, vintages, errata."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from supplychain.models import (
    Commodity,
    IndexErratum,
    IndexMethodVersion,
    IndexRelease,
    IndexTrade,
    IndexValue,
    PriceSource,
)
from supplychain.selectors.index_pages import headline_rows
from supplychain.services.commodities import revise_commodity
from supplychain.services.index_errata import FinalStands, issue_erratum
from supplychain.services.index_flashes import release_flash
from supplychain.services.index_holds import NotHeld, propose_held_release
from supplychain.services.index_releases import release_month, release_week

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 1, 5)
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
MAKER, CHECKER = Actor("OPERATOR", "OPR1", "经办"), Actor("OPERATOR", "OPR2", "复核")


@pytest.fixture
def source():
    return PriceSource.objects.create(code="MKT", name="批发市场", kind="SHEET")


@pytest.fixture
def goods():
    return list(Commodity.objects.filter(category="LEAFY").order_by("id")[:10])


def sell(source, goods, week, *, price=300, kg=100, days=3):
    for number, commodity in enumerate(goods):
        for day in range(days):
            IndexTrade.objects.create(
                source=source, day=week + timedelta(days=day), week=week, commodity=commodity, grams=kg * 1000,
                amount_fen=(price + 10 * number) * kg, verdict="ACCEPTED", origin=IndexTrade.objects.count() + 1,
            )  # fmt: skip


def release(source, week, kind="FINAL"):
    return release_week(source=source, week=week, kind=kind, actor=MAKER, at=AT)


def weeks(count):
    return [MONDAY + timedelta(days=7 * place) for place in range(count)]


def test_prices_that_rise_by_a_tenth_raise_the_index_by_a_tenth(source, goods):
    first, second = weeks(2)
    sell(source, goods, first, price=300)
    sell(source, [], second)
    for trade in list(IndexTrade.objects.filter(week=first)):
        IndexTrade.objects.create(
            source=source, day=trade.day + timedelta(days=7), week=second, commodity=trade.commodity,
            grams=trade.grams, amount_fen=trade.amount_fen * 11 // 10, verdict="ACCEPTED", origin=10_000 + trade.origin,
        )  # fmt: skip
    release(source, first)

    found = release(source, second)

    standing = dict(headline_rows(source, "WEEK"))
    assert found.status == "PUBLISHED"
    assert found.is_trial
    assert found.change_bps == 1000
    assert standing[second] / standing[first] == pytest.approx(1.1, rel=1e-9)
    assert sum(standing.values()) / 2 == pytest.approx(100)
    assert sum(part for _key, part in found.contributions["before"]) == pytest.approx(0.0953101798, rel=1e-6)


def test_every_release_is_a_vintage_and_the_old_one_stays(source, goods):
    (week,) = weeks(1)
    sell(source, goods, week)
    first = release(source, week, "FIRST")
    sell(source, goods[:1], week, price=900)

    final = release(source, week)

    assert (first.vintage, final.vintage) == (1, 2)
    assert first.input_hash != final.input_hash
    assert IndexRelease.objects.get(pk=first.pk).value == first.value


def test_a_series_that_stood_and_no_longer_matches_is_held_until_goods_match_again(source, goods):
    first, second = weeks(2)
    sell(source, goods[:5], first)
    sell(source, goods[5:], second)
    release(source, first)

    found = release(source, second)

    assert (found.status, found.value, found.shortfalls) == ("HELD", None, ["ALL_NAMES_CHANGED"])
    assert found.matched_share_bps == 0
    assert second not in dict(headline_rows(source, "WEEK"))
    IndexTrade.objects.filter(week=second).delete()
    sell(source, goods[:5], second)
    assert release(source, second).status == "PUBLISHED"


def test_between_eighty_and_ninety_percent_a_second_person_lets_it_out(source, goods):
    first, second = weeks(2)
    sell(source, goods[:9], first, price=300)
    sell(source, goods[:9], second, price=300)
    sell(source, goods[9:], second, price=300, kg=150)
    release(source, first)
    held = release(source, second)
    assert held.status == "HELD"
    assert second not in dict(headline_rows(source, "WEEK"))

    approval = propose_held_release(release_no=held.release_no, reason="新品上市", actor=MAKER, at=AT)

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=MAKER, at=AT)
    assert IndexRelease.objects.get(pk=held.pk).status == "HELD"
    approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)
    assert IndexRelease.objects.get(pk=held.pk).status == "PUBLISHED"
    assert second in dict(headline_rows(source, "WEEK"))
    with pytest.raises(NotHeld):
        propose_held_release(release_no=held.release_no, reason="x", actor=MAKER, at=AT)


def test_a_new_version_of_a_code_continues_its_cell_and_another_variety_does_not(source, goods):
    first, second, third = weeks(3)
    sell(source, goods, first, price=300)
    release(source, first)
    since = second
    newer = [
        revise_commodity(commodity=row, changes={"shelf_life_days": 3}, since=since, actor=MAKER, at=AT)
        for row in goods[:9]
    ]
    other = revise_commodity(commodity=goods[9], changes={"variety": "另一种"}, since=since, actor=MAKER, at=AT)

    sell(source, [*newer, goods[9]], second, price=330)
    sell(source, [*newer, other], third, price=330)

    found = release(source, second)
    assert (found.status, found.matched_share_bps, found.cells_used) == ("PUBLISHED", 10_000, 10)
    assert 8_500 < (release(source, third).matched_share_bps or 0) < 9_500


def test_a_gap_stays_a_gap(source, goods):
    first, second, third = weeks(3)
    sell(source, goods, first)
    sell(source, goods, third)
    release(source, first)

    gap = release(source, second)

    assert gap.status == "WITHHELD"
    assert gap.value is None
    assert release(source, third).status == "PUBLISHED"
    assert set(dict(headline_rows(source, "WEEK"))) == {first, third}


def test_a_release_cannot_be_rewritten_in_sql(source, goods):
    (week,) = weeks(1)
    sell(source, goods, week)
    found = release(source, week)

    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE supplychain_indexrelease SET value = 1 WHERE id = %s", [found.pk])

    assert IndexRelease.objects.get(pk=found.pk).value == found.value


def test_beyond_the_window_finals_stand_and_a_large_error_becomes_an_erratum(source, goods):
    short = IndexMethodVersion.objects.get()
    IndexMethodVersion.objects.create(
        version="short", parameters=short.parameters | {"window_weeks": 4, "base_weeks": 2}, valid_from=date(2026, 1, 1)
    )
    all_weeks = weeks(7)
    for place, week in enumerate(all_weeks):
        sell(source, goods, week, price=300 + 20 * place)
        release(source, week)
    before = dict(headline_rows(source, "WEEK"))
    newest = IndexRelease.objects.get(period=all_weeks[-1])
    assert not newest.is_trial
    assert IndexValue.objects.filter(release=newest, series__kind="HEADLINE").count() == 1
    with pytest.raises(FinalStands):
        issue_erratum(release=newest, cause="复查", actor=CHECKER, at=AT)
    assert not IndexErratum.objects.exists()

    sell(source, goods, all_weeks[-1], price=520)
    erratum = issue_erratum(release=newest, cause="漏报一批成交", actor=CHECKER, at=AT)

    after = dict(headline_rows(source, "WEEK"))
    assert erratum.erratum_no == "勘误 2026-001"
    assert abs(erratum.value_after - erratum.value_before) > Decimal("0.5")
    assert [week for week in all_weeks if before[week] != after[week]] == [all_weeks[-1]]


def test_a_flash_compares_the_day_with_the_trailing_basket(source, goods):
    *four, fifth = weeks(5)
    for week in four:
        sell(source, goods, week)
        release(source, week)
    sell(source, goods, fifth, days=1)

    found = release_flash(source=source, day=fifth, actor=MAKER, at=AT)
    nothing = release_flash(source=source, day=fifth + timedelta(days=1), actor=MAKER, at=AT)

    assert (found.status, found.value) == ("PUBLISHED", Decimal("100.00"))
    assert (nothing.status, nothing.value) == ("WITHHELD", None)


def test_a_month_has_its_own_series(source, goods):
    for week in weeks(4):
        sell(source, goods, week)

    found = release_month(source=source, month=date(2026, 1, 1), actor=MAKER, at=AT)

    assert (found.status, found.value, found.grain) == ("PUBLISHED", Decimal("100.00"), "MONTH")

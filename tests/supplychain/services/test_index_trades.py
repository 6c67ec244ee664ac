"""Eligible trades: the three books agree, nothing circular, refunds netted into the week of the sale."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import SYSTEM
from supplychain.models import FundsEntry, IndexCell, IndexRelease, IndexTrade, OrderLine
from supplychain.services.agreements import compute_agreements
from supplychain.services.index_calendar import release_due_weeks, release_flashes
from supplychain.services.index_trades import take_platform_trades
from tests.supplychain.world import inject, open_market

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 9)
SUNDAY = MONDAY + timedelta(days=6)
AT = datetime(2026, 11, 16, 2, 1, tzinfo=UTC)


def fill(merchants=14, daily=4):
    open_market(tag="W", merchants=merchants, first=MONDAY, last=SUNDAY, daily=daily)
    return list(Merchant.objects.filter(merchant_no__startswith="WM").order_by("id"))


def take():
    for day in range(7):
        compute_agreements(day=MONDAY + timedelta(days=day), actor=SYSTEM, at=AT)
    return take_platform_trades(first=MONDAY, last=SUNDAY, actor=SYSTEM, at=AT)


def test_fakes_never_become_trades():
    shops = fill()
    honest = OrderLine.objects.count()
    inject(kind="CIRCULAR", tag="W", merchant_id=shops[0].pk, share=0.3)
    inject(kind="NO_OUTBOUND", tag="W", merchant_id=shops[1].pk, share=0.3)
    assert OrderLine.objects.count() > honest

    assert take() == honest

    assert IndexTrade.objects.count() == honest
    assert take() == 0


def test_a_refund_counts_in_the_week_of_the_sale():
    fill()
    take()
    trade = IndexTrade.objects.order_by("id").first()
    order = OrderLine.objects.get(pk=trade.origin).order
    FundsEntry.objects.create(
        merchant_id=trade.merchant_id, order=order, kind="REFUNDED", source_no="REF1", payment_no=order.payment_no,
        amount_fen=90, at=AT, business_date=SUNDAY + timedelta(days=1),
    )  # fmt: skip

    take()

    assert IndexTrade.objects.get(pk=trade.pk).amount_fen == trade.amount_fen - 90
    assert IndexTrade.objects.get(pk=trade.pk).week == MONDAY


def test_the_calendar_releases_last_week_once_and_says_why_when_merchants_are_few():
    fill()
    for day in range(7):
        compute_agreements(day=MONDAY + timedelta(days=day), actor=SYSTEM, at=AT)

    (first,) = release_due_weeks(kind="FIRST", actor=SYSTEM, at=AT)

    assert (first.status, first.period, first.kind) == ("PUBLISHED", MONDAY, "FIRST")
    assert first.cells_used == 8
    cell = IndexCell.objects.filter(market=None, grain="WEEK").first()
    assert cell.merchants >= 3
    assert cell.largest_share_bps <= 10_000
    assert IndexCell.objects.filter(market__isnull=False, grain="WEEK").exists()
    assert release_due_weeks(kind="FIRST", actor=SYSTEM, at=AT) == []
    assert IndexRelease.objects.count() == 1
    (flash,) = release_flashes(actor=SYSTEM, at=AT)
    assert flash.status == "WITHHELD"


def test_one_merchant_counts_at_most_thirty_percent_of_a_cell():
    shops = fill(merchants=6, daily=6)
    inject(kind="INFLATED", tag="W", merchant_id=shops[0].pk, share=0.9)
    take()
    IndexTrade.objects.update(verdict="ACCEPTED", fault="")

    release_due_weeks(kind="FIRST", actor=SYSTEM, at=AT)

    for cell in IndexCell.objects.filter(market=None, grain="WEEK"):
        grams = dict.fromkeys(shop.pk for shop in shops)
        lines = IndexTrade.objects.filter(commodity=cell.commodity)
        grams = {pk: sum(line.grams for line in lines if line.merchant_id == pk) for pk in grams}
        whole = sum(grams.values())
        expected = sum(min(mine, 0.3 * whole) for mine in grams.values()) / 1000
        assert float(cell.kg) == pytest.approx(expected, abs=0.001)

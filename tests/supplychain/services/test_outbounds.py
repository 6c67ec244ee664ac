"""Goods leave: which lots, how much, and never more than there is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from supplychain.models import Lot, Outbound, OutboundLine, StockMovement
from supplychain.services.lots import count_stock, record_loss
from supplychain.services.outbounds import (
    LineUnknown,
    OrderClosed,
    OrderNotPaid,
    OutboundTooLarge,
    StockShort,
    issue_outbound,
)
from tests.supplychain.factories import AT, STAFF, CommodityFactory, StallFactory, order, pay, stock

pytestmark = pytest.mark.django_db


def send(placed, **more):
    return issue_outbound(order=placed, actor=STAFF, at=AT, **more)


def on_hand(lot):
    return Lot.objects.get(pk=lot.pk).on_hand_kg


def test_what_arrived_first_leaves_first():
    stall, tomato = StallFactory(), CommodityFactory()
    newer, older = stock(stall, tomato, 30), stock(stall, tomato, 20, at=AT - timedelta(days=2))
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    note = send(placed)

    assert [(line.lot_id, line.kg) for line in note.lines.order_by("pk")] == [(older.pk, 20), (newer.pk, 5)]
    assert (on_hand(older), on_hand(newer)) == (0, 25)
    placed.refresh_from_db()
    assert placed.status == "COMPLETED"


def test_two_lines_of_one_commodity_share_the_lot():
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 10)
    placed = order(stall, (tomato, 4, 320), (tomato, 5, 300))
    pay(placed)

    send(placed)

    assert on_hand(lot) == 1
    assert StockMovement.objects.filter(lot=lot, kind="SOLD").get().kg == -9


def test_the_scales_decide_what_leaves():
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 30)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    note = send(placed, lines=[(1, Decimal("24.8"))])

    assert note.lines.get().kg == Decimal("24.8")
    assert on_hand(lot) == Decimal("5.2")


def test_asked_again_the_first_note_is_given():
    stall, tomato = StallFactory(), CommodityFactory()
    stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    assert send(placed).pk == send(placed).pk
    assert OutboundLine.objects.count() == 1


def test_goods_do_not_leave_before_the_money_unless_on_credit():
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))

    with pytest.raises(OrderNotPaid):
        send(placed)

    assert Outbound.objects.count() == 0
    assert on_hand(lot) == 100
    send(placed, on_credit=True)
    assert placed.status == "FULFILLED"
    pay(placed)
    assert placed.status == "COMPLETED"


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([(2, Decimal(1))], LineUnknown),
        ([], LineUnknown),
        ([(1, Decimal(0))], OutboundTooLarge),
        ([(1, Decimal(30))], OutboundTooLarge),
        ([(1, Decimal("1.0001"))], OutboundTooLarge),
    ],
)
def test_what_was_never_ordered_does_not_leave(lines, refusal):
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    with pytest.raises(refusal):
        send(placed, lines=lines)

    assert Outbound.objects.count() == 0
    assert on_hand(lot) == 100


def test_short_stock_is_refused_with_what_is_missing():
    stall, tomato = StallFactory(), CommodityFactory(variety="番茄王")
    lot = stock(stall, tomato, 10)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    with pytest.raises(StockShort) as refused:
        send(placed)

    assert "番茄王 的库存少 15 公斤" in str(refused.value)
    assert Outbound.objects.count() == 0
    assert on_hand(lot) == 10
    placed.refresh_from_db()
    assert placed.status == "PAID"


def test_stock_of_another_stall_or_merchant_is_not_taken():
    stall, tomato = StallFactory(), CommodityFactory()
    stock(StallFactory(), tomato, 100)
    stock(StallFactory(merchant=stall.merchant), tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)

    with pytest.raises(StockShort):
        send(placed)

    assert Outbound.objects.count() == 0


def test_a_cancelled_order_sends_nothing_out():
    from supplychain.services.cancellations import call_off

    stall, tomato = StallFactory(), CommodityFactory()
    stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    call_off(order=placed, reason="不要了", actor=STAFF, at=AT)

    with pytest.raises(OrderClosed):
        send(placed)

    assert Outbound.objects.count() == 0


def test_sending_out_costs_the_same_for_one_line_and_twenty(django_assert_max_num_queries, django_assert_num_queries):
    stall = StallFactory()
    goods = [CommodityFactory() for _ in range(20)]
    for commodity in goods:
        stock(stall, commodity, 10)
    one, many = order(stall, (goods[0], 1, 320)), order(stall, *[(commodity, 1, 320) for commodity in goods])
    pay(one)
    pay(many)

    with django_assert_num_queries(11):
        send(one)
    with django_assert_num_queries(11):
        send(many)


@pytest.mark.django_db(transaction=True)
def test_twelve_hands_on_one_lot_never_take_more_than_it_holds():
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 100)
    placed = [order(stall, (tomato, 15, 320)) for _ in range(12)]
    for each in placed:
        pay(each)

    def take(each):
        try:
            return issue_outbound(order=each, actor=STAFF, at=AT).outbound_no
        except StockShort:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        notes = list(threads.map(take, placed))

    assert len([note for note in notes if note]) == 6
    assert on_hand(lot) == 10
    assert sum(m.kg for m in StockMovement.objects.filter(lot=lot)) == 10


@pytest.mark.django_db(transaction=True)
def test_two_lots_taken_crosswise_do_not_block_each_other():
    stall = StallFactory()
    goods = [CommodityFactory(), CommodityFactory()]
    lots = [stock(stall, commodity, 100) for commodity in goods]
    placed = [order(stall, *[(c, 1, 320) for c in (goods if n % 2 else goods[::-1])]) for n in range(12)]
    for each in placed:
        pay(each)

    def take(each):
        try:
            return issue_outbound(order=each, actor=STAFF, at=AT).outbound_no
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(take, placed))) == 12

    assert [on_hand(lot) for lot in lots] == [88, 88]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE supplychain_lot SET on_hand_kg = 1000",
        "UPDATE supplychain_lot SET on_hand_kg = -1",
        "UPDATE supplychain_stockmovement SET kg = 1000",
        "DELETE FROM supplychain_stockmovement",
        "TRUNCATE supplychain_stockmovement CASCADE",
        "UPDATE supplychain_outboundline SET kg = 1",
        "DELETE FROM supplychain_outbound",
        "UPDATE supplychain_orderline SET kg = 1",
        "UPDATE supplychain_order SET amount_fen = 1",
        "UPDATE supplychain_order SET business_date = '2020-01-01'",
        "DELETE FROM supplychain_order",
        "UPDATE supplychain_order SET status = 'CANCELLED'",
        "UPDATE supplychain_receivingline SET kg = 1",
        "UPDATE supplychain_commodity SET variety = '黄金'",
        "INSERT INTO supplychain_stockmovement (lot_id, kind, kg, source_no, reason, at, made_by)"
        " SELECT id, 'LOST', -1000, 'x', '', now(), 'x' FROM supplychain_lot",
        "INSERT INTO supplychain_stockmovement (lot_id, kind, kg, source_no, reason, at, made_by)"
        " SELECT id, 'RECEIVED', -1, 'x', '', now(), 'x' FROM supplychain_lot",
    ],
)
def test_the_database_refuses_what_goes_past_the_services(sql):
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    pay(placed)
    send(placed)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert on_hand(lot) == 75


def test_a_lot_begins_empty():
    lot = stock(StallFactory(), CommodityFactory(), 5)

    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        Lot.objects.create(
            status="OPEN",
            lot_no="LOTX",
            merchant=lot.merchant,
            commodity=lot.commodity,
            arrived_at=AT,
            best_before_at=AT,
            on_hand_kg=5,
        )

    assert Lot.objects.count() == 1


def test_losses_and_counts_move_stock_by_its_book():
    lot = stock(StallFactory(), CommodityFactory(), 100)

    record_loss(lot=lot, kg=Decimal("3.5"), reason="坏了", actor=STAFF, at=AT, draft_key="k")
    record_loss(lot=lot, kg=Decimal("3.5"), reason="坏了", actor=STAFF, at=AT, draft_key="k")
    count_stock(lot=lot, counted_kg=Decimal(90), actor=STAFF, at=AT)

    assert on_hand(lot) == 90
    assert [m.kg for m in lot.movements.order_by("pk")] == [100, Decimal("-3.5"), Decimal("-6.5")]

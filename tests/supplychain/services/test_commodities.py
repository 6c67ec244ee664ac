"""Commodity codes change by two people, and a change is a new version."""

import pytest
from django.db import connection

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.outbox import deliver_due, emit
from supplychain.models import Commodity, FundsEntry, Goods, Order
from supplychain.services.commodities import CommodityKnown, CommodityUnfit, ask_for_commodity, ask_to_end
from supplychain.services.orders import pay_order
from tests.supplychain.factories import AT, DAY, STAFF, CommodityFactory, GoodsFactory, StallFactory, order

pytestmark = pytest.mark.django_db

MAKER, CHECKER = Actor("OPERATOR", "maker", "经办"), Actor("OPERATOR", "checker", "复核")


def agree(approval):
    return approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)


def ask(commodity=None, **values):
    return ask_for_commodity(values=values, since=DAY, maker=MAKER, at=AT, commodity=commodity)


def test_a_new_commodity_counts_once_a_second_person_agrees():
    approval = ask(variety="试种甜菜叶", category="LEAFY", other_names="莙荙菜")
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=MAKER, at=AT)
    assert not Commodity.objects.filter(variety="试种甜菜叶").exists()

    agree(approval)

    row = Commodity.objects.get(variety="试种甜菜叶")
    assert (row.version, row.valid_from, row.code[:2]) == (1, DAY, "01")
    assert "jdc" in row.pinyin.split()


def test_the_same_cell_is_not_entered_twice():
    known = CommodityFactory()

    with pytest.raises(CommodityKnown):
        agree(ask(variety=known.variety, category="FRUITING"))

    assert Commodity.objects.filter(variety=known.variety).count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"category": "NONE"},
        {"variety": " "},
        {"unit_kg": "0"},
        {"unit_kg": "2"},
        {"shelf_life_days": 0},
        {"origin_class": "MARS"},
    ],
)
def test_a_commodity_that_cannot_be_is_refused(bad):
    from silk_road_ebao.kernel.models import Approval

    with pytest.raises(CommodityUnfit):
        ask(**{"variety": "试种甜菜叶", "category": "LEAFY", **bad})

    assert Approval.objects.count() == 0


def test_a_change_is_a_new_version_and_goods_go_over_to_it():
    goods = GoodsFactory()
    old = goods.commodity

    agree(ask(old, shelf_life_days=10))

    old.refresh_from_db()
    new = Commodity.objects.get(code=old.code, version=2)
    assert (old.valid_until, new.valid_from, new.shelf_life_days) == (DAY, DAY, 10)
    assert Goods.objects.get().commodity_id == new.pk


def test_a_commodity_ends_by_two_people():
    row = CommodityFactory()

    agree(ask_to_end(commodity=row, since=DAY, reason="不种了", maker=MAKER, at=AT))

    row.refresh_from_db()
    assert row.valid_until == DAY


def test_facts_of_payments_move_orders():
    placed = order(StallFactory(), (CommodityFactory(), 25, 320))
    payment = pay_order(order=placed, actor=STAFF, at=AT)
    assert connection.in_atomic_block
    emit(
        "payments.payment.paid",
        key=payment.payment_no,
        payload={
            "payment_no": payment.payment_no, "attempt_no": "ATT1", "merchant_no": placed.merchant.merchant_no,
            "order_no": payment.order_no, "amount_fen": 8_000, "paid_at": AT, "business_date": DAY,
        },
        at=AT,
    )  # fmt: skip
    deliver_due()

    assert Order.objects.get().status == "PAID"
    assert FundsEntry.objects.get().amount_fen == 8_000


def test_a_bill_that_ran_out_calls_its_order_off():
    placed = order(StallFactory(), (CommodityFactory(), 25, 320))
    payment = pay_order(order=placed, actor=STAFF, at=AT)
    emit(
        "payments.payment.closed",
        key=payment.payment_no,
        payload={"payment_no": payment.payment_no, "order_no": payment.order_no},
        at=AT,
    )
    deliver_due()

    assert Order.objects.get().status == "CANCELLED"

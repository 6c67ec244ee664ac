"""Rows of the trade that tests start from: a stall with stock, an order, its money."""

import secrets
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Stall
from payments.models import Payment
from silk_road_ebao.kernel.actors import Actor
from supplychain.models import AgreementMethod, Commodity, Goods, Order
from supplychain.rules.commodity import pinyin_of
from supplychain.services.funds_books import enter_receipt
from supplychain.services.orders import pay_order, place_order
from supplychain.services.receivings import receive_goods
from tests.payments.factories import MerchantFactory, StallFactory

__all__ = ["CommodityFactory", "GoodsFactory", "MerchantFactory", "StallFactory"]

AT = datetime(2026, 11, 11, 1, 0, tzinfo=UTC)
"""09:00 on a Wednesday in Korla."""
DAY = date(2026, 11, 11)
STAFF = Actor("STAFF", "tests", "摊主")


class CommodityFactory(DjangoModelFactory):
    class Meta:
        model = Commodity

    code = factory.Sequence(lambda n: f"T{n:05d}")
    variety = factory.Sequence(lambda n: f"试种番茄{n}")
    pinyin = factory.LazyAttribute(lambda o: pinyin_of([o.variety]))
    category = "FRUITING"
    valid_from = date(2024, 1, 1)


class GoodsFactory(DjangoModelFactory):
    class Meta:
        model = Goods

    goods_no = factory.LazyFunction(lambda: "GDS" + secrets.token_hex(8).upper())
    stall = factory.SubFactory(StallFactory)
    commodity = factory.SubFactory(CommodityFactory)
    price_fen_kg = 320
    priced_at = AT


def method() -> AgreementMethod:
    """Give the method in force, also after a flush took the migrated one away."""
    row, _new = AgreementMethod.objects.get_or_create(
        version="2026-1",
        defaults={
            "valid_from": date(2024, 1, 1),
            "kg_floor": Decimal(2),
            "kg_bps": 300,
            "money_floor_fen": 100,
            "money_bps": 50,
            "lag_days": 3,
            "source": "test",
        },
    )
    return row


def stock(stall: Stall, commodity: Commodity, kg: object = 100, *, at: datetime = AT, price: int = 200) -> Any:
    """Receive goods; returns the lot."""
    note = receive_goods(
        merchant=stall.merchant,
        stall=stall,
        lines=[(commodity, Decimal(str(kg)), price, "焉耆")],
        supplier_name="焉耆合作社",
        actor=STAFF,
        at=at,
    )
    return note.lines.get().lot


def order(stall: Stall, *lines: tuple[Commodity, object, int], at: datetime = AT, **more: Any) -> Order:
    """Place an order of (commodity, kg, fen per kg)."""
    return place_order(
        stall=stall, lines=[(c, Decimal(str(kg)), price) for c, kg, price in lines], actor=STAFF, at=at, **more
    )


def pay(placed: Order, *, at: datetime = AT, day: date = DAY) -> Payment:
    """Ask for an order's money and let its fact arrive."""
    payment = pay_order(order=placed, actor=STAFF, at=at)
    enter_receipt(
        merchant_no=placed.merchant.merchant_no,
        payment_no=payment.payment_no,
        order_no=payment.order_no,
        amount_fen=payment.amount_fen,
        paid_at=at,
        day=day,
        at=at,
    )
    placed.refresh_from_db()
    return payment

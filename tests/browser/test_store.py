"""Buy at a stall's store on a phone; the stallholder sends what the scales say and settles it, then counts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from payments.models import Payment
from silk_road_ebao.kernel import clock
from supplychain.models import Lot, Order
from supplychain.services.funds_books import enter_receipt
from tests.browser.test_weigh_and_bill import market, outside

__all__ = ["market", "outside"]
pytestmark = pytest.mark.django_db(transaction=True)


def buy(page, market):
    page.goto(f"{market.url}/s/{market.stall.stall_no}/")
    page.get_by_label("番茄，公斤").fill("10")
    page.get_by_label("黄瓜，公斤").fill("2.5")
    page.get_by_label("怎么称呼你").fill("买买提")
    page.get_by_label("手机号").fill("13999001234")


def receive(order, paid_ago=timedelta(minutes=1)):
    payment = Payment.objects.get(payment_no=order.payment_no)
    at = clock.now() - paid_ago
    enter_receipt(
        merchant_no=order.merchant.merchant_no, payment_no=payment.payment_no, order_no=payment.order_no,
        amount_fen=payment.amount_fen, paid_at=at, day=clock.business_date(at), at=at,
    )  # fmt: skip


def test_a_buyer_sees_the_sum_orders_and_is_led_to_the_one_code(market, open_page, complaints):
    page = open_page()
    buy(page, market)
    assert page.inner_text("[data-total]") == "¥39.00"
    assert not page.get_by_label("送到哪里").is_visible()
    page.get_by_label("怎么拿货").select_option("DELIVERY")
    page.get_by_label("送到哪里").fill("建国南路 12 号")
    page.click("text=下单，去付款")
    page.wait_for_url("**/o/ORD*/")

    order = Order.objects.get()
    assert (order.amount_fen, order.channel, order.handover) == (3_900, "STORE", "DELIVERY")
    page.click("text=去付款")
    page.wait_for_url(f"**/{order.payment_no}/**")
    assert "39.00" in page.inner_text("main")
    assert complaints == []


def test_more_than_there_is_is_told_beside_the_goods_and_nothing_is_ordered(market, open_page):
    page = open_page(java_script_enabled=False)
    buy(page, market)
    page.get_by_label("番茄，公斤").fill("900")
    page.click("text=下单，去付款")

    assert "现在只有 200 公斤" in page.inner_text("main")
    assert Order.objects.count() == 0


def test_the_scales_decide_what_goes_out_and_the_difference_is_offered_back(market, open_page, complaints):
    buyer = open_page()
    buy(buyer, market)
    buyer.click("text=下单，去付款")
    buyer.wait_for_url("**/o/ORD*/")
    order = Order.objects.get()
    receive(order)
    page = market.enter()

    page.goto(f"{market.url}/orders/{order.order_no}/")
    page.click("text=重新称过，按实际重量出")
    page.get_by_label("番茄，订 10 公斤").fill("9.2")
    page.click("text=按这个重量出货")
    page.wait_for_selector("text=出货比订单少 0.8 公斤，值 ¥2.56")

    assert order.outbounds.get().lines.order_by("id").first().kg == Decimal("9.2")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert complaints == []


def test_the_whole_stock_is_counted_on_one_page(market, complaints):
    page = market.enter()

    page.goto(f"{market.url}/stock/")
    page.click("a:has-text('盘点')")
    page.get_by_label("番茄，数下来多少公斤").fill("187.5")
    page.click("text=按数的算")
    page.wait_for_url("**/stock/")

    assert Lot.objects.get(commodity__variety="番茄").on_hand_kg == Decimal("187.5")
    assert Lot.objects.filter(on_hand_kg=200).count() == 5
    assert complaints == []

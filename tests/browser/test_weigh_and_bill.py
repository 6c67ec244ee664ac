"""Weigh-and-bill on a phone, in a real browser, against the sandbox acquirer."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from payments.gateways import gateway_of
from payments.models import Payment, SubMerchant
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
from supplychain.models import Commodity, Order
from supplychain.services.goods import offer_goods
from supplychain.services.receivings import receive_goods
from tests.face.market_morning import PASSWORD, open_shop
from tests.payments.sandbox import Sandbox
from tests.supplychain.factories import CommodityFactory, method

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = Actor("STAFF", "tests", "店主")
SOLD = (("番茄", 320), ("黄瓜", 280), ("线椒", 450), ("土豆", 210), ("洋葱", 180), ("香梨", 850), ("大蒜", 760))


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> Iterator[Sandbox]:
    """Start an acquirer."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def market(live_server, open_page, outside, settings):
    """Open a stall with goods and stock at a real acquirer's number; returns the shop and how to sign in."""
    settings.ACQUIRERS = outside.credentials()
    settings.PUBLIC_URL = live_server.url
    gateway_of.cache_clear()
    method()
    user, merchant = open_shop(at=clock.now())
    theirs = outside.sub_merchant("wechat", merchant.legal_name)
    SubMerchant.objects.filter(merchant=merchant, acquirer_code="WECHAT").update(sub_mchid=theirs["sub_mchid"])
    stall = merchant.stalls.get()
    for name, price in SOLD:
        commodity = Commodity.objects.filter(variety=name).first() or CommodityFactory(variety=name)
        offer_goods(stall=stall, commodity=commodity, price_fen_kg=price, actor=OWNER, at=clock.now())
        if name != "大蒜":
            receive_goods(
                merchant=merchant,
                stall=stall,
                lines=[(commodity, Decimal(200), price * 6 // 10, "焉耆")],
                supplier_name="焉耆合作社",
                actor=OWNER,
                at=clock.now() - timedelta(days=price % 3),
            )

    def enter(**options):
        page = open_page(**options)
        page.goto(f"{live_server.url}/sign-in/password/?next=/sell/")
        page.fill("[name=phone]", user.phone_sealed.open()[3:])
        page.fill("[name=password]", PASSWORD)
        page.click("main .button--main")
        page.wait_for_url("**/sell/")
        return page

    yield SimpleNamespace(user=user, merchant=merchant, stall=stall, enter=enter, url=live_server.url)
    gateway_of.cache_clear()


def tap_keys(page, keys):
    for key in keys:
        page.click(f"[data-key='{key}']")


def test_three_taps_and_the_weight_lead_to_the_code(market, complaints):
    page = market.enter()

    page.click("[data-label='番茄']")
    tap_keys(page, "25.5")
    assert "25.5 kg × ¥3.20 = ¥81.60" in page.inner_text("[data-working]")
    page.click("[data-send]")
    page.wait_for_url("**/collect/PAY*/")

    assert page.locator(".qr svg").is_visible()
    order = Order.objects.get()
    assert (order.amount_fen, order.channel, order.lines.get().kg) == (8_160, "COUNTER", Decimal("25.5"))
    assert Payment.objects.get().payment_no == order.payment_no
    assert complaints == []


def test_lines_add_up_and_one_can_be_taken_off(market, complaints):
    page = market.enter()

    page.click("[data-label='番茄']")
    tap_keys(page, "10")
    page.click("[data-add]")
    page.click("[data-label='黄瓜']")
    tap_keys(page, "2.5")
    page.fill("[data-price]", "3.00")
    assert page.inner_text("[data-total]") == "¥39.50"
    page.click("[data-add]")
    page.click("[data-lines] .sell__line:first-child .tap")
    page.click("[data-send]")
    page.wait_for_url("**/collect/PAY*/")

    line = Order.objects.get().lines.get()
    assert (line.commodity.variety, line.price_fen_kg, line.amount_fen) == ("黄瓜", 300, 750)
    assert complaints == []


def test_without_a_network_the_bill_waits_on_the_phone_and_is_written_once(market):
    page = market.enter()
    page.click("[data-label='番茄']")
    tap_keys(page, "25")

    page.context.set_offline(True)
    page.click("[data-send]")
    page.wait_for_selector("[data-offline]:not([hidden])")
    assert Order.objects.count() == 0
    page.context.set_offline(False)
    page.wait_for_url("**/collect/PAY*/", timeout=20_000)

    assert Order.objects.get().amount_fen == 8_000
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_bill_survives_the_page_being_closed(market):
    page = market.enter()
    page.click("[data-label='番茄']")
    tap_keys(page, "25")
    page.click("[data-add]")

    page.goto(f"{market.url}/today/")
    page.goto(f"{market.url}/sell/")

    assert "25 kg × ¥3.20" in page.inner_text("[data-lines]")
    assert page.inner_text("[data-total]") == "¥80.00"


def test_an_answer_that_got_lost_does_not_make_a_second_bill(market):
    page = market.enter()
    page.click("[data-label='番茄']")
    tap_keys(page, "25")
    lost = []

    def lose(route):
        if not lost and route.request.method == "POST":
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    page.route("**/sell/", lose)
    page.click("[data-send]")
    page.wait_for_url("**/collect/PAY*/", timeout=20_000)

    assert lost == [302]
    assert Order.objects.count() == Payment.objects.count() == 1


def test_the_same_without_script(market):
    page = market.enter(java_script_enabled=False)

    page.click("text=番茄")
    page.fill("[name=kg]", "0")
    page.click("text=再加一样")
    assert "要大于 0" in page.inner_text("[data-error]")
    page.fill("[name=kg]", "10")
    page.click("text=再加一样")
    page.click("text=黄瓜")
    page.fill("[name=kg]", "5")
    page.click("[data-send]")
    page.wait_for_url("**/collect/PAY*/")

    assert Order.objects.get().amount_fen == 3_200 + 1_400

"""A morning at the stall, in a real browser on real tables."""

from random import Random

import pytest

from payments.models import Payment
from silk_road_ebao.kernel import clock
from tests.face.market_morning import PASSWORD, open_shop, take, trade, waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stall(live_server, open_page):
    """Sign the owner in with a phone in hand."""
    user, merchant = open_shop(at=clock.now())
    trade(merchant, at=clock.now(), count=4)
    page = open_page()
    page.goto(f"{live_server.url}/sign-in/password/?next=/today/")
    page.fill("[name=phone]", user.phone_sealed.open()[3:])
    page.fill("[name=password]", PASSWORD)
    page.click("main .button--main")
    page.wait_for_url("**/today/")
    return page, merchant


def test_a_new_payment_appears_by_itself_and_the_figure_follows(stall, complaints):
    page, merchant = stall
    before = page.inner_text("#received .amount")

    payment = take(merchant, merchant.sub_merchants.first(), Random(3), clock.now())

    page.wait_for_selector(f"[data-live-key='{payment.payment_no}-PAID']", timeout=9_000)
    assert page.inner_text("#received .amount") != before
    assert complaints == []


def test_the_code_turns_into_the_money_by_itself_and_leads_back(stall, live_server, complaints):
    page, merchant = stall
    attempt = waiting(merchant, at=clock.now())
    page.goto(f"{live_server.url}/collect/{attempt.payment.payment_no}/")
    assert page.locator(".qr svg").is_visible()

    at = clock.now()
    type(attempt).objects.filter(pk=attempt.pk).update(
        status="PAID", paid_at=at, business_date=clock.business_date(at), acquirer_trade_no="42000001"
    )
    Payment.objects.filter(pk=attempt.payment_id).update(
        status="PAID", paid_at=at, business_date=clock.business_date(at), paid_attempt=attempt
    )

    page.wait_for_selector("[data-arrived]", timeout=6_000)
    page.wait_for_url("**/today/", timeout=8_000)
    assert complaints == []


def test_the_whole_way_from_today_to_the_pad_without_script(live_server, open_page):
    user, _merchant = open_shop(at=clock.now())
    page = open_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/sign-in/password/?next=/today/")
    page.fill("[name=phone]", user.phone_sealed.open()[3:])
    page.fill("[name=password]", PASSWORD)
    page.click("main .button--main")

    page.click(".button--go")
    page.fill(".pad__input", "0")
    page.click(".button--go")

    assert "请输入金额" in page.inner_text("main")

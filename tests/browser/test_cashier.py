"""One code, three wallets and a plain browser: scan, pay on the acquirer's own page, see the money arrive."""

import pytest

from payments.models import Payment, PaymentAttempt, Refund
from payments.services.refund_pushes import push_refund
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import StatusChange
from tests.accounts.factories import MembershipFactory
from tests.payments.conftest import heard, sandbox, sandbox_process, shop  # noqa: F401
from tests.payments.factories import StallCodeFactory

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
WALLETS = {
    "WECHAT": f"{PHONE} MicroMessenger/8.0.50",
    "ALIPAY": f"{PHONE} AlipayClient/10.6.0",
    "UNIONPAY": f"{PHONE} UnionPay/1.0 CloudPay",
}


@pytest.fixture
def code(heard, shop, settings):  # noqa: F811
    """A stall's printed code; its merchant is on board at all three acquirers."""
    settings.DEMO = True
    merchant = shop("WECHAT").merchant
    for acquirer in ("ALIPAY", "UNIONPAY"):
        shop(acquirer, merchant=merchant)
    return StallCodeFactory(stall=merchant.stalls.first(), merchant=merchant)


@pytest.fixture
def till(code, client, live_server, open_page):
    """The stallholder's phone, signed in."""
    membership = MembershipFactory(merchant=code.merchant, role="OWNER")
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    page = open_page()
    session = {"name": "sessionid", "value": client.session.session_key, "url": live_server.url}
    page.context.add_cookies([session])
    return page


def _ask(page, live_server, code, yuan="12.50"):
    page.goto(f"{live_server.url}/p/{code.code_no}/")
    page.fill("[name=amount]", yuan)
    page.click("main button.button--go")
    page.wait_for_url("**/p/PAY*/")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def _bill(till, live_server, yuan="12.50"):
    """Ask for an amount on the stallholder's phone; returns the payment's number off the code page."""
    till.goto(f"{live_server.url}/collect/")
    till.fill("[name=amount]", yuan)
    till.click("main button.button--go")
    till.wait_for_url("**/collect/PAY*/")
    return till.url.rstrip("/").rsplit("/", 1)[-1]


def _open(page):
    page.click("main form button.button--go")
    page.wait_for_selector("a.button--go")


def _pay_at_the_acquirer(page, payment_no):
    page.click("a.button--go")
    page.click("text=付款 ¥")
    page.wait_for_url(f"**/p/{payment_no}/result/**", timeout=20_000)


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_stall_code_is_paid_in_each_wallet(code, live_server, open_page, complaints, wallet):
    page = open_page(user_agent=WALLETS[wallet])
    payment_no = _ask(page, live_server, code)
    _open(page)

    _pay_at_the_acquirer(page, payment_no)

    page.wait_for_selector("text=付好了", timeout=10_000)
    payment = Payment.objects.get(payment_no=payment_no)
    assert (payment.status, payment.paid_attempt.acquirer_code) == ("PAID", wallet)
    assert complaints == []


@pytest.mark.parametrize("wallet", WALLETS)
def test_one_bill_opens_in_whatever_wallet_scans_it_and_the_stall_sees_it_live(
    code, till, live_server, open_page, complaints, wallet
):
    """M3: the merchant shows one code; who scans it decides; the merchant's page turns into the money by itself."""
    payment_no = _bill(till, live_server)
    page = open_page(user_agent=WALLETS[wallet])
    page.goto(f"{live_server.url}/p/{payment_no}/")
    _open(page)

    _pay_at_the_acquirer(page, payment_no)

    till.wait_for_selector("[data-arrived]", timeout=10_000)
    assert "12.50" in till.inner_text("[data-arrived]")
    assert Payment.objects.get().paid_attempt.acquirer_code == wallet
    assert complaints == []


def test_another_browser_shows_the_one_code_and_offers_all_three(code, till, live_server, open_page, complaints):
    payment_no = _bill(till, live_server)
    page = open_page(width=1280)
    page.goto(f"{live_server.url}/p/{payment_no}/")
    offered = page.eval_on_selector_all("button[name=acquirer]", "all => all.map(one => one.value)")
    shown = page.locator(".qr svg").is_visible()

    page.click("button[name=acquirer][value=ALIPAY]")
    page.wait_for_url("**?open=1")

    assert shown
    assert set(offered) == set(WALLETS)
    assert page.locator(".qr svg").is_visible()
    assert PaymentAttempt.objects.get().acquirer_code == "ALIPAY"
    assert complaints == []


def test_a_phones_own_browser_leads_into_the_wallet_chosen(code, till, live_server, open_page):
    payment_no = _bill(till, live_server)
    page = open_page(user_agent=PHONE)
    page.goto(f"{live_server.url}/p/{payment_no}/")

    page.click("button[name=acquirer][value=WECHAT]")
    page.wait_for_selector("a.button--go")
    _pay_at_the_acquirer(page, payment_no)

    page.wait_for_selector("text=付好了", timeout=10_000)
    assert PaymentAttempt.objects.get().flow == "H5"


def test_a_person_at_a_demo_plays_three_wallets_in_one_browser(code, till, live_server, open_page):
    """Must show: one code opened as three different wallets."""
    payment_no = _bill(till, live_server)
    page = open_page(width=1280)

    for wallet, name in {"WECHAT": "微信", "ALIPAY": "支付宝", "UNIONPAY": "云闪付"}.items():
        page.goto(f"{live_server.url}/p/{payment_no}/")
        page.click(f"a[href='?as={wallet}']")
        assert f"用{name}付款" in page.inner_text("main form button")
    _open(page)
    _pay_at_the_acquirer(page, payment_no)

    page.wait_for_selector("text=付好了", timeout=10_000)
    assert Payment.objects.get().paid_attempt.acquirer_code == "UNIONPAY"


def test_paying_twice_sends_the_second_back_the_same_day(code, till, live_server, open_page):
    payment_no = _bill(till, live_server)
    first, second = open_page(user_agent=WALLETS["WECHAT"]), open_page(user_agent=WALLETS["ALIPAY"])
    for page in (first, second):
        page.goto(f"{live_server.url}/p/{payment_no}/")
        _open(page)

    for page in (first, second):
        _pay_at_the_acquirer(page, payment_no)
    second.wait_for_selector("text=付好了", timeout=10_000)
    for _look in range(30):
        if refund := Refund.objects.filter(kind="SURPLUS").first():
            break
        second.wait_for_timeout(200)
    for _look in range(10):
        if push_refund(refund_no=refund.refund_no, at=clock.now()).status == "SUCCEEDED":
            break
        second.wait_for_timeout(200)

    refund.refresh_from_db()
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded_fen) == ("PAID", 0)
    assert (refund.amount_fen, refund.status, refund.business_date) == (1_250, "SUCCEEDED", business_date(clock.now()))
    assert PaymentAttempt.objects.filter(status="PAID").count() == 2
    assert refund.attempt_id != payment.paid_attempt_id


def test_what_is_too_much_for_the_stalls_code_is_paid_by_the_bills(code, till, live_server, open_page):
    """R6: above 500 yuan the payer is sent to the code of this one bill."""
    page = open_page(user_agent=WALLETS["WECHAT"])
    page.goto(f"{live_server.url}/p/{code.code_no}/")
    page.fill("[name=amount]", "620")
    page.click("main button.button--go")
    told = page.inner_text("main")
    assert not Payment.objects.exists()

    payment_no = _bill(till, live_server, "620")
    page.goto(f"{live_server.url}/p/{payment_no}/")
    _open(page)
    _pay_at_the_acquirer(page, payment_no)

    page.wait_for_selector("text=付好了", timeout=10_000)
    assert "500.00" in told
    assert Payment.objects.get().channel == "DYNAMIC_CODE"


def test_the_result_page_never_changes_state_however_often_it_is_opened(code, till, live_server, open_page):
    payment_no = _bill(till, live_server)
    page = open_page(user_agent=WALLETS["WECHAT"])
    page.goto(f"{live_server.url}/p/{payment_no}/")
    _open(page)
    before = (Payment.objects.values().get(), PaymentAttempt.objects.values().get(), StatusChange.objects.count())

    for query in ("", "?status=PAID&trade_state=SUCCESS", "?out_trade_no=1&total_amount=12.50"):
        page.goto(f"{live_server.url}/p/{payment_no}/result/{query}")
        page.wait_for_selector("text=还没有看到这笔钱")

    after = (Payment.objects.values().get(), PaymentAttempt.objects.values().get(), StatusChange.objects.count())
    assert after == before


def test_all_ways_stand_with_their_reasons_the_bank_account_among_them(code, till, live_server, open_page, complaints):
    payment_no = _bill(till, live_server)
    page = open_page(user_agent=WALLETS["WECHAT"])
    page.goto(f"{live_server.url}/p/{payment_no}/")

    page.click("text=换一种付法")
    rows = page.eval_on_selector_all(".rows .row", "all => all.map(one => one.innerText)")

    assert "微信" in rows[0]
    assert any("支付宝" in row and "扫一扫店主的码" in row for row in rows)
    assert any("我的银行账户" in row and "还没有在这里登记银行账户" in row for row in rows)
    assert complaints == []


def test_an_amount_typed_without_a_network_is_kept_and_asked_for_once(code, till, live_server):
    till.goto(f"{live_server.url}/collect/")
    for key in ("8", "0"):
        till.click(f"[data-key='{key}']")
    till.context.set_offline(True)
    till.click("main button.button--go")
    till.wait_for_selector("[data-offline]:not([hidden])")
    assert not Payment.objects.exists()

    till.context.set_offline(False)
    till.wait_for_url("**/collect/PAY*/", timeout=20_000)

    assert Payment.objects.get().amount_fen == 8_000
    assert till.evaluate("Object.keys(localStorage).length") == 0


def test_an_amount_survives_the_page_being_closed(code, till, live_server):
    till.goto(f"{live_server.url}/collect/")
    for key in ("1", "5"):
        till.click(f"[data-key='{key}']")

    till.goto(f"{live_server.url}/today/")
    till.goto(f"{live_server.url}/collect/")

    assert till.input_value("[name=amount]") == "15"

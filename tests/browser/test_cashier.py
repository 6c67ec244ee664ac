"""One code, three wallets: scan, pay on the acquirer's own page, see the money arrive."""

import pytest

from payments.models import Payment
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


def _ask(page, live_server, code, yuan="12.50"):
    page.goto(f"{live_server.url}/p/{code.code_no}/")
    page.fill("[name=amount]", yuan)
    page.click("main button.button--go")
    page.wait_for_url("**/p/PAY*/")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def _pay_at_the_acquirer(page, payment_no):
    page.click("text=付款 ¥12.50")
    page.wait_for_url(f"**/p/{payment_no}/result/**", timeout=20_000)


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_stall_code_is_paid_in_each_wallet(code, live_server, open_page, wallet):
    page = open_page(user_agent=WALLETS[wallet])
    payment_no = _ask(page, live_server, code)
    page.click("main form button.button--go")
    page.click("a.button--go")

    _pay_at_the_acquirer(page, payment_no)

    page.wait_for_selector("text=12.50", timeout=10_000)
    payment = Payment.objects.get(payment_no=payment_no)
    assert (payment.status, payment.paid_attempt.acquirer_code) == ("PAID", wallet)

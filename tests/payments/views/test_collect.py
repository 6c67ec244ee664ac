"""收款: an amount becomes a code, the code becomes money."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.urls import reverse

from payments.models import Payment, PaymentAttempt
from payments.services import collections
from silk_road_ebao.kernel import clock
from tests.face.market_morning import open_shop, take, waiting

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ORDER = "0" * 31 + "1"


@pytest.fixture(autouse=True)
def _eleven():
    with clock.frozen(AT):
        yield


@pytest.fixture
def shop(client):
    user, merchant = open_shop(at=AT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return merchant


@pytest.fixture
def _acquirer(monkeypatch, shop):
    """Play two acquirers that the merchant has."""
    monkeypatch.setattr(collections, "code_acquirers", lambda merchant: ["WECHAT", "ALIPAY"])


@pytest.mark.usefixtures("_acquirer")
def test_an_amount_leads_to_its_code(client, shop):
    answer = client.post("/collect/", {"amount": "80.5", "description": "番茄 25kg", "order_no": ORDER})

    payment = Payment.objects.get(merchant=shop)
    page = client.get(answer["Location"]).content.decode()
    assert payment.amount_fen == 8_050
    assert payment.stall == shop.stalls.get()
    assert 'class="qr"' in page
    assert "微信、支付宝、云闪付都扫这个码" in page


@pytest.mark.usefixtures("_acquirer")
def test_the_code_is_the_cashiers_address_and_calls_no_acquirer(client, shop, settings):
    """One QR recognises every wallet: no acquirer is asked before the payer's wallet is known."""
    settings.PUBLIC_URL = "https://pay.example.cn"
    client.post("/collect/", {"amount": "80.5", "order_no": ORDER})

    payment = Payment.objects.get(merchant=shop)
    page = client.get(reverse("payments:collect_code", args=[payment.payment_no]))

    assert page.context["code_text"] == f"https://pay.example.cn/p/{payment.payment_no}/"
    assert not payment.attempts.exists()


@pytest.mark.usefixtures("_acquirer")
def test_the_merchant_reads_why_a_payer_could_not_pay_and_the_code_stays(client, shop):
    """银发〔2017〕296: the merchant is shown the result and the reason of a failure."""
    attempt = waiting(shop, at=AT)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status="FAILED", failure_text="余额不足")

    page = client.get(reverse("payments:collect_code", args=[attempt.payment.payment_no])).content.decode()

    assert "顾客刚才用微信没付成：余额不足" in page
    assert 'class="qr"' in page


@pytest.mark.usefixtures("_acquirer")
def test_pressing_twice_asks_for_the_money_once(client, shop):
    form = {"amount": "80", "order_no": ORDER}

    first, second = client.post("/collect/", form), client.post("/collect/", form)

    assert first["Location"] == second["Location"]
    assert Payment.objects.filter(merchant=shop).count() == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "请输入金额"),
        ("0", "请输入金额"),
        ("80.555", "金额写成这样"),
        ("abc", "金额写成这样"),
        ("50000.01", "一次最多收"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_in_words_and_nothing_is_written(client, shop, typed, told):
    answer = client.post("/collect/", {"amount": typed, "order_no": ORDER})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_merchant_without_an_acquirer_is_told_and_nothing_is_written(client, shop, monkeypatch):
    monkeypatch.setattr(collections, "code_acquirers", lambda merchant: [])

    answer = client.post("/collect/", {"amount": "80", "order_no": ORDER})

    assert answer.status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("_acquirer")
def test_money_that_arrived_fills_the_screen_and_leads_back(client, shop):
    payment = take(shop, shop.sub_merchants.first(), Random(1), AT)

    page = client.get(reverse("payments:collect_code", args=[payment.payment_no])).content.decode()

    assert "data-arrived" in page
    assert 'data-return="4"' in page
    assert "hx-trigger" not in page


@pytest.mark.usefixtures("_acquirer")
def test_htmx_gets_the_part_alone(client, shop):
    attempt = waiting(shop, at=AT)
    url = reverse("payments:collect_code", args=[attempt.payment.payment_no])

    part = client.get(url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="collect").content.decode()

    assert "<html" not in part
    assert f'hx-get="{url}"' in part


@pytest.mark.usefixtures("_acquirer")
def test_another_shops_code_is_not_there(client, shop):
    stall = shop.stalls.get()
    stall.label = "A13"
    stall.save(update_fields=["label"])
    _user, other = open_shop(at=AT)
    attempt = waiting(other, at=AT)

    answer = client.get(reverse("payments:collect_code", args=[attempt.payment.payment_no]))

    assert answer.status_code == 404


@pytest.mark.usefixtures("_acquirer")
def test_a_code_past_its_time_offers_another(client, shop):
    attempt = waiting(shop, at=AT - timedelta(hours=1))
    Payment.objects.filter(pk=attempt.payment_id).update(status="CLOSED")

    page = client.get(reverse("payments:collect_code", args=[attempt.payment.payment_no])).content.decode()

    assert "这个码过时了" in page

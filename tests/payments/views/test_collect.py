"""收款: an amount becomes a code, the code becomes money."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.urls import reverse

from payments.models import Payment
from payments.services import collections
from payments.services.acquirer_lines import AcquirerDown
from silk_road_ebao.kernel import clock
from tests.face.market_morning import open_shop, take, waiting
from tests.payments.factories import AttemptFactory

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
    """Play an acquirer that always gives a code."""

    def start(*, payment_no, acquirer_code, flow, actor, at):
        payment = Payment.objects.get(payment_no=payment_no)
        return AttemptFactory(
            payment=payment,
            sub_merchant=payment.merchant.sub_merchants.get(acquirer_code=acquirer_code),
            code_url="weixin://wxpay/bizpayurl?pr=x",
        )

    monkeypatch.setattr(collections, "start_attempt", start)
    monkeypatch.setattr(collections, "code_acquirers", lambda merchant: ["WECHAT", "ALIPAY"])
    monkeypatch.setattr("payments.views.collect.code_acquirers", lambda merchant: ["WECHAT", "ALIPAY"])


@pytest.mark.usefixtures("_acquirer")
def test_an_amount_leads_to_its_code(client, shop):
    answer = client.post("/collect/", {"amount": "80.5", "description": "番茄 25kg", "order_no": ORDER})

    payment = Payment.objects.get(merchant=shop)
    page = client.get(answer["Location"]).content.decode()
    assert payment.amount_fen == 8_050
    assert payment.stall == shop.stalls.get()
    assert 'class="qr"' in page
    assert "请顾客用微信扫一扫" in page


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
def test_while_no_acquirer_answers_the_page_says_the_money_has_not_moved(client, shop, monkeypatch):
    def down(**given):
        raise AcquirerDown

    monkeypatch.setattr(collections, "start_attempt", down)

    answer = client.post("/collect/", {"amount": "80", "order_no": ORDER})

    assert "收款码没有出来" in client.get(answer["Location"]).content.decode()


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

"""收款场景: a merchant's own month by scene, drawn as bars."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext

from payments.models import Payment, PaymentContext, SceneDefinition
from payments.rules.states import PAID_EVER
from silk_road_ebao.kernel import clock
from tests.face.market_morning import open_shop
from tests.payments.factories import AttemptFactory, PaymentFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def eleven():
    with clock.frozen(AT) as frozen:
        yield frozen


@pytest.fixture
def shop(client):
    user, merchant = open_shop(at=AT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return merchant


def asked(merchant, *, scene, fen, status="PAID", at=AT, count=1, instrument="BILL_CODE"):
    for _ in range(count):
        payment = PaymentFactory(merchant=merchant, amount_fen=fen, created_at=at)
        settled = status in PAID_EVER
        row = Payment.objects.filter(pk=payment.pk)
        if settled:
            attempt = AttemptFactory(payment=payment, sub_merchant=merchant.sub_merchants.first())
            row.update(status="PAID", paid_at=at, business_date=clock.business_date(at), paid_attempt=attempt)
        if status != "PAID":
            row.update(status=status, refunded_fen=fen if status == "REFUNDED" else 0)
        PaymentContext.objects.filter(payment=payment).update(
            scene=SceneDefinition.objects.get(code=scene) if scene else None, instrument=instrument
        )


def lines(page, board=0):
    return {
        name: (one.gross_fen, one.paid, one.asked, one.share_percent) for name, one in page.context["boards"][board][1]
    }


def test_each_scene_shows_its_money_and_how_often_it_came_about(client, shop):
    asked(shop, scene="MARKET_BILL", fen=30_000, count=3)
    asked(shop, scene="MARKET_BILL", fen=99_900, status="CLOSED")
    asked(shop, scene="TILL", fen=10_000, instrument="PAYMENT_CODE")

    page = client.get("/scenes/")

    assert lines(page) == {"称重开单": (90_000, 3, 4, 90), "付款码": (10_000, 1, 1, 10)}
    assert [(name, one.paid) for name, one in page.context["boards"][1][1]] == [("账单码", 3), ("付款码", 1)]
    assert page.context["total"].gross_fen == 100_000
    text = page.content.decode()
    assert "要了 5 次，付成 4 次，付成率 80%" in text
    assert "付成 75%（3/4 次）" in text
    assert 'class="scene-bar__gross" width="11.1"' in text  # a ninth of the largest


def test_money_given_back_was_paid_and_a_waiting_payment_is_not_counted(client, shop):
    asked(shop, scene="MARKET_BILL", fen=5_000, status="REFUNDED")
    asked(shop, scene="MARKET_BILL", fen=7_000, status="PENDING")

    assert lines(client.get("/scenes/")) == {"称重开单": (5_000, 1, 1, 100)}


def test_a_payment_without_a_scene_is_among_the_others(client, shop):
    asked(shop, scene=None, fen=5_000)

    assert list(lines(client.get("/scenes/"))) == ["其他"]


def test_another_merchants_payments_are_neither_shown_nor_asked_for_by_address(client, shop):
    _, other = open_shop(at=AT)
    asked(other, scene="TILL", fen=77_700)
    asked(shop, scene="MARKET_BILL", fen=5_000)

    for address in ("/scenes/", f"/scenes/?merchant={other.merchant_no}", f"/scenes/?merchant_no={other.merchant_no}"):
        page = client.get(address)

        assert list(lines(page)) == ["称重开单"]
        assert "777" not in page.content.decode()
    assert client.get(f"/{other.merchant_no}/scenes/").status_code == 404


def test_whoever_has_not_signed_in_is_sent_there(client):
    assert client.get("/scenes/")["Location"].startswith("/sign-in/")


def test_a_month_holds_only_its_own_days_by_the_markets_clock(client, shop):
    asked(shop, scene="TILL", fen=1_100, at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    asked(shop, scene="TILL", fen=2_200, at=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))

    assert lines(client.get("/scenes/?month=2026-10"))["付款码"][0] == 1_100
    assert lines(client.get("/scenes/?month=2026-11"))["付款码"][0] == 2_200
    assert client.get("/scenes/?month=nonsense").status_code == 404


def test_an_empty_month_says_what_will_be_here(client, shop):
    page = client.get("/scenes/").content.decode()

    assert "这个月还没有收款" in page
    assert 'href="/collect/"' in page


def test_the_page_costs_the_same_queries_for_one_payment_and_twenty(client, shop):
    asked(shop, scene="TILL", fen=1_000)
    client.get("/scenes/")
    with CaptureQueriesContext(connection) as one:
        client.get("/scenes/")
    asked(shop, scene="MARKET_BILL", fen=2_000, count=20, at=AT - timedelta(hours=2))

    with CaptureQueriesContext(connection) as many:
        client.get("/scenes/")

    assert len(many) == len(one)


def test_it_is_reached_from_the_month_and_reads_in_english(client, shop):
    asked(shop, scene="MARKET_BILL", fen=5_000)

    assert 'href="/scenes/?month=2026-11"' in client.get("/days/").content.decode()
    client.cookies["django_language"] = "en"
    page = client.get("/scenes/")

    with translation.override("en"):
        assert [name for name, _ in page.context["boards"][0][1]] == [gettext("称重开单")] != ["称重开单"]

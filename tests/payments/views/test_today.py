"""今日: what a stallholder sees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import PaymentAttempt
from silk_road_ebao.kernel import clock
from tests.accounts.factories import UserFactory
from tests.face.market_morning import open_shop, trade
from tests.payments.closed_day import give_back

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LIVE = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "live"}


@pytest.fixture(autouse=True)
def _eleven():
    with clock.frozen(AT):
        yield


@pytest.fixture
def shop(client):
    user, merchant = open_shop(at=AT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return merchant


def test_whoever_is_not_signed_in_goes_to_the_sign_in_and_comes_back(client):
    answer = client.get("/today/")

    assert answer["Location"] == "/sign-in/?next=/today/"


def test_somebody_without_a_shop_does_not_see_a_shop(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/today/").status_code == 302


def test_an_empty_day_says_what_will_be_here_and_offers_the_first_payment(client, shop):
    page = client.get("/today/").content.decode()

    assert "还没有收款" in page
    assert "收第一笔" in page


def test_the_day_shows_its_money_and_the_sum_behind_tomorrow(client, shop):
    trade(shop, at=AT, count=12)

    page = client.get("/today/")

    settles = page.context["settles"]
    assert settles["sum"].total_fen == sum(term.amount_fen for term in settles["sum"].terms)
    assert settles["title"] == "预计明天到账"
    assert "建" in settles["account"]
    assert page.context["today"].count == 12


def test_the_first_page_and_the_book_of_days_say_the_same_of_tomorrow(client, shop):
    trade(shop, at=AT, count=12)
    give_back(PaymentAttempt.objects.order_by("-amount_fen")[0], 777)

    first = client.get("/today/").context["settles"]["sum"]
    book = client.get("/days/").context["tomorrow"]["sum"]

    assert first.terms == book.terms
    assert first.total_fen == book.total_fen
    assert -777 in [term.amount_fen for term in first.terms]


def test_money_on_a_friday_is_paid_on_the_next_working_day(client, shop):
    with clock.frozen(datetime(2026, 11, 27, 3, 0, tzinfo=UTC)):
        trade(shop, at=clock.now(), count=3)

        title = client.get("/today/").context["settles"]["title"]

    assert title == "预计11月30日到账"


def test_the_live_part_is_short_and_brings_the_figure_along(client, shop):
    trade(shop, at=AT, count=3)

    part = client.get("/today/", **LIVE).content.decode()

    assert "<html" not in part
    assert 'id="live"' in part
    assert 'hx-swap-oob="true"' in part


def test_the_page_answers_differently_to_htmx_and_says_so(client, shop):
    page = client.get("/today/")

    assert "HX-Request" in page["Vary"]


def test_the_page_costs_the_same_queries_for_one_payment_and_twenty(client, shop):
    trade(shop, at=AT, count=1)
    client.get("/today/")
    with CaptureQueriesContext(connection) as one:
        client.get("/today/")
    trade(shop, at=AT - timedelta(minutes=1), count=19, seed=2)
    with CaptureQueriesContext(connection) as twenty:
        client.get("/today/")

    assert len(twenty) == len(one)
    assert len(one) <= 16


def test_the_page_is_english_in_english(client, shop):
    client.post("/i18n/setlang/", {"language": "en"})

    page = client.get("/today/").content.decode()

    assert 'lang="en"' in page

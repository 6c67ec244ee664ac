"""对账: the month, the day as a sum, its lines, its papers, the tile."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from payments.models import Settlement
from payments.selectors.days import DayBook
from payments.views.day_book import payout_of, short_yuan
from silk_road_ebao.kernel import clock
from tests.face.market_morning import open_shop, trade
from tests.payments.closed_day import closed, difference, enter_calendar, pay_out

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
TODAY, DAY = date(2026, 11, 18), date(2026, 11, 17)


@pytest.fixture(autouse=True)
def _eleven():
    enter_calendar(date(2026, 10, 1), date(2026, 12, 31))
    with clock.frozen(AT):
        yield


@pytest.fixture
def shop(client):
    user, merchant = open_shop(at=AT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return merchant


def queries(client, address):
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    return len(made)


def test_an_empty_month_says_what_will_be_here(client, shop):
    page = client.get("/days/").content.decode()

    assert "这个月还没有账" in page
    assert "明天没有要付的钱" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "1899-01", "9999-12"])
def test_a_month_that_is_none_is_not_found(client, shop, month):
    assert client.get(f"/days/?month={month}").status_code == 404


def test_the_month_shows_each_day_what_came_in_what_the_bank_paid_and_what_waits(client, shop):
    statement = closed(shop, DAY)
    pay_out(statement, TODAY)
    difference(shop, DAY)

    page = client.get("/days/")

    cell = next(one for week in page.context["weeks"] for one in week if one and one["day"] == DAY)
    assert (cell["gross_fen"], cell["paid_fen"], cell["waits"]) == (statement.gross_fen, statement.payout_fen, True)
    later = next(one for week in page.context["weeks"] for one in week if one and one["day"] == date(2026, 11, 30))
    assert later["state"] == "future"


def test_tomorrow_is_told_with_its_reasons_and_they_add_up(client, shop):
    trade(shop, at=AT, count=4)

    told = client.get("/days/").context["tomorrow"]

    assert told["sum"].total_fen == sum(term.amount_fen for term in told["sum"].terms) > 0
    assert told["days"] == [TODAY]


def test_a_closed_day_is_the_sum_that_leads_to_the_banks_figure(client, shop):
    statement = closed(shop, DAY)

    page = client.get("/days/2026-11-17/")

    assert page.context["sum"].total_fen == statement.payout_fen
    assert "银行今天付给你" in page.content.decode()


def test_today_is_reckoned_live_and_says_so(client, shop):
    trade(shop, at=AT, count=3)

    page = client.get("/days/2026-11-18/")

    assert "到现在为止" in str(page.context["sum"].label)
    assert page.context["sum"].total_fen == client.get("/days/").context["tomorrow"]["sum"].total_fen


def test_an_unpublished_statement_is_not_shown_nor_given_out(client, shop):
    closed(shop, DAY)
    Settlement.objects.update(published_at=None)

    page = client.get("/days/2026-11-17/")

    assert page.context["book"].is_final is False
    assert client.get("/days/2026-11-17/statement.pdf").status_code == 404


@pytest.mark.parametrize(
    ("paid_off", "today", "said", "tone"),
    [
        (None, DAY, "银行明天 10 点前付给你", ""),
        (None, TODAY, "银行今天付给你", ""),
        (None, TODAY + timedelta(days=1), "该在11月18日到账", "wait"),
        (0, TODAY, "已到账", "good"),
        (100, TODAY, "比算的少 ¥1.00", "wait"),
        (-100, TODAY, "比算的多 ¥1.00", "wait"),
    ],
)
def test_the_payout_is_told_as_it_stands(shop, paid_off, today, said, tone):
    statement = closed(shop, DAY)
    if paid_off is not None:
        pay_out(statement, TODAY, less_fen=paid_off)
    book = DayBook(statement, list(statement.lines.all()), True, split_fee_fen=0, separate_fee_fen=0)

    told = payout_of(book, today)

    assert said in told.text
    assert told.tone == tone


@pytest.mark.parametrize("term", ["gross", "refund", "fee", "split", "adjustment", "service"])
def test_every_term_opens(client, shop, term):
    closed(shop, DAY)

    assert client.get(f"/days/2026-11-17/?show={term}").context["opened"]["term"] == term


def test_a_term_opens_by_acquirer_and_down_to_payments_that_add_up(client, shop):
    statement = closed(shop, DAY, count=20)

    parts = client.get("/days/2026-11-17/?show=gross").context["opened"]["parts"]
    rows = [client.get(f"/days/2026-11-17/?show=gross&by={part['by']}").context["opened"]["rows"] for part in parts]

    assert sum(part["fen"] for part in parts) == statement.gross_fen
    assert [sum(row.fen for row in of_part) for of_part in rows] == [part["fen"] for part in parts]


@pytest.mark.parametrize("query", ["show=x", "show=gross&by=0", "show=service&by=FEE0", "show=gross&by=99999999"])
def test_what_is_not_in_the_day_is_not_found(client, shop, query):
    closed(shop, DAY)

    assert client.get(f"/days/2026-11-17/?{query}").status_code == 404


def test_a_foreign_merchants_day_is_none_of_mine(client, shop):
    _user, other = open_shop(at=AT)
    statement = closed(other, DAY)
    foreign = statement.lines.all()[0].sub_merchant_id

    page = client.get("/days/2026-11-17/")

    assert page.context["sum"] is None
    assert "这一天没有账" in page.content.decode()
    assert client.get(f"/days/2026-11-17/?show=gross&by={foreign}").status_code == 404
    assert client.get("/days/2026-11-17/statement.pdf").status_code == 404
    assert client.get("/days/2026-11-17/statement.xlsx").status_code == 404


def test_papers_are_given_out_by_name(client, shop):
    statement = closed(shop, DAY)

    pdf, sheet = client.get("/days/2026-11-17/statement.pdf"), client.get("/days/2026-11-17/statement.xlsx")

    assert pdf.content.startswith(b"%PDF")
    assert sheet.content.startswith(b"PK")
    assert f"{statement.statement_no}.pdf" in pdf["Content-Disposition"]


@pytest.mark.parametrize("address", ["/days/2026-02-30/", "/days/1999-01-01/", "/days/x/"])
def test_a_day_that_no_calendar_has_is_not_found(client, shop, address):
    assert client.get(address).status_code == 404


def test_a_future_day_says_so(client, shop):
    assert "这一天还没到" in client.get("/days/2026-12-24/").content.decode()


@pytest.mark.parametrize(
    "address", ["/days/", "/days/2026-11-17/", "/days/2026-11-17/?show=gross", "/days/2026-11-17/?show=fee"]
)
def test_pages_cost_the_same_queries_for_one_payment_and_twenty(client, shop, address):
    closed(shop, DAY, count=2, seed=1)
    number = shop.sub_merchants.order_by("rank")[0].pk
    by = f"&by={number}" if "show" in address else ""
    client.get(address)
    one = queries(client, address + by)
    trade(shop, at=datetime(2026, 11, 17, 10, 0, tzinfo=UTC), count=18, seed=2)

    assert queries(client, address + by) == one <= 20


def test_the_tile_counts_what_waits_and_leads_there(client, shop):
    difference(shop, DAY)
    difference(shop, DAY, kind="FEE")

    tile = client.get("/today/differences/").content.decode()

    assert "<b>2</b>" in tile
    assert 'href="/days/2026-11-17/"' in tile


def test_whoever_is_not_signed_in_sees_no_day(client):
    assert client.get("/days/")["Location"] == "/sign-in/?next=/days/"


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0"), (98_099, "980"), (1_250_000, "1.25万"), (12_345_678_901, "1.23亿"), (123_456_700, "123万")],
)
def test_amounts_fit_a_calendars_cell(fen, text):
    with translation.override("zh-hans"):
        assert short_yuan(fen) == text


def test_the_pages_are_english_in_english(client, shop):
    closed(shop, DAY)
    client.post("/i18n/setlang/", {"language": "en"})

    page = client.get("/days/2026-11-17/?show=gross").content.decode()

    assert 'lang="en"' in page
    assert "收款" not in page.split("<main")[1].split("</main")[0].replace("番茄", "")

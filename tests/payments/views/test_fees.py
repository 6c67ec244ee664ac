"""费用: the month's fees with price and contract, invoices, arrears told kindly."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import FeeInvoice, ServiceFee
from payments.services.fee_invoices import issue_invoices, receive_fee, remind_overdue
from payments.services.settlements import post_settlements
from payments.services.tariffs import Price
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from tests.face.market_morning import open_shop
from tests.payments.closed_day import closed, enter_calendar
from tests.payments.services.test_service_fees import price, sign

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 17)
LATE = AT + timedelta(days=20)


@pytest.fixture(autouse=True)
def eleven():
    enter_calendar(date(2026, 10, 1), date(2026, 12, 31))
    with clock.frozen(AT) as frozen:
        yield frozen


@pytest.fixture
def shop(client):
    user, merchant = open_shop(at=AT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return merchant


def charged(merchant):
    if not ServiceFee.objects.exists():
        price(Price("BPS", rate_bps=50))
    sign(merchant)
    closed(merchant, DAY)


def invoiced(merchant):
    charged(merchant)
    post_settlements(day=DAY, actor=SYSTEM, at=AT)
    issue_invoices(month=DAY, actor=SYSTEM, at=AT)
    return FeeInvoice.objects.get(merchant=merchant)


def test_a_month_without_fees_says_what_will_be_here(client, shop):
    page = client.get("/fees/").content.decode()

    assert "这个月没有服务费" in page
    assert "还没有账单" in page


def test_a_fee_names_its_price_version_and_contract(client, shop):
    charged(shop)

    page = client.get("/fees/")

    text = page.content.decode()
    assert "0.50%" in text
    assert f"C-{shop.pk}-STANDARD" in text
    assert "第 1 版价目" in text
    assert page.context["sum"].total_fen == sum(fee.fee_fen for fee in ServiceFee.objects.all()) > 0


def test_a_fee_leads_to_the_payments_it_was_charged_on(client, shop):
    charged(shop)

    rows = client.get("/fees/").context["rows"]
    opened = client.get(rows[0]["href"].split("#")[0]).context["opened"]

    assert opened["rows"]
    assert all(row.fen for row in opened["rows"])


def test_an_invoice_is_told_kindly_before_and_after_its_day(client, shop, eleven):
    invoice = invoiced(shop)

    before = client.get(f"/fees/{invoice.invoice_no}/").content.decode()
    eleven.move_to(LATE)
    remind_overdue(actor=SYSTEM, at=LATE)
    page = client.get(f"/fees/{invoice.invoice_no}/")
    after = page.content.decode()

    assert "前缴就行" in before
    assert "今天补上就行" in after
    assert "提醒过 1 次" in after
    assert page.context["sum"].total_fen == invoice.amount_fen


def test_a_paid_invoice_says_how_and_is_no_longer_owed(client, shop):
    invoice = invoiced(shop)
    receive_fee(
        invoice_no=invoice.invoice_no, amount_fen=invoice.amount_fen, bank_code="CCB", receipt_ref="回单8821",
        actor=SYSTEM, at=AT,
    )  # fmt: skip

    page = client.get(f"/fees/{invoice.invoice_no}/").content.decode()
    month = client.get("/fees/").context

    assert "回单8821" in page
    assert month["owed"] == []
    assert month["month"].open_fen == 0


def test_a_foreign_merchants_invoice_is_not_found(client, shop):
    _user, other = open_shop(at=AT)
    invoice = invoiced(other)

    assert client.get(f"/fees/{invoice.invoice_no}/").status_code == 404
    assert client.get("/fees/").context["invoices"] == []


def test_the_page_costs_the_same_queries_for_one_fee_and_twenty(client, shop):
    charged(shop)
    ServiceFee.objects.exclude(pk=ServiceFee.objects.order_by("pk")[0].pk).delete()
    client.get("/fees/")
    with CaptureQueriesContext(connection) as one:
        client.get("/fees/")
    for n in range(1, 17):
        closed(shop, date(2026, 11, n), count=1, back_fen=0, seed=100 + n)
    with CaptureQueriesContext(connection) as twenty:
        client.get("/fees/")

    assert ServiceFee.objects.count() >= 17
    assert len(twenty) == len(one) <= 16


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12"])
def test_a_month_that_is_none_is_not_found(client, shop, month):
    assert client.get(f"/fees/?month={month}").status_code == 404

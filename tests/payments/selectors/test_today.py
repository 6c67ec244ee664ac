"""今日 adds up exactly, by the business day of Shanghai, in a constant number of queries."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Refund
from payments.selectors.today import latest_of, next_payout_date, received_today
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no, new_uuid
from tests.face.market_morning import open_shop, take, trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def merchant():
    return open_shop(at=AT)[1]


def give_back(payment, fen: int, kind: str = "CUSTOMER") -> None:
    Refund.objects.create(
        refund_no=new_no("REF"),
        uid=new_uuid(),
        payment=payment,
        attempt=payment.paid_attempt,
        acquirer_code=payment.paid_attempt.acquirer_code,
        kind=kind,
        amount_fen=fen,
        status="SUCCEEDED",
        reason="x",
        requested_by="x",
        requested_at=AT,
        refunded_at=AT,
        business_date=business_date(AT),
    )


def test_an_empty_day_is_nought_and_keeps_its_hours(merchant):
    found = received_today(merchant, AT)

    assert (found.received_fen, found.count, found.before_fen) == (0, 0, 0)
    assert found.hours[found.hour_now][0] == "11:00"


def test_the_day_so_far_is_compared_with_last_week_up_to_the_same_time(merchant):
    trade(merchant, at=AT, count=6)
    trade(merchant, at=AT - timedelta(days=7), count=4, seed=1)
    before = received_today(merchant, AT).before_fen
    trade(merchant, at=AT - timedelta(days=7) + timedelta(hours=8), count=3, seed=2)

    found = received_today(merchant, AT)

    assert found.count == 6
    assert found.received_fen == sum(fen for _hour, fen in found.hours)
    assert before <= found.before_fen
    later = [p for p in latest_of(merchant, 50) if AT - timedelta(days=7) < p.paid_at < AT - timedelta(days=6)]
    assert all(p.paid_at > AT - timedelta(days=7) for p in later)


def test_refunds_to_customers_count_and_a_double_payment_sent_back_does_not(merchant):
    trade(merchant, at=AT, count=5)
    payment = latest_of(merchant).first()
    give_back(payment, 100)
    give_back(payment, payment.amount_fen, kind="SURPLUS")

    found = received_today(merchant, AT)

    assert found.refunded_fen == 100


def test_another_merchants_money_is_not_counted(merchant):
    _user, other = open_shop_beside(merchant)
    trade(other, at=AT, count=3)

    assert received_today(merchant, AT).count == 0
    assert list(latest_of(merchant)) == []


def open_shop_beside(merchant):
    stall = merchant.stalls.get()
    stall.label = "A13"
    stall.save(update_fields=["label"])
    return open_shop(at=AT)


def test_queries_are_as_many_for_one_payment_as_for_thirty(merchant):
    number = merchant.sub_merchants.first()
    take(merchant, number, Random(1), AT)

    def everything():
        received_today(merchant, AT)
        return [p.paid_attempt.acquirer_code for p in latest_of(merchant)]

    with CaptureQueriesContext(connection) as one:
        everything()
    trade(merchant, at=AT, count=29)
    with CaptureQueriesContext(connection) as thirty:
        everything()

    assert len(thirty) == len(one) == 3


def test_in_a_year_whose_working_days_are_unknown_the_next_day_stands_in():

    assert next_payout_date(date(2031, 3, 3)) == date(2031, 3, 4)

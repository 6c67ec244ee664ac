"""R5: credit cards of a small merchant, per ID and acquirer, over all its shops."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from payments.models import AcquirerMessage, CreditReceipt, PaymentAttempt
from payments.selectors.credit_receipts import credit_room_fen
from payments.services.attempts import start_attempt
from payments.services.credit_receipts import reserve_credit
from silk_road_ebao.kernel.clock import business_date
from tests.payments.factories import (
    CASHIER,
    MerchantFactory,
    PaymentFactory,
    PersonFactory,
    dated_limits,
    moment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(sandbox):
    dated_limits()


def _received(person, day, amount_fen, acquirer_code="WECHAT"):
    CreditReceipt.objects.create(person=person, acquirer_code=acquirer_code, business_date=day, amount_fen=amount_fen)


@pytest.mark.parametrize(
    ("receipts", "room_fen"),
    [
        ([], 100_000),
        ([(date(2026, 11, 30), 99_999)], 1),
        ([(date(2026, 11, 30), 100_001)], 0),
        ([(date(2026, 11, 29), 100_000)], 100_000),
        ([(date(2026, 11, day), 100_000) for day in range(1, 11)], 0),
        ([(date(2026, 10, 31), 100_000), (date(2026, 12, 1), 100_000)], 100_000),
    ],
)
def test_what_is_left_of_the_day_and_the_month(receipts, room_fen):
    """R5: 1,000 a day, 10,000 a month; midnight and month end begin anew."""
    person = PersonFactory()
    for day, amount_fen in receipts:
        _received(person, day, amount_fen)

    assert credit_room_fen(person.pk, "WECHAT", date(2026, 11, 30)) == room_fen


def test_another_acquirer_and_another_id_have_room_of_their_own():
    """R5."""
    person = PersonFactory()
    _received(person, date(2026, 11, 30), 100_000)

    assert credit_room_fen(person.pk, "ALIPAY", date(2026, 11, 30)) == 100_000
    assert credit_room_fen(PersonFactory().pk, "WECHAT", date(2026, 11, 30)) == 100_000


def test_a_small_merchant_at_its_cap_takes_no_credit_card_in_either_shop_and_a_company_does():
    """R5: two shops, one ID."""
    one = MerchantFactory(kind="MICRO")
    two = MerchantFactory(kind="MICRO", legal_person=one.legal_person)
    company = MerchantFactory(kind="COMPANY", legal_person=one.legal_person)
    _received(one.legal_person, business_date(moment()), 95_000)

    allowed = [_reserves(merchant, 8_000) for merchant in (one, two, company)]

    assert allowed == [False, False, True]


def _reserves(merchant, amount_fen):
    with transaction.atomic():
        return reserve_credit(merchant=merchant, acquirer_code="WECHAT", amount_fen=amount_fen, at=moment())


def _start(merchant, amount_fen, acquirer_code="WECHAT"):
    payment = PaymentFactory(merchant=merchant, amount_fen=amount_fen)
    return start_attempt(
        payment_no=payment.payment_no, acquirer_code=acquirer_code, flow="NATIVE", actor=CASHIER, at=moment()
    )


def test_what_is_under_way_keeps_its_room_until_it_ends(shop):
    """R5: 600 waits for its payer, so the next 600 of the other shop may not come from a credit card."""
    one = shop(kind="MICRO").merchant
    two = shop(kind="MICRO", legal_person=one.legal_person).merchant
    first = _start(one, 60_000)

    second = _start(two, 60_000)

    assert (first.takes_credit, second.takes_credit) == (True, False)
    PaymentAttempt.objects.filter(pk=first.pk).update(status="CLOSED")
    assert _reserves(two, 60_000)


@pytest.mark.parametrize(
    ("acquirer_code", "field", "words"),
    [
        ("WECHAT", "limit_pay", "no_credit"),
        ("ALIPAY", "disable_pay_channels", "credit"),
        ("UNIONPAY", "reserved", "no_credit"),
    ],
)
def test_the_acquirer_is_told_to_take_no_credit_card_beyond_the_limit(shop, acquirer_code, field, words):
    """R5: and within the limit it is told nothing."""
    merchant = shop(acquirer_code, kind="MICRO").merchant

    within, beyond = _start(merchant, 99_900, acquirer_code), _start(merchant, 200, acquirer_code)

    said = {row.subject: str(row.shown) for row in AcquirerMessage.objects.filter(kind="create")}
    assert beyond.status == "PENDING"
    assert words in said[beyond.attempt_no]
    assert field in said[beyond.attempt_no]
    assert words not in said[within.attempt_no]


@pytest.mark.django_db(transaction=True)
def test_two_tills_of_one_id_cannot_pass_the_limit_together(shop):
    """R5: eight tills at once, room for one."""
    person = PersonFactory()
    merchants = [shop(kind="MICRO", legal_person=person).merchant for _ in range(4)]
    dated_limits()
    gate = threading.Barrier(8)

    def till(n):
        gate.wait()
        try:
            return _start(merchants[n % 4], 60_000).takes_credit
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(till, range(8)))

    assert sorted(allowed) == [False] * 7 + [True]

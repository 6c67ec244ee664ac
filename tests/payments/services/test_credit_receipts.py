"""R5: credit cards of a small merchant, per ID and acquirer, over all its shops."""

from datetime import date

import pytest

from payments.models import CreditReceipt
from payments.selectors.credit_receipts import credit_room_fen
from payments.services.credit_receipts import credit_allowed
from silk_road_ebao.kernel.clock import business_date
from tests.payments.factories import AttemptFactory, MerchantFactory, PersonFactory, dated_limits, moment

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

    allowed = [
        credit_allowed(attempt=AttemptFactory(payment__merchant=merchant), at=moment())
        for merchant in (one, two, company)
    ]

    assert allowed == [False, False, True]

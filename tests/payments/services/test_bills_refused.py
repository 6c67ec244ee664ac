"""F12, F18: a spoiled bill of any acquirer, fetched through its own gateway over HTTP, is refused whole."""

import pytest

from payments.models import Bill, BillRow, BusinessDay, Discrepancy, ServiceFee, Settlement
from payments.services.business_days import close_business_day
from silk_road_ebao.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
ACQUIRERS = ["WECHAT", "ALIPAY", "UNIONPAY"]
WORDS = {
    "truncated": ("cut off", "missing", "broken", "archive", "columns", "unpack"),
    "duplicated": ("come to", "order of time", "twice"),
    "reordered": ("order of time",),
    "wrong_totals": ("come to",),
}
"""What the refusal must speak of: a file refused for another reason than the one it has would prove nothing."""


@pytest.mark.parametrize("acquirer_code", ACQUIRERS)
@pytest.mark.parametrize("kind", list(WORDS))
def test_a_spoiled_bill_is_refused_whole_and_the_good_one_is_taken(kind, acquirer_code, market, shop, sandbox):
    sub_merchant = shop(acquirer_code)
    for n in range(5):
        market.sell(sub_merchant, 10_000 + n)
        market.tick()
    sandbox.fault(kind, acquirer=acquirer_code.lower(), count=1, seed=3)

    held = close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())

    assert (held.status, held.hold_code) == ("HELD", "BILL_REFUSED")
    assert any(word in held.hold_reason for word in WORDS[kind]), held.hold_reason
    assert not Bill.objects.filter(status__in=("VERIFIED", "LOADED")).exists()
    assert not BillRow.objects.exists()
    assert not Settlement.objects.exists()
    assert not ServiceFee.objects.exists()
    assert not Discrepancy.objects.exists()

    again = close_business_day(day=market.day, actor=SYSTEM, at=market.at)

    assert (again.status, again.hold_reason) == ("PUBLISHED", "")
    refused, taken = Bill.objects.order_by("version")
    assert (refused.status, taken.status, taken.rows) == ("REFUSED", "LOADED", 5)
    assert Settlement.objects.get().gross_fen == sum(10_000 + n for n in range(5))


def test_while_the_acquirer_gives_the_same_spoiled_bill_the_day_stays_held(market, shop, sandbox):
    sub_merchant = shop("ALIPAY")
    market.sell(sub_merchant, 10_000)
    sandbox.fault("wrong_totals", acquirer="alipay", count=2)
    morning = market.next_morning()

    states = [close_business_day(day=market.day, actor=SYSTEM, at=morning).status for _try in range(3)]

    assert states == ["HELD", "HELD", "PUBLISHED"]
    assert BusinessDay.objects.get().reached == "PUBLISHED"

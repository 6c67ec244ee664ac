"""A published day moves the last trade of those who traded, and of nobody else (R11)."""

import pytest

from payments.services.business_days import close_business_day
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import day_bounds
from silk_road_ebao.kernel.outbox import deliver_due
from tests.payments.factories import SettlementAccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_published_day_notes_who_traded(market, shop):
    sub_merchant, silent = shop(), shop("ALIPAY")
    account = SettlementAccountFactory(owner_merchant=sub_merchant.merchant)
    market.sell(sub_merchant, 10_000)
    assert close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning()).status == "PUBLISHED"

    for _round in range(3):
        deliver_due()

    for row in (sub_merchant.merchant, account, silent.merchant):
        row.refresh_from_db()
    assert sub_merchant.merchant.last_active_at == account.last_active_at == day_bounds(market.day)[1]
    assert silent.merchant.last_active_at is None

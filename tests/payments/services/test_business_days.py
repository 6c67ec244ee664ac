"""The close of a day, against the sandbox: from the cut to the publication."""

import pytest

from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import Bill, BusinessDayStep, Discrepancy, Reconciliation, Settlement
from payments.selectors.business_days import day_totals
from payments.selectors.settlements import statement_of_day
from payments.services.business_days import close_business_day
from silk_road_ebao.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_day_of_two_payments_and_a_refund_is_closed_to_the_fen(market, shop):
    sub_merchant = shop()
    first = market.sell(sub_merchant, 10_000)
    market.sell(sub_merchant, 2_345)
    market.refund(first, 4_999)

    day = close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())

    assert (day.status, day.hold_reason) == ("PUBLISHED", "")
    statement = statement_of_day(sub_merchant.merchant, market.day)
    assert (statement.gross_fen, statement.refunded_fen, statement.payments, statement.refunds) == (12_345, 4_999, 2, 1)
    paid = market.their_settlement(sub_merchant)
    assert (statement.fee_fen, statement.net_fen, statement.payout_fen) == (
        paid["fee_fen"], paid["net_fen"], paid["payout_fen"],
    )  # fmt: skip
    assert Discrepancy.objects.count() == 0
    merchant_no = sub_merchant.merchant.merchant_no
    assert balance_of(memo_earned("WECHAT", merchant_no)).amount == 0
    assert balance_of(memo_due("WECHAT", merchant_no)).amount == statement.fee_fen
    assert trial_balance().agrees
    assert BusinessDayStep.objects.filter(business_day=day, state="DONE").count() == 10
    (totals,) = day_totals(market.day)
    assert (totals.net_fen, totals.differences, totals.channel_fee_fen) == (statement.net_fen, 0, statement.fee_fen)


def test_closing_a_published_day_again_changes_nothing(market, shop):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())
    before = list(Settlement.objects.values()), list(Bill.objects.values()), list(Reconciliation.objects.values())

    close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())

    assert before == (
        list(Settlement.objects.values()), list(Bill.objects.values()), list(Reconciliation.objects.values()),
    )  # fmt: skip


def test_a_day_is_not_cut_while_it_lasts(market, shop):
    market.sell(shop(), 10_000)

    day = close_business_day(day=market.day, actor=SYSTEM, at=market.noon)

    assert (day.status, day.hold_code, day.reached) == ("HELD", "DAY_NOT_OVER", "OPEN")


def test_a_day_waits_for_its_bill(market, shop):
    market.sell(shop(), 10_000)

    early = close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning(hour=8))

    assert (early.status, early.hold_code, early.reached) == ("HELD", "BILL_NOT_READY", "CUT")
    later = close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())
    assert later.status == "PUBLISHED"

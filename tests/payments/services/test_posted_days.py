"""What is learnt of a day after it was posted reaches the next statement, once, and the books still agree."""

from datetime import timedelta

import pytest

from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import Bill, Discrepancy, PaymentAttempt, Settlement, SettlementAdjustment
from payments.services.attempts import look_at_attempt
from payments.services.bill_corrections import correct_bill
from payments.services.business_days import close_business_day
from payments.services.discrepancies import propose_resolution
from payments.services.posted_days import adjust_late_trades
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import day_bounds

pytestmark = pytest.mark.django_db(transaction=True)
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")


def close(market):
    return close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())


def trade_next_day(market, sub_merchant, amount_fen=20_000):
    """Sell once the day after, and close that day as well; gives its statement."""
    market.sell(sub_merchant, amount_fen)
    day = market.day + timedelta(days=1)
    market._move(day_bounds(day)[1] + timedelta(hours=10, minutes=30))
    closed = close_business_day(day=day, actor=SYSTEM, at=market.at)
    assert closed.reached in ("PROVED", "PUBLISHED"), closed.hold_reason
    return Settlement.objects.get(day=day)


def settle_payouts(market):
    """Carry what the acquirer paid otherwise, by four eyes: it pays by its own days."""
    for case in Discrepancy.objects.filter(status="OPEN", kind="PAYOUT"):
        approval = propose_resolution(
            discrepancy_nos=[case.discrepancy_no], way="ACCEPT", reason="机构按自己的日期付", evidence="结算文件",
            actor=MAKER, at=market.at,
        )  # fmt: skip
        approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)


def test_a_payment_confirmed_after_its_day_was_posted_reaches_the_next_statement(market, shop, sandbox):
    """The notice is lost, the query fails in the morning; the money is paid out with the next day's."""
    sub_merchant = shop()
    market.sell(sub_merchant, 5_000)
    late = market.sell(sub_merchant, 10_000, notice=False)
    sandbox.fault("http_500", acquirer="wechat", endpoint="query", count=1, out_trade_no=late.attempt_no)
    held = close(market)
    assert (held.hold_code, Settlement.objects.get().gross_fen) == ("OPEN_CASES", 5_000)
    posted = list(Settlement.objects.values())

    assert look_at_attempt(attempt_no=late.attempt_no, at=market.at).status == "PAID"
    statement = trade_next_day(market, sub_merchant)

    adjustment = SettlementAdjustment.objects.get()
    assert (adjustment.amount_fen, adjustment.captured_fen, adjustment.origin_day) == (9_962, 10_000, market.day)
    assert statement.adjustment_fen == 9_962
    assert statement.net_fen == 20_000 - 76 + 9_962
    assert Discrepancy.objects.get(kind="STATUS_OVER").status == "RESOLVED"
    assert list(Settlement.objects.filter(day=market.day).values()) == posted
    assert adjust_late_trades(actor=SYSTEM, at=market.at) == 0
    settle_payouts(market)
    assert close_business_day(day=market.day, actor=SYSTEM, at=market.at).status == "PUBLISHED"
    merchant_no = sub_merchant.merchant.merchant_no
    assert balance_of(memo_earned("WECHAT", merchant_no)).amount == 0
    assert balance_of(memo_due("WECHAT", merchant_no)).amount == 19 + 38 + 76
    assert trial_balance().agrees


def test_a_corrected_bill_is_carried_through_the_next_day_and_a_further_version_adds_only_its_own(
    market, shop, sandbox
):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=3, count=1)
    close(market)
    correct_bill(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=-2, count=1)
    correct_bill(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)

    statement = trade_next_day(market, sub_merchant)

    written = list(SettlementAdjustment.objects.order_by("pk").values_list("amount_fen", "captured_fen"))
    assert written == [(3, 0), (2, 0)]
    assert statement.adjustment_fen == 5
    assert statement.net_fen == 20_000 - 76 + 5
    assert list(Bill.objects.filter(day=market.day).order_by("version").values_list("status", flat=True)) == [
        "SUPERSEDED", "SUPERSEDED", "LOADED",
    ]  # fmt: skip
    assert balance_of(memo_earned("WECHAT", sub_merchant.merchant.merchant_no)).amount == 0
    assert trial_balance().agrees


def test_a_fee_that_two_people_adjusted_is_not_given_back_again_by_the_corrected_bill(market, shop, sandbox):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=3, count=1)
    close(market)
    case = Discrepancy.objects.get(kind="FEE")
    approval = propose_resolution(
        discrepancy_nos=[case.discrepancy_no], way="ADJUST", reason="多收三分", evidence="工单 7", amount_fen=3,
        actor=MAKER, at=market.at,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)

    correct_bill(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)

    assert SettlementAdjustment.objects.get().source_no == case.discrepancy_no


def test_a_negative_adjustment_larger_than_the_day_is_carried_until_it_is_covered(market, shop, sandbox):
    sub_merchant = shop()
    attempt = market.sell(sub_merchant, 10_000)
    sandbox.fault("amount_changed", acquirer="wechat", delta_fen=-9_000)
    close(market)
    case = Discrepancy.objects.get(kind="AMOUNT_SHORT")
    approval = propose_resolution(
        discrepancy_nos=[case.discrepancy_no], way="ADJUST", reason="机构少付", evidence="工单 8", amount_fen=-9_000,
        actor=MAKER, at=market.at,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)

    statement = trade_next_day(market, sub_merchant, 5_000)

    assert PaymentAttempt.objects.get(pk=attempt.pk).amount_fen == 10_000
    assert (statement.adjustment_fen, statement.payout_fen) == (-9_000, 0)
    assert statement.carried_out_fen == 5_000 - 19 - 9_000

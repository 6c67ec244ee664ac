"""Our own account: what splits bring and refunds take back, proved by the acquirer's fund bill and posted from it."""

from datetime import timedelta

import pytest

from payments.ledger.rules.chart import cash_own, income_service_fee, receivable_merchant, receivable_split
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import Bill, BillRow, Discrepancy, Reconciliation, ServiceFee
from payments.selectors.settlements import statement_of_day
from payments.services.business_days import close_business_day
from payments.services.fund_reconciliations import post_funds, reconcile_funds
from payments.services.sharing_fees import split_due_fees
from payments.services.sharing_reconciliations import reconcile_sharings
from payments.services.tariffs import Price, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import approve
from tests.payments.services.test_sharing_returns import CHECKER, MAKER, ask, partner, sign_fee, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def split_day(market, sub_merchant, settings, *, returns_fee=True, refund_fen=4_999):
    """Sell for 100.00, let 5.00 be split off, give a part back; gives the attempt."""
    partner(sub_merchant, settings)
    sign_fee(sub_merchant.merchant, day=market.day, returns_fee=returns_fee)
    attempt = market.sell(sub_merchant, 10_000)
    market.tick(120)
    split_due_fees(at=market.at)
    sweep(sub_merchant.acquirer_code, market.at)
    if refund_fen:
        market.tick(120)
        ask(attempt, refund_fen, at=market.at)
        sweep(sub_merchant.acquirer_code, market.at)
    return attempt


def close(market):
    return close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())


@pytest.mark.parametrize("code", ["WECHAT", "ALIPAY"])
@pytest.mark.parametrize(("returns_fee", "fee_fen"), [(True, 250), (False, 500)])
def test_paid_100_split_5_refund_4999_and_the_fund_bill_proves_what_we_received(
    code, returns_fee, fee_fen, market, shop, settings
):
    """R28: whatever the contract says of refunds, cash, income and what is owed come out to the fen."""
    sub_merchant = shop(code)
    split_day(market, sub_merchant, settings, returns_fee=returns_fee)

    day = close(market)

    assert (day.status, day.hold_reason) == ("PUBLISHED", "")
    batch = Reconciliation.objects.get(kind="FUND")
    assert (batch.ours_count, batch.matched_count, batch.differences) == (batch.theirs_count, batch.ours_count, 0)
    assert balance_of(cash_own(code)).amount == fee_fen
    assert balance_of(receivable_split(code)).amount == 0
    assert balance_of(receivable_merchant(sub_merchant.merchant.merchant_no)).amount == 0
    assert balance_of(income_service_fee()).amount == fee_fen == ServiceFee.objects.get().fee_fen
    statement, told = statement_of_day(sub_merchant.merchant, market.day), market.their_settlement(sub_merchant)
    assert (statement.net_fen, statement.payout_fen) == (told["net_fen"], told["payout_fen"])
    assert trial_balance().agrees
    assert post_funds(day=market.day).posted == 0


@pytest.mark.parametrize("code", ["WECHAT", "ALIPAY", "UNIONPAY"])
@pytest.mark.parametrize(("returns_fee", "fee_fen"), [(True, 250), (False, 500)])
def test_paid_100_fee_5_refund_4999_collected_separately(code, returns_fee, fee_fen, market, shop):
    sub_merchant = shop(code)
    approval = draft_tariff(
        code="FIVE", name="支付服务费", service="PAYMENT", prices=[Price("BPS", rate_bps=500)],
        valid_from=market.day, source="合同附件一", actor=MAKER, at=market.at,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)
    sign_contract(
        contract_no="C-1", merchant=sub_merchant.merchant, tariff_code="FIVE", collection="SEPARATE",
        valid_from=market.day, returns_fee=returns_fee, actor=MAKER, at=market.at,
    )  # fmt: skip
    attempt = market.sell(sub_merchant, 10_000)
    market.tick()
    market.refund(attempt, 4_999)

    assert close(market).status == "PUBLISHED"

    assert balance_of(receivable_merchant(sub_merchant.merchant.merchant_no)).amount == fee_fen
    assert balance_of(income_service_fee()).amount == fee_fen
    statement, told = statement_of_day(sub_merchant.merchant, market.day), market.their_settlement(sub_merchant)
    assert (statement.fee_fen, statement.payout_fen) == (told["fee_fen"], told["payout_fen"])
    assert not Bill.objects.filter(kind="FUND").exists()


def test_a_split_that_never_came_is_a_case_and_nothing_is_posted_for_it(market, shop, settings):
    sub_merchant = shop()
    split_day(market, sub_merchant, settings, refund_fen=0)
    close(market)
    bill = Bill.objects.get(kind="FUND")
    Bill.objects.filter(pk=bill.pk).update(status="SUPERSEDED")

    batch = reconcile_funds(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)

    case = Discrepancy.objects.get()
    assert (batch.differences, case.kind, case.cause, case.ours_fen) == (
        1, "PROFIT_SHARING", "FUND_NOT_RECEIVED", 500,
    )  # fmt: skip
    assert case.merchant_id == sub_merchant.merchant_id


def test_money_that_no_split_of_ours_explains_is_a_case(market, shop, settings):
    split_day(market, shop(), settings, refund_fen=0)
    close(market)
    bill = Bill.objects.get(kind="FUND")
    stranger = BillRow.objects.get(bill=bill)
    stranger.line_no, stranger.our_no, stranger.acquirer_no = 99, "STRANGE", "X99"
    stranger.save(force_insert=True)

    reconcile_funds(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)
    reconcile_funds(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)

    case = Discrepancy.objects.get()
    assert (case.cause, case.subject_no, case.theirs_fen) == ("FUND_NOT_OURS", "STRANGE", 500)


@pytest.mark.parametrize(
    ("kind", "cause", "own", "other"),
    [
        ("FUND", "FUND_NOT_RECEIVED", reconcile_funds, reconcile_sharings),
        ("SHARING", "SPLIT_NOT_IN_BILL", reconcile_sharings, reconcile_funds),
    ],
)
def test_a_case_of_one_bill_is_closed_by_that_bill_and_not_by_the_other(
    kind, cause, own, other, market, shop, settings
):
    split_day(market, shop(), settings, refund_fen=0)
    close(market)
    call = {"acquirer_code": "WECHAT", "day": market.day, "actor": SYSTEM, "at": market.at}
    Bill.objects.filter(kind=kind).update(day=market.day - timedelta(days=1))
    own(**call)
    Bill.objects.filter(kind=kind).update(day=market.day)

    other(**call)

    case = Discrepancy.objects.get()
    assert (case.status, case.cause) == ("OPEN", cause)

    own(**call)

    case.refresh_from_db()
    assert case.status == "RESOLVED"

"""A refund after a split ends right to the fen: WeChat Pay by an instruction of its own, Alipay within the refund."""

import time
from datetime import timedelta

import pytest

from payments.ledger.rules.chart import income_service_fee, receivable_merchant
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import Discrepancy, ProfitSharing, Refund, ServiceFee
from payments.selectors.settlements import statement_of_day
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.business_days import close_business_day
from payments.services.profit_sharings import ReturnRidesOnRefund, request_split, request_split_return
from payments.services.refund_pushes import push_due_refunds
from payments.services.refunds import RefundTooLarge, SplitMustReturnFirst, request_refund
from payments.services.sharing_fees import split_due_fees
from payments.services.sharing_pushes import push_due_sharings
from payments.services.sharing_receivers import NoSplitHere, bind_receiver, propose_receiver, sign_receiver
from payments.services.tariffs import Price, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import CASHIER, PAYER, PaymentFactory, moment

pytestmark = pytest.mark.django_db(transaction=True)
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")
SPLITTERS = ("WECHAT", "ALIPAY")
OURS = {"WECHAT": ("MERCHANT_ID", "sp_mchid"), "ALIPAY": ("userId", "isv_pid")}


def partner(sub_merchant, settings, *, account=None, is_platform=True):
    code = sub_merchant.acquirer_code
    kind, own = OURS.get(code, ("MERCHANT_ID", "mer_id"))
    receiver = propose_receiver(
        sub_merchant=sub_merchant, account_type=kind, account=account or settings.ACQUIRERS[code.lower()][own],
        name="丝路易宝科技有限公司", is_platform=is_platform, contract_no="FZ-2026-001", actor=CASHIER, at=moment(),
    )  # fmt: skip
    sign_receiver(receiver=receiver, actor=CASHIER, at=moment())
    return bind_receiver(receiver=receiver, actor=CASHIER, at=moment())


def sign_fee(merchant, *, day, returns_fee=True, rate_bps=500):
    approval = draft_tariff(
        code=f"T{merchant.pk}", name="支付服务费", service="PAYMENT", prices=[Price("BPS", rate_bps=rate_bps)],
        valid_from=day - timedelta(days=30), source="合同附件一", actor=MAKER, at=moment(),
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=moment())
    sign_contract(
        contract_no=f"C-{merchant.pk}", merchant=merchant, tariff_code=f"T{merchant.pk}", collection="SPLIT",
        valid_from=day - timedelta(days=30), returns_fee=returns_fee, actor=MAKER, at=moment(),
    )  # fmt: skip


def paid(sub_merchant, sandbox, amount_fen=10_000):
    payment = PaymentFactory(merchant=sub_merchant.merchant, amount_fen=amount_fen)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code=sub_merchant.acquirer_code, flow="NATIVE", actor=PAYER,
        at=moment(),
    )  # fmt: skip
    sandbox.pay(out_trade_no=attempt.attempt_no)
    return look_at_attempt(attempt_no=attempt.attempt_no, at=moment())


def ask(attempt, amount_fen, *, at=None, lines=None):
    return request_refund(
        payment_no=attempt.payment.payment_no, refund_no=new_no("REF"), amount_fen=amount_fen, reason="退货",
        actor=CASHIER, at=at or moment(), lines=lines,
    )  # fmt: skip


def sweep(code, at, *, rounds=12, until=None):
    """Run the sweeps as beat does until nothing is due; the acquirer needs a moment for each."""
    for number in range(1, rounds):
        later = at + timedelta(seconds=number)
        push_due_sharings(acquirer_code=code, at=later + timedelta(hours=number))
        push_due_refunds(acquirer_code=code, at=later + timedelta(hours=number))
        if not (
            ProfitSharing.objects.filter(next_look_at__isnull=False).exists()
            or Refund.objects.filter(next_look_at__isnull=False).exists()
        ):
            return
        time.sleep(0.06)


def theirs(sandbox, attempt):
    """Read the order, its splits and returns from the acquirer's own journal."""
    code = attempt.acquirer_code.lower()
    rows = sandbox.control("GET", f"journal?acquirer={code}&date={attempt.business_date.isoformat()}")
    own = attempt.sub_merchant.sub_mchid
    lists = {name: found for name, found in rows.items() if isinstance(found, list)}
    return {
        name: [row for row in found if own in (row.get("sub"), row.get("sub_mchid"))] for name, found in lists.items()
    }


@pytest.mark.parametrize("code", SPLITTERS)
def test_a_day_with_a_split_fee_and_a_refund_of_4999_closes_to_the_fen(market, shop, settings, code):
    """R28: paid 100, fee 5 split off, refund 49.99: 2.50 comes back first, the merchant bears 47.49, nobody owes."""
    sub_merchant = shop(code)
    partner(sub_merchant, settings)
    sign_fee(sub_merchant.merchant, day=market.day)
    attempt = market.sell(sub_merchant, 10_000)
    market.tick(120)

    assert split_due_fees(at=market.at) == 1
    assert split_due_fees(at=market.at) == 0
    sweep(code, market.at)
    market.tick(120)
    refund = ask(attempt, 4_999, at=market.at)
    sweep(code, market.at)

    refund.refresh_from_db()
    back = ProfitSharing.objects.get(purpose="RETURN")
    assert (refund.status, refund.shared_fen, refund.odd_fen) == ("SUCCEEDED", 250, 0)
    assert (back.status, back.total_fen, back.of.returned_fen) == ("FINISHED", 250, 250)
    day = close_business_day(day=market.day, actor=SYSTEM, at=market.next_morning())
    assert (day.status, day.hold_reason, Discrepancy.objects.count()) == ("PUBLISHED", "", 0)
    statement, told = statement_of_day(sub_merchant.merchant, market.day), market.their_settlement(sub_merchant)
    assert (statement.gross_fen, statement.refunded_fen, statement.split_fen) == (10_000, 4_999, 250)
    assert (statement.fee_fen, statement.net_fen) == (told["fee_fen"], told["net_fen"])
    fee = ServiceFee.objects.get()
    assert (fee.charged_fen, fee.returned_fen, fee.fee_fen, fee.split_fen) == (500, 250, 250, 250)
    assert balance_of(receivable_merchant(sub_merchant.merchant.merchant_no)).amount == 0
    assert balance_of(income_service_fee()).amount == 250
    assert trial_balance().agrees


@pytest.mark.parametrize("code", SPLITTERS)
def test_three_partial_refunds_give_the_whole_split_back(shop, sandbox, settings, code):
    """R28: in whatever parts, at the end nobody holds a fen of a payment that went back whole."""
    sub_merchant = shop(code)
    receiver = partner(sub_merchant, settings, is_platform=False)
    attempt = paid(sub_merchant, sandbox)
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 333)], actor=CASHIER, at=moment())
    sweep(code, moment())

    borne = []
    for amount_fen in (3_333, 3_333, 3_334):
        refund = ask(attempt, amount_fen)
        sweep(code, moment())
        refund.refresh_from_db()
        borne.append((refund.status, refund.shared_fen))

    split = ProfitSharing.objects.get(purpose="SPLIT")
    attempt.payment.refresh_from_db()
    assert borne == [("SUCCEEDED", 110), ("SUCCEEDED", 111), ("SUCCEEDED", 112)]
    assert split.returned_fen == 333
    assert attempt.payment.status == "REFUNDED"
    journal = theirs(sandbox, attempt)
    assert sum(row["amount_fen"] for row in journal["split_returns"]) == 333
    assert len(journal["refunds"]) == 3


@pytest.mark.parametrize("code", SPLITTERS)
def test_a_fee_kept_by_contract_stays_split_and_what_it_covers_is_not_refunded_out_of_the_freeze(
    shop, sandbox, settings, code
):
    sub_merchant = shop(code)
    receiver = partner(sub_merchant, settings)
    sign_fee(sub_merchant.merchant, day=moment().date(), returns_fee=False)
    attempt = paid(sub_merchant, sandbox)
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep(code, moment())

    with pytest.raises(SplitMustReturnFirst):
        ask(attempt, 9_501)
    assert not Refund.objects.exists()

    refund = ask(attempt, 9_500)
    sweep(code, moment())
    refund.refresh_from_db()
    assert (refund.status, refund.shared_fen) == ("SUCCEEDED", 0)
    assert not ProfitSharing.objects.filter(purpose="RETURN").exists()


@pytest.mark.parametrize("code", SPLITTERS)
def test_a_split_that_is_refused_leaves_nothing_to_take_back(shop, sandbox, settings, code):
    """The refund waits for the split's outcome, then goes without a return."""
    sub_merchant = shop(code)
    receiver = partner(sub_merchant, settings, is_platform=False)
    attempt = paid(sub_merchant, sandbox)
    sandbox.fault(
        "refuse", acquirer=code.lower(), endpoint="split", count=1, status=403, code="NO_AUTH", message="无权"
    )
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())

    refund = ask(attempt, 10_000)
    sweep(code, moment())

    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert set(ProfitSharing.objects.values_list("purpose", "status")) == {("SPLIT", "FAILED"), ("RETURN", "FAILED")}
    assert theirs(sandbox, attempt)["split_returns"] == []


def test_a_refund_whose_split_does_not_come_back_is_never_sent(shop, sandbox, settings):
    """WeChat Pay refuses the return (the receiver has no money): the reserve is free again and a person is told."""
    sub_merchant = shop()
    receiver = partner(sub_merchant, settings, is_platform=False)
    attempt = paid(sub_merchant, sandbox)
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep("WECHAT", moment())
    sandbox.fault(
        "refuse", acquirer="wechat", endpoint="split_return", count=1, status=403, code="NOT_ENOUGH", message="余额不足"
    )

    refund = ask(attempt, 10_000)
    sweep("WECHAT", moment())

    refund.refresh_from_db()
    attempt.payment.refresh_from_db()
    assert (refund.status, refund.failure_code, refund.sent_at) == ("FAILED", "SPLIT_NOT_RETURNED", None)
    assert (attempt.payment.status, attempt.payment.refunding_fen) == ("PAID", 0)
    assert theirs(sandbox, attempt)["refunds"] == []


def test_an_alipay_refund_that_is_refused_leaves_the_split_where_it_is(shop, sandbox, settings):
    sub_merchant = shop("ALIPAY")
    receiver = partner(sub_merchant, settings, is_platform=False)
    attempt = paid(sub_merchant, sandbox)
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep("ALIPAY", moment())
    sandbox.fault(
        "refuse",
        acquirer="alipay",
        endpoint="refund",
        count=1,
        code="ACQ.SELLER_BALANCE_NOT_ENOUGH",
        message="余额不足",
    )

    refund = ask(attempt, 10_000)
    sweep("ALIPAY", moment())
    again = ask(attempt, 10_000)
    sweep("ALIPAY", moment())

    refund.refresh_from_db()
    again.refresh_from_db()
    returns = ProfitSharing.objects.filter(purpose="RETURN").order_by("pk")
    assert (refund.status, again.status) == ("FAILED", "SUCCEEDED")
    assert [(row.status, row.total_fen) for row in returns] == [("FAILED", 500), ("FINISHED", 500)]
    assert sum(row["amount_fen"] for row in theirs(sandbox, attempt)["split_returns"]) == 500


def test_alipay_takes_no_split_back_by_itself_and_says_why(shop, sandbox, settings):
    sub_merchant = shop("ALIPAY")
    receiver = partner(sub_merchant, settings)
    attempt = paid(sub_merchant, sandbox)
    split = request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep("ALIPAY", moment())

    with pytest.raises(ReturnRidesOnRefund):
        request_split_return(sharing_no=split.sharing_no, amount_fen=500, actor=CASHIER, at=moment())

    assert not ProfitSharing.objects.filter(purpose="RETURN").exists()


def test_unionpay_splits_nothing_and_says_so(shop, settings):
    with pytest.raises(NoSplitHere):
        partner(shop("UNIONPAY"), settings)


@pytest.mark.parametrize("with_split", [True, False])
def test_the_last_alipay_settle_ends_the_freeze(shop, sandbox, settings, with_split):
    """royalty_finish rides on the last split; without a split a settle of its own carries it."""
    sub_merchant = shop("ALIPAY")
    receiver = partner(sub_merchant, settings)
    if with_split:
        sign_fee(sub_merchant.merchant, day=moment().date())
    attempt = paid(sub_merchant, sandbox)

    split_due_fees(at=moment() + timedelta(seconds=61))
    sweep("ALIPAY", moment())

    found = dict(ProfitSharing.objects.values_list("purpose", "status"))
    assert found == ({"SPLIT": "FINISHED", "UNFREEZE": "FINISHED"} if with_split else {"UNFREEZE": "FINISHED"})
    assert receiver.status == "BOUND"
    shown = [row for row in theirs(sandbox, attempt)["payments"] if row["out_trade_no"] == attempt.attempt_no]
    assert shown[0]["unfrozen"] is True


def test_a_refund_by_lines_keeps_its_lines_and_its_odd_fen(shop, sandbox, settings):
    """R28: lines add up to the refund, receivers and merchant too; the odd fen is written down."""
    sub_merchant = shop()
    receiver = partner(sub_merchant, settings, is_platform=False)
    attempt = paid(sub_merchant, sandbox)
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep("WECHAT", moment())

    refund = ask(attempt, 4_999, lines=[("番茄 12.5kg", 3_000), ("黄瓜", 1_999)])

    assert [(row.text, row.amount_fen) for row in refund.lines.order_by("position")] == [
        ("番茄 12.5kg", 3_000), ("黄瓜", 1_999),
    ]  # fmt: skip
    assert (refund.shared_fen, refund.amount_fen - refund.shared_fen, refund.odd_fen) == (249, 4_750, 1)
    with pytest.raises(RefundTooLarge):
        ask(attempt, 5_002)

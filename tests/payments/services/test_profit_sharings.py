"""Profit sharing from the signed receiver to a refund after the split."""

import time
from datetime import timedelta

import pytest

from payments.models import ProfitSharing
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.profit_sharings import (
    AlreadyUnfrozen,
    NotShareable,
    RatioExceeded,
    ReceiverUnknown,
    request_split,
    request_split_return,
    request_unfreeze,
)
from payments.services.refund_pushes import push_refund
from payments.services.refunds import SplitMustReturnFirst, request_refund
from payments.services.sharing_pushes import push_due_sharings, push_sharing
from payments.services.sharing_receivers import ReceiverUnsigned, bind_receiver, propose_receiver, sign_receiver
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.payments.factories import CASHIER, PAYER, PaymentFactory, moment

pytestmark = pytest.mark.django_db


def _receiver(sub_merchant, settings, *, signed=True, bound=True):
    receiver = propose_receiver(
        sub_merchant=sub_merchant,
        account_type="MERCHANT_ID",
        account=settings.ACQUIRERS["wechat"]["sp_mchid"],
        name="丝路易宝科技有限公司",
        is_platform=True,
        contract_no="FZ-2026-001" if signed else "",
        actor=CASHIER,
        at=moment(),
    )
    if signed:
        sign_receiver(receiver=receiver, actor=CASHIER, at=moment())
    if bound:
        bind_receiver(receiver=receiver, actor=CASHIER, at=moment())
    return receiver


@pytest.fixture
def shared(shop, sandbox, settings):
    """A paid attempt of 100.00 yuan that may be split, and its receiver."""
    sub_merchant = shop()
    receiver = _receiver(sub_merchant, settings)
    payment = PaymentFactory(merchant=sub_merchant.merchant, amount_fen=10_000)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=PAYER, at=moment()
    )
    sandbox.pay(out_trade_no=attempt.attempt_no)
    return look_at_attempt(attempt_no=attempt.attempt_no, at=moment()), receiver


def _finish(sharing):
    push_sharing(sharing_no=sharing.sharing_no, at=moment())
    time.sleep(0.2)
    return push_sharing(sharing_no=sharing.sharing_no, at=moment())


def test_binding_asks_the_real_ratio(shop, settings):
    sub_merchant = shop()

    receiver = _receiver(sub_merchant, settings)

    sub_merchant.refresh_from_db()
    assert receiver.status == "BOUND"
    assert sub_merchant.max_sharing_bps == 3_000


def test_an_unsigned_receiver_is_never_bound(shop, settings):
    """R3."""
    receiver = _receiver(shop(), settings, signed=False, bound=False)

    with pytest.raises(ReceiverUnsigned):
        bind_receiver(receiver=receiver, actor=CASHIER, at=moment())


def test_a_split_is_instructed_queried_and_unfrozen(shared):
    attempt, receiver = shared

    sharing = request_split(
        attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment(), is_last=True
    )
    done = _finish(sharing)
    unfrozen = _finish(ProfitSharing.objects.get(purpose="UNFREEZE"))

    assert (done.status, unfrozen.status) == ("FINISHED", "FINISHED")
    assert done.acquirer_sharing_no
    with pytest.raises(AlreadyUnfrozen):
        request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 1)], actor=CASHIER, at=moment())


@pytest.mark.parametrize("amount_fen", [3_001, 0, -5])
def test_the_ratio_is_the_ceiling(shared, amount_fen):
    """R3: 30 % of the order, as the acquirer said."""
    attempt, receiver = shared

    with pytest.raises(RatioExceeded):
        request_split(attempt_no=attempt.attempt_no, lines=[(receiver, amount_fen)], actor=CASHIER, at=moment())

    assert not ProfitSharing.objects.exists()


def test_several_splits_share_one_ceiling(shared):
    """R3."""
    attempt, receiver = shared
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 2_000)], actor=CASHIER, at=moment())

    with pytest.raises(RatioExceeded):
        request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 1_001)], actor=CASHIER, at=moment())

    assert ProfitSharing.objects.count() == 1


def test_an_unknown_receiver_is_refused(shared, shop, settings):
    """R3: bound for another merchant, or not bound."""
    attempt, _receiver_of_this = shared
    stranger = _receiver(shop(), settings, bound=False)

    with pytest.raises(ReceiverUnknown):
        request_split(attempt_no=attempt.attempt_no, lines=[(stranger, 100)], actor=CASHIER, at=moment())

    assert not ProfitSharing.objects.exists()


def test_a_payment_without_sharing_is_not_split(shop, sandbox, settings):
    sub_merchant = shop()
    payment = PaymentFactory(merchant=sub_merchant.merchant)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=PAYER, at=moment()
    )
    sandbox.pay(out_trade_no=attempt.attempt_no)
    look_at_attempt(attempt_no=attempt.attempt_no, at=moment())

    with pytest.raises(NotShareable):
        request_unfreeze(attempt_no=attempt.attempt_no, actor=CASHIER, at=moment())


@pytest.mark.parametrize("kind", ["drop_after", "http_500", "http_429", "bad_response_signature"])
def test_a_retry_never_takes_a_new_number(shared, sandbox, kind):
    """F11: the acquirer executes one split, whatever the line does."""
    attempt, receiver = shared
    sandbox.fault(kind, acquirer="wechat", endpoint="split", count=1)
    sharing = request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())

    doubtful = push_sharing(sharing_no=sharing.sharing_no, at=moment())
    assert doubtful.status == "UNKNOWN"

    for hour in range(1, 4):
        push_due_sharings(acquirer_code="WECHAT", at=moment() + timedelta(hours=hour))
        time.sleep(0.15)
    sharing.refresh_from_db()
    assert sharing.status == "FINISHED"
    assert ProfitSharing.objects.count() == 1


def test_a_split_counts_on_the_day_it_is_first_sent(shared):
    """F14: asked at 23:59:59 and sent after midnight it stands in the next day's bill; a repeat moves it no more."""
    attempt, receiver = shared
    late = moment().astimezone(BUSINESS_ZONE).replace(hour=23, minute=59, second=59)
    sharing = request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=late)

    first = push_sharing(sharing_no=sharing.sharing_no, at=late + timedelta(seconds=5))
    push_sharing(sharing_no=sharing.sharing_no, at=late + timedelta(days=1, seconds=5))

    sharing.refresh_from_db()
    assert sharing.requested_at == first.sent_at == late + timedelta(seconds=5)


def test_a_refund_after_a_split_ends_right_to_the_fen(shared, sandbox):
    """Paid 100, split 5: a refund of 96 is refused until the split came back; then it passes."""
    attempt, receiver = shared
    split = _finish(request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment()))

    def refund(amount_fen, number):
        return request_refund(
            payment_no=attempt.payment.payment_no,
            refund_no=number,
            amount_fen=amount_fen,
            reason="退货",
            actor=CASHIER,
            at=moment(),
        )

    with pytest.raises(SplitMustReturnFirst):
        refund(9_600, "REFTOOBIG1")
    back = _finish(request_split_return(sharing_no=split.sharing_no, amount_fen=500, actor=CASHIER, at=moment()))
    whole = refund(10_000, "REFWHOLE01")
    push_refund(refund_no=whole.refund_no, at=moment())
    time.sleep(0.3)
    done = push_refund(refund_no=whole.refund_no, at=moment())

    split.refresh_from_db()
    attempt.payment.refresh_from_db()
    assert (back.status, split.returned_fen) == ("FINISHED", 500)
    assert done.status == "SUCCEEDED"
    assert (attempt.payment.status, attempt.payment.refunded_fen) == ("REFUNDED", 10_000)

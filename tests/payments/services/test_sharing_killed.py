"""F1, F2, F11: killed (-9) between a commit and its call, or between call and record, in splits, returns, refunds.

Whatever the place, the sweeps repeat the same number and the acquirer's journal and ours tell the same story.
"""

import pytest

from payments.ledger.models import Transfer
from payments.models import Payment, ProfitSharing, Refund
from payments.services.profit_sharings import request_split
from payments.services.refund_pushes import push_refund
from payments.services.sharing_pushes import push_sharing
from tests.payments.factories import CASHIER, dated_limits, moment
from tests.payments.services.test_chain_killed import die_at
from tests.payments.services.test_sharing_returns import ask, paid, partner, sweep, theirs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PLACES = ("committed", "called")


@pytest.fixture
def split_sale(shop, sandbox, settings, request):
    """A paid attempt of 100.00 yuan and the receiver of 5.00 of it."""
    settings.CLOCK_MAY_BE_SET = True
    dated_limits()
    sub_merchant = shop(request.param)
    receiver = partner(sub_merchant, settings, is_platform=False)
    return paid(sub_merchant, sandbox), receiver


def story():
    """What our books say at the end, without numbers that differ from run to run."""
    return (
        set(ProfitSharing.objects.values_list("purpose", "status", "total_fen")),
        list(Refund.objects.values_list("status", "amount_fen", "shared_fen")),
        list(Payment.objects.values_list("status", "refunded_fen", "refunding_fen")),
        sorted(Transfer.objects.values_list("kind", "amount")),
    )


SPLIT_ROWS = {("SPLIT", "FINISHED", 500), ("UNFREEZE", "FINISHED", 0)}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("purpose", ["SPLIT", "UNFREEZE"])
@pytest.mark.parametrize("split_sale", ["WECHAT", "ALIPAY"], indirect=True)
def test_an_instruction_whose_process_died_is_carried_out_once(split_sale, sandbox, purpose, place):
    attempt, receiver = split_sale
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment(), is_last=True)
    if purpose == "UNFREEZE":
        first = ProfitSharing.objects.get(purpose="SPLIT").sharing_no
        while push_sharing(sharing_no=first, at=moment()).status != "FINISHED":
            pass
    doomed = ProfitSharing.objects.get(purpose=purpose).sharing_no

    die_at(f"sharing.{place}", lambda: push_sharing(sharing_no=doomed, at=moment()))
    assert ProfitSharing.objects.get(purpose=purpose).status == "REQUESTED"
    sweep(attempt.acquirer_code, moment())

    assert story()[0] == SPLIT_ROWS
    journal = theirs(sandbox, attempt)
    ours = set(ProfitSharing.objects.values_list("sharing_no", flat=True))
    assert sum(row["amount_fen"] for row in journal["splits"]) == 500
    assert {row["no"] for row in journal["splits"]} <= ours


@pytest.mark.parametrize(
    ("split_sale", "point"),
    [
        ("WECHAT", "sharing.committed"),
        ("WECHAT", "sharing.called"),
        ("WECHAT", "refund.committed"),
        ("WECHAT", "refund.called"),
        ("WECHAT", "refund.recorded"),
        ("ALIPAY", "refund.committed"),
        ("ALIPAY", "refund.called"),
        ("ALIPAY", "refund.recorded"),
    ],
    indirect=["split_sale"],
)
def test_a_refund_with_a_return_whose_process_died_moves_the_money_once(split_sale, sandbox, point):
    attempt, receiver = split_sale
    request_split(attempt_no=attempt.attempt_no, lines=[(receiver, 500)], actor=CASHIER, at=moment())
    sweep(attempt.acquirer_code, moment())
    refund = ask(attempt, 4_000)
    back = ProfitSharing.objects.get(purpose="RETURN").sharing_no
    if point.startswith("sharing"):
        die_at(point, lambda: push_sharing(sharing_no=back, at=moment()))
    else:
        for _look in range(50):
            if push_sharing(sharing_no=back, at=moment()).status == "FINISHED" or attempt.acquirer_code == "ALIPAY":
                break
        die_at(point, lambda: push_refund(refund_no=refund.refund_no, at=moment()))

    sweep(attempt.acquirer_code, moment())

    assert story() == (
        {("SPLIT", "FINISHED", 500), ("RETURN", "FINISHED", 200)},
        [("SUCCEEDED", 4_000, 200)],
        [("PARTIALLY_REFUNDED", 4_000, 0)],
        [(1, 10_000), (4, 4_000)],
    )
    journal = theirs(sandbox, attempt)
    assert [(row["refund_no"], row["amount_fen"]) for row in journal["refunds"]] == [(refund.refund_no, 4_000)]
    assert [row["amount_fen"] for row in journal["split_returns"]] == [200]

"""Cases: the pool, the gate, four eyes, adjustments that change what leaves; lost notices posted by query."""

from datetime import timedelta

import pytest

from payments.gateways.settlement_files import Payout
from payments.models import Bill, Discrepancy, PaymentAttempt, Settlement, SettlementAdjustment, SettlementLine
from payments.services.bill_corrections import correct_bill
from payments.services.business_days import close_business_day
from payments.services.discrepancies import CausesDiffer, ReasonTooThin, propose_resolution
from payments.services.payouts import match_payouts
from payments.services.reconciliations import end_suspense
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve

pytestmark = pytest.mark.django_db(transaction=True)
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")


def close(market, morning=None):
    return close_business_day(day=market.day, actor=SYSTEM, at=morning or market.next_morning())


def propose(row, way="ACCEPT", **more):
    return propose_resolution(
        discrepancy_nos=[row.discrepancy_no], way=way, reason="已和机构核对", evidence="工单 1", actor=MAKER,
        at=row.opened_at, **more,
    )  # fmt: skip


def test_a_payment_whose_notice_was_lost_is_found_by_the_bill_and_posted_by_query(market, shop):
    attempt = market.sell(shop(), 10_000, notice=False)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(next_query_at=None)

    day = close(market)

    case = Discrepancy.objects.get()
    assert (day.status, case.kind, case.status) == ("PUBLISHED", "STATUS_OVER", "RESOLVED")
    assert PaymentAttempt.objects.get(pk=attempt.pk).status == "PAID"
    assert Settlement.objects.get().gross_fen == 10_000


def test_a_fee_that_differs_holds_the_day_until_two_people_settled_it(market, shop, sandbox):
    market.sell(shop(), 10_000)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=3)

    held = close(market)

    # The statement follows the bill, so what the acquirer pays by its true fee differs, too.
    case, payout = Discrepancy.objects.order_by("kind")
    assert (held.status, held.hold_code, case.kind, payout.kind) == ("HELD", "OPEN_CASES", "FEE", "PAYOUT")
    approve(approval_no=propose(payout).approval_no, checker=CHECKER, at=market.at)
    approval = propose(case)
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=MAKER, at=market.at)
    assert close(market, market.at).status == "HELD"
    approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)
    assert close(market, market.at).status == "PUBLISHED"
    case.refresh_from_db()
    assert (case.status, case.evidence["approval_no"]) == ("RESOLVED", approval.approval_no)


def test_what_the_bill_lacks_waits_three_days_in_the_pool_and_then_becomes_a_case(market, shop, sandbox):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    market.sell(sub_merchant, 20_000)
    sandbox.fault("row_missing", acquirer="wechat")

    day = close(market)

    case = Discrepancy.objects.get()
    assert (day.status, case.kind, case.status) == ("PUBLISHED", "CHANNEL_MISSING", "SUSPENSE")
    assert end_suspense(actor=SYSTEM, at=market.at + timedelta(days=2)) == 0
    assert end_suspense(actor=SYSTEM, at=market.at + timedelta(days=3)) == 1


def test_an_adjustment_reaches_the_next_statement(market, shop, sandbox):
    market.sell(shop(), 10_000)
    sandbox.fault("amount_changed", acquirer="wechat", delta_fen=100)
    close(market)
    case = Discrepancy.objects.get(kind="AMOUNT_OVER")

    approval = propose(case, "ADJUST", amount_fen=100)
    approve(approval_no=approval.approval_no, checker=CHECKER, at=market.at)

    adjustment = SettlementAdjustment.objects.get()
    assert (adjustment.amount_fen, adjustment.source_no) == (100, case.discrepancy_no)
    assert adjustment.day > market.day


def test_a_case_is_not_settled_without_reason_and_evidence_nor_with_another_of_other_cause(market, shop, sandbox):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    market.sell(sub_merchant, 20_000)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=3)
    sandbox.fault("row_extra", acquirer="wechat")
    close(market)
    rows = list(Discrepancy.objects.exclude(kind="PAYOUT").order_by("kind"))
    assert [row.kind for row in rows] == ["FEE", "PLATFORM_MISSING"]

    with pytest.raises(ReasonTooThin):
        propose_resolution(
            discrepancy_nos=[rows[0].discrepancy_no], way="ACCEPT", reason="", evidence="", actor=MAKER, at=market.at
        )
    with pytest.raises(CausesDiffer):
        propose_resolution(
            discrepancy_nos=[row.discrepancy_no for row in rows], way="ACCEPT", reason="一起结", evidence="x",
            actor=MAKER, at=market.at,
        )  # fmt: skip

    assert set(Discrepancy.objects.values_list("status", flat=True)) == {"OPEN"}


@pytest.mark.parametrize("kind", ["truncated", "duplicated", "reordered", "wrong_totals", "bad_hash"])
def test_a_spoiled_bill_is_refused_whole_and_the_next_one_taken(kind, market, shop, sandbox):
    """F12, F18."""
    sub_merchant = shop()
    for n in range(4):
        market.sell(sub_merchant, 10_000 + n)
        market.tick()
    sandbox.fault(kind, acquirer="wechat", count=1, seed=3)

    held = close(market)

    assert (held.status, held.hold_code) == ("HELD", "BILL_REFUSED")
    assert not Bill.objects.filter(status="LOADED").exists()
    assert not Settlement.objects.exists()
    assert close(market, market.at).status == "PUBLISHED"


def test_a_corrected_bill_is_a_new_version_and_its_fees_reach_the_next_statement(market, shop, sandbox):
    market.sell(shop(), 10_000)
    sandbox.fault("fee_changed", acquirer="wechat", delta_fen=3, count=1)
    close(market)
    posted = Settlement.objects.get().fee_fen

    corrected = correct_bill(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)
    again = correct_bill(acquirer_code="WECHAT", day=market.day, actor=SYSTEM, at=market.at)

    assert (corrected.version, corrected.status, again.pk) == (2, "LOADED", corrected.pk)
    assert Bill.objects.get(version=1).status == "SUPERSEDED"
    assert Discrepancy.objects.get(kind="FEE").status == "RESOLVED"
    adjustment = SettlementAdjustment.objects.get()
    assert (posted, adjustment.amount_fen) == (41, 3)


def test_what_the_acquirer_pays_is_matched_with_the_statement(market, shop):
    sub_merchant = shop()
    market.sell(sub_merchant, 10_000)
    close(market)

    line = SettlementLine.objects.get()
    assert (line.paid_fen, line.paid_date) == (line.payout_fen, market.day + timedelta(days=1))

    wrong = [Payout(sub_merchant.sub_mchid, line.payout_fen - 1, market.day + timedelta(days=1))]
    match_payouts(acquirer_code="WECHAT", day=market.day, payouts=wrong, actor=SYSTEM, at=market.at)
    match_payouts(acquirer_code="WECHAT", day=market.day, payouts=wrong, actor=SYSTEM, at=market.at)

    case = Discrepancy.objects.get()
    assert (case.kind, case.ours_fen, case.theirs_fen) == ("PAYOUT", line.payout_fen, line.payout_fen - 1)

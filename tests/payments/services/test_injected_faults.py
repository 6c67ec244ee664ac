"""Every fault of the sandbox at every acquirer it can strike: our state, its journal and its bill agree in the end.

F7 duplicates, F8 late success, F9 lost notices, F10 forgeries, F11 time-outs after acting, F12 and F18 bills that are
wrong, F13 slow and busy lines. `other_account` belongs to onboarding and is tested there.
"""

import itertools
import time
from datetime import datetime, timedelta

import pytest

from payments.gateways import line, wechat_core
from payments.models import AcquirerMessage, Bill, Discrepancy, Payment, PaymentAttempt, Refund, SettlementAdjustment
from payments.sandbox import faults as known
from payments.selectors.settlements import statement_of_day
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.bill_corrections import correct_bill
from payments.services.business_days import close_business_day
from payments.services.day_bills import ONE_A_SELLER
from payments.services.payments import close_expired_payments, create_payment
from payments.services.refund_pushes import push_due_refunds, push_refund
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.factories import CASHIER, PAYER
from tests.payments.market import Market, enter_working_days

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CODES = ("WECHAT", "ALIPAY", "UNIONPAY")
LINE = {
    "delay": {"delay_ms": 300},
    "drop": {},
    "drop_after": {},
    "act_then_timeout": {"hang_ms": 3_000},
    "http_429": {"act": True},
    "http_500": {"act": True},
    "refuse": {"status": 403, "code": "NO_AUTH", "message": "无权"},
    "unsigned_response": {},
    "bad_response_signature": {},
}
NOTICE = ("drop_notice", "duplicate_notice", "reorder_notice", "forge_notice", "probe_signature", "wrong_notice_amount")
FILE = ("wrong_totals", "truncated", "duplicated", "reordered")
ROWS = {
    "row_missing": "CHANNEL_MISSING",
    "row_extra": "PLATFORM_MISSING",
    "amount_changed": "AMOUNT_OVER",
    "fee_changed": "FEE",
    "wrong_sub_merchant": "WRONG_SUB_MERCHANT",
    "wrong_day": "WRONG_DAY",
    "status_changed": "STATUS_SHORT",
}
ELSEWHERE = {"other_account"}
DAYS = itertools.chain(range(119, 61, -1), (day for day in range(60, 3, -1)))


class FaultDay(Market):
    """A market day nobody else of this session plays: never one of the Tuesdays of the ordinary market."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        today = datetime.now(BUSINESS_ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
        days = (today - timedelta(days=back) for back in DAYS)
        noon = next(noon for noon in days if noon.weekday() != 1 or today - noon > timedelta(days=61))
        self.noon, self.day = noon, noon.date()
        self._move(noon)

    def begin(self, sub_merchant, amount_fen=10_000):
        """Ask to be paid, whatever the line does."""
        payment = create_payment(
            merchant=sub_merchant.merchant, stall=sub_merchant.merchant.stalls.first(), amount_fen=amount_fen,
            description="番茄", channel="DYNAMIC_CODE", actor=CASHIER, at=self.at,
        )  # fmt: skip
        return start_attempt(
            payment_no=payment.payment_no, acquirer_code=sub_merchant.acquirer_code, flow="NATIVE", actor=PAYER,
            at=self.at,
        )  # fmt: skip

    def look(self, attempt, times=3):
        """Ask as often as the sweep would until the fate is known."""
        for _look in range(times):
            found = look_at_attempt(attempt_no=attempt.attempt_no, at=self.at)
            if found.status not in ("CREATED", "PENDING", "UNKNOWN"):
                return found
        return found

    def give_back(self, attempt, amount_fen):
        """Refund, and ask anew under a new number only when the acquirer said no."""
        for _asked in range(2):
            refund = request_refund(
                payment_no=attempt.payment.payment_no, refund_no=new_no("REF"), amount_fen=amount_fen, reason="退货",
                actor=CASHIER, at=self.at,
            )  # fmt: skip
            push_refund(refund_no=refund.refund_no, at=self.at)
            for sweep in range(1, 40):
                refund.refresh_from_db()
                if refund.status in ("SUCCEEDED", "FAILED"):
                    break
                push_due_refunds(acquirer_code=refund.acquirer_code, at=self.at + timedelta(minutes=10 * sweep))
                time.sleep(0.03)
            if refund.status == "SUCCEEDED":
                return refund
        raise AssertionError(refund.status)

    def close(self):
        """Close the day in the morning after."""
        return close_business_day(day=self.day, actor=SYSTEM, at=self.next_morning())

    def agree(self, sub_merchant):
        """Compare our rows, the acquirer's journal and its bill's statement to the fen."""
        journal = self.sandbox.control(
            "GET", f"journal?acquirer={sub_merchant.acquirer_code.lower()}&date={self.day.isoformat()}"
        )
        own = sub_merchant.sub_mchid
        paid = {row["out_trade_no"]: row["amount_fen"] for row in journal["payments"] if row["sub_mchid"] == own}
        back = {row["refund_no"]: row["amount_fen"] for row in journal["refunds"] if row["sub_mchid"] == own}
        assert paid == dict(PaymentAttempt.objects.filter(status="PAID").values_list("attempt_no", "amount_fen"))
        assert back == dict(Refund.objects.filter(status="SUCCEEDED").values_list("refund_no", "amount_fen"))
        statement, told = statement_of_day(sub_merchant.merchant, self.day), self.their_settlement(sub_merchant)
        later = sum(SettlementAdjustment.objects.values_list("amount_fen", flat=True))
        assert (statement.gross_fen, statement.refunded_fen) == (sum(paid.values()), sum(back.values()))
        assert statement.net_fen + later == told["net_fen"]


@pytest.fixture
def day(sandbox, monkeypatch):
    """A day with short time-outs, so that silence is noticed soon."""
    monkeypatch.setattr(wechat_core, "TIMEOUT_S", (3.05, 1.5))
    monkeypatch.setitem(line.Line.send.__kwdefaults__, "timeout_s", (3.05, 1.5))
    enter_working_days()
    yield FaultDay(sandbox)
    sandbox.control("POST", "clock", now="real")


def test_every_kind_of_fault_has_its_test_here():
    assert {*LINE, *NOTICE, *FILE, "bad_hash", *ROWS, "pay_after_close", "refund_abnormal"} | ELSEWHERE == set(
        known.KINDS
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", LINE)
def test_a_fault_of_the_line_at_order_query_and_refund_ends_in_agreement(day, shop, sandbox, kind, code):
    """F11, F13: nothing lost, nothing twice, no guess."""
    sub_merchant, place = shop(code), {"acquirer": code.lower(), "count": 1, **LINE[kind]}
    sandbox.fault(kind, endpoint="create", **place)
    first = day.begin(sub_merchant)
    assert first.status == {"delay": "PENDING", "refuse": "FAILED"}.get(kind, "UNKNOWN")
    if kind not in ("drop", "refuse"):
        sandbox.pay(out_trade_no=first.attempt_no)
        assert day.look(first).status == "PAID"
    second = day.begin(sub_merchant, 7_700)
    sandbox.pay(out_trade_no=second.attempt_no)
    sandbox.fault(kind, endpoint="query", **place)
    assert day.look(second).status == "PAID"
    sandbox.fault(kind, endpoint="refund", **place)
    day.give_back(second, 2_345)

    closed = day.close()

    assert (closed.status, closed.hold_reason, Discrepancy.objects.count()) == ("PUBLISHED", "", 0)
    day.agree(sub_merchant)
    assert len({row.attempt_no for row in PaymentAttempt.objects.all()}) == 2


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", NOTICE)
def test_a_fault_of_a_notice_ends_in_agreement(heard, day, shop, sandbox, kind, code):
    """F7, F8, F9, F10: the true notice or the query pays once; what is forged raises an alarm."""
    sub_merchant = shop(code)
    attempt, other = day.begin(sub_merchant), day.begin(sub_merchant, 5_000)
    sandbox.fault(kind, acquirer=code.lower(), out_trade_no=attempt.attempt_no, n=5, delay_ms=300)
    sandbox.pay(out_trade_no=attempt.attempt_no)
    sandbox.pay(out_trade_no=other.attempt_no)
    wanted = {"duplicate_notice": 7, "drop_notice": 1}.get(kind, 2) + (
        kind in ("forge_notice", "probe_signature", "wrong_notice_amount")
    )
    for _wait in range(100):
        if AcquirerMessage.objects.filter(direction="IN").count() >= wanted:
            break
        time.sleep(0.05)
    refused = AcquirerMessage.objects.filter(direction="IN", verdict="REFUSED").count()
    alarms = AuditEvent.objects.filter(action="payments.notice.refused").count()
    assert (refused, alarms) == ((1, 1) if wanted == 3 else (0, 0))

    for one in (attempt, other):
        assert day.look(one).status == "PAID"
    assert day.close().status == "PUBLISHED"
    assert not Discrepancy.objects.exists()
    day.agree(sub_merchant)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", FILE)
def test_a_spoiled_bill_is_refused_whole_and_the_next_one_agrees(day, shop, sandbox, kind, code):
    """F12, F18."""
    sub_merchant = shop(code)
    for n in range(4):
        day.sell(sub_merchant, 10_000 + n)
        day.tick()
    sandbox.fault(kind, acquirer=code.lower(), count=1, seed=3)

    held = day.close()

    assert (held.status, held.hold_code) == ("HELD", "BILL_REFUSED")
    assert not Bill.objects.filter(status="LOADED").exists()
    assert close_business_day(day=day.day, actor=SYSTEM, at=day.at).status == "PUBLISHED"
    assert not Discrepancy.objects.exists()
    day.agree(sub_merchant)


def test_a_bill_with_another_hash_is_refused_and_the_next_one_agrees(day, shop, sandbox):
    """F18: only WeChat Pay tells a hash."""
    sub_merchant = shop()
    day.sell(sub_merchant, 10_000)
    sandbox.fault("bad_hash", acquirer="wechat", count=1)

    held = day.close()

    assert (held.status, held.hold_code) == ("HELD", "BILL_REFUSED")
    assert close_business_day(day=day.day, actor=SYSTEM, at=day.at).status == "PUBLISHED"
    day.agree(sub_merchant)


ROW_CASES = [(kind, code) for kind in ROWS for code in CODES if (kind, code) != ("wrong_sub_merchant", "ALIPAY")]
"""Alipay's bill is the seller's own and names no seller on its rows."""


@pytest.mark.parametrize(("kind", "code"), ROW_CASES)
def test_a_wrong_row_becomes_a_case_moves_nothing_and_the_corrected_bill_agrees(day, shop, sandbox, kind, code):
    """F12: a case of the right kind, no guess; the acquirer's corrected file ends it."""
    sub_merchant = shop(code)
    sold = [day.sell(sub_merchant, amount_fen) for amount_fen in (10_000, 20_000)]
    sandbox.fault(kind, acquirer=code.lower(), out_trade_no=sold[0].attempt_no, count=1, delta_fen=3)

    closed = day.close()

    assert ROWS[kind] in set(Discrepancy.objects.values_list("kind", flat=True)), closed.hold_reason
    assert set(Payment.objects.values_list("status", flat=True)) == {"PAID"}
    scope = sub_merchant if code in ONE_A_SELLER else None
    correct_bill(acquirer_code=code, day=day.day, actor=SYSTEM, at=day.at, sub_merchant=scope)
    again = close_business_day(day=day.day, actor=SYSTEM, at=day.at)
    open_cases = Discrepancy.objects.exclude(status__in=("RESOLVED", "CLOSED")).exclude(kind="PAYOUT")
    assert not open_cases.exists(), list(open_cases.values())
    assert again.status == "PUBLISHED" or Discrepancy.objects.filter(kind="PAYOUT").exists()
    day.agree(sub_merchant)


@pytest.mark.parametrize("code", CODES)
def test_money_after_the_close_is_taken_with_an_alarm_and_agrees(day, shop, sandbox, code):
    """F8."""
    sub_merchant = shop(code)
    attempt = day.begin(sub_merchant)
    sandbox.fault("pay_after_close", acquirer=code.lower(), out_trade_no=attempt.attempt_no)
    day.tick(16 * 60)
    for hour in range(4):
        close_expired_payments(at=day.at + timedelta(hours=hour))
        look_at_attempt(attempt_no=attempt.attempt_no, at=day.at + timedelta(hours=hour))
    assert Payment.objects.get().status == "CLOSED"
    sandbox.pay(out_trade_no=attempt.attempt_no)

    closed = day.close()

    assert (closed.status, Payment.objects.get().status) == ("PUBLISHED", "PAID")
    assert AuditEvent.objects.filter(action="payments.payment.late_success").exists()
    day.agree(sub_merchant)

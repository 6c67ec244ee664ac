"""A market day as the tests of the close play it: sales and refunds in the sandbox at one noon, bills next morning."""

import time
from datetime import date, datetime, timedelta
from typing import Any

from payments.models import Payment, PaymentAttempt, SubMerchant, WorkingDay
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.payments import create_payment
from payments.services.refund_pushes import push_refund
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import CASHIER, PAYER
from tests.payments.sandbox import Sandbox

TUESDAY = 1
NEAR = timedelta(days=2)
"""So close to today no market day is played: tests without one trade on the sandbox's real day."""


class Market:
    """One day. The sandbox's business clock stands at its noon until the next morning is asked for."""

    used: set[str] = set()
    """Days played in this session: the sandbox keeps its journal from test to test."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        real_noon = datetime.now(BUSINESS_ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
        noon = real_noon - timedelta(days=60)
        noon += timedelta(days=(TUESDAY - noon.weekday()) % 7)
        while noon.date().isoformat() in self.used or abs(noon - real_noon) <= NEAR:
            noon += timedelta(days=7)
        self.noon, self.day = noon, noon.date()
        enter_working_days(around=self.day)
        self.used.add(self.day.isoformat())
        self._move(noon)

    def _move(self, at: datetime) -> None:
        self.at = at
        self.sandbox.control("POST", "clock", now=at.isoformat())

    def next_morning(self, hour: int = 10) -> datetime:
        """Move the sandbox to the day after, half past the hour (bills are out after ten)."""
        self._move((self.noon + timedelta(days=1)).replace(hour=hour, minute=30))
        return self.at

    def tick(self, seconds: int = 60) -> None:
        """Let time pass at the market."""
        self._move(self.at + timedelta(seconds=seconds))

    def sell(self, sub_merchant: SubMerchant, amount_fen: int, *, notice: bool = True) -> PaymentAttempt:
        """Sell once and be paid; without notice we do not learn of it."""
        merchant = sub_merchant.merchant
        payment = create_payment(
            merchant=merchant, stall=merchant.stalls.first(), amount_fen=amount_fen, description="番茄",
            channel="DYNAMIC_CODE", actor=CASHIER, at=self.at,
        )  # fmt: skip
        attempt = start_attempt(
            payment_no=payment.payment_no, acquirer_code=sub_merchant.acquirer_code, flow="NATIVE", actor=PAYER,
            at=self.at,
        )  # fmt: skip
        self.sandbox.pay(out_trade_no=attempt.attempt_no)
        if notice:
            attempt = look_at_attempt(attempt_no=attempt.attempt_no, at=self.at)
            assert attempt.status == "PAID"
        return attempt

    def refund(self, attempt: PaymentAttempt, amount_fen: int) -> None:
        """Give money back and let the acquirer take it."""
        payment = Payment.objects.get(pk=attempt.payment_id)
        refund = request_refund(
            payment_no=payment.payment_no,
            refund_no=new_no("REF"),
            amount_fen=amount_fen,
            reason="退货",
            actor=CASHIER,
            at=self.at,
        )
        for _look in range(50):
            if push_refund(refund_no=refund.refund_no, at=self.at).status == "SUCCEEDED":
                return
            time.sleep(0.05)
        raise AssertionError("the sandbox did not give the money back")

    def their_settlement(self, sub_merchant: SubMerchant) -> dict[str, Any]:
        """Read what the acquirer pays out for the day."""
        address = f"{self.sandbox.base}/_sandbox/settlement"
        query = {"acquirer": sub_merchant.acquirer_code.lower(), "date": self.day.isoformat(), "format": "json"}
        rows = self.sandbox.http.get(address, params=query, timeout=10).json()
        rows = rows if isinstance(rows, list) else rows["rows"]
        return next(row for row in rows if row["sub_mchid"] == sub_merchant.sub_mchid)


def enter_working_days(*, around: date | None = None) -> None:
    """Enter plain weekdays where the calendar is silent: tests go on when the published year is over."""
    middle = around or datetime.now(BUSINESS_ZONE).date()
    days = [middle + timedelta(days=n) for n in range(-120, 60)]
    WorkingDay.objects.bulk_create(
        [WorkingDay(date=day, is_working=day.weekday() < 5) for day in days], ignore_conflicts=True
    )

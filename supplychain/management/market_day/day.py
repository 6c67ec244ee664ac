"""One market day, step by step: open, sell, give back, close, compare with the other side's books."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from payments.gateways import open_acquirers
from payments.ledger.rules.chart import Unit, income_service_fee
from payments.ledger.selectors.balance import trial_balance
from payments.ledger.selectors.proof import prove
from payments.ledger.selectors.statement import statement_of
from payments.models import BusinessDay, Payment, PaymentAttempt, Refund
from payments.rules.states import LIVE
from payments.selectors.business_days import DayTotals, day_totals
from payments.services.attempts import look_at_due_attempts
from payments.services.business_days import DayIsBeingClosed, close_business_day
from payments.services.refund_pushes import push_due_refunds
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import OutboxDelivery
from silk_road_ebao.kernel.models.outbox_delivery import WAITING
from silk_road_ebao.kernel.money import format_yuan
from silk_road_ebao.kernel.outbox import deliver_due
from supplychain.management.market_day.goods import hand_over, stock_stalls, take_back
from supplychain.management.market_day.opening import open_stalls
from supplychain.management.market_day.outside import Outside
from supplychain.management.market_day.processes import Processes
from supplychain.management.market_day.report import Figures, Line, table
from supplychain.management.market_day.taking import Taken, Till
from supplychain.models import Order
from supplychain.rules.market_day import Trade, plan_sales
from supplychain.services.agreements import compute_agreements

FACTOR = 60
SETTLEMENT_COLUMNS = ("payments", "paid_fen", "refunds", "refund_fen", "fee_fen", "net_fen")
CLOSED_WITHIN_S = 60
SETTLED_WITHIN_S, LOOK_EVERY_S, HELP_AFTER_S = 300, 0.3, 15.0
OPENING, BILLS_READY = timedelta(hours=4, minutes=30), timedelta(days=1, hours=10, minutes=30)
LAST_LOOK = timedelta(hours=21)


class DayOver(Exception):
    """The day was closed before; its books are final."""


@dataclass
class MarketDay:
    """A day to run; ``run`` returns in which figures the parties disagree, ``report`` the printed table."""

    day: date
    trades: Sequence[Trade]
    stalls: int
    limit: int | None
    seed: int
    processes: Processes
    say: Callable[[str], None]
    progress: Callable[[str, int, int], None]
    has_worker: bool = True
    taken: list[Taken] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    trial: str = ""
    books: str = ""
    pace: str = ""
    spent_s: dict[str, float] = field(default_factory=dict)

    def run(self) -> list[str]:
        """Run the whole day; the clocks go back to real time afterwards."""
        if BusinessDay.objects.filter(date=self.day, status="PUBLISHED").exists():
            raise DayOver(f"{self.day} is closed already: choose another --date, or another STATE folder.")
        self.outside = Outside(self.processes.sandbox)
        self.midnight = clock.day_bounds(self.day)[0]
        try:
            self._sell()
            self._settle_attempts()
            with self._part("closing"):
                return self._close()
        finally:
            clock.set_clock(None, actor=SYSTEM)
            self.outside.set_clock(None, factor=1)

    def run_morning(self, *, until: datetime) -> None:
        """Sell what the day sold before a moment, and leave the day open; the clocks go back to real time."""
        self.outside = Outside(self.processes.sandbox)
        self.midnight = clock.day_bounds(self.day)[0]
        try:
            self._sell(until=until)
            self._move(until)
            self._wait(self._open_attempts)
        finally:
            clock.set_clock(None, actor=SYSTEM)
            self.outside.set_clock(None, factor=1)

    def report(self) -> list[str]:
        """Lay out the day: trades, table, trial balance, pace."""
        head = f"{self.day}  trades {len(self.trades):,}  sales {len(self.taken):,}"
        spent = " · ".join(f"{part} {took_s:.1f} s" for part, took_s in self.spent_s.items())
        return ["", head, "", *table(self.lines), "", self.trial, self.books, self.pace, f"time went to {spent}"]

    @contextmanager
    def _part(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.spent_s[name] = time.monotonic() - began

    def _move(self, at: datetime) -> None:
        clock.set_clock(at, actor=SYSTEM)
        self.outside.set_clock(at, factor=FACTOR)

    def _sell(self, *, until: datetime | None = None) -> None:
        self._move(self.midnight + OPENING)
        with self._part("opening"):
            stalls = open_stalls(
                count=self.stalls,
                acquirers=open_acquirers(),
                outside=self.outside,
                at=clock.now(),
                progress=lambda done, total: self.progress("stalls open", done, total),
            )
        sales = plan_sales(trades=self.trades, stalls=self.stalls, seed=self.seed, limit=self.limit)
        if until is not None:
            sales = [sale for sale in sales if self.midnight + timedelta(seconds=sale.second_of_day) < until]
        if not sales:
            return
        run = f"{self.day:%Y%m%d}-{int(time.time())}"
        commodities = stock_stalls(sales=sales, stalls=stalls, day=self.day, at=clock.now())
        till = Till(stalls=stalls, commodities=commodities, sandbox_url=self.processes.sandbox, run=run, seed=self.seed)
        with self._part("sales"):
            for item in till.take_all(sales, midnight=self.midnight, move_clock=self._move):
                self.taken.append(item)
                self.progress("sales", len(self.taken), len(sales))
        wall_s, asked_s, paid_s = till.timing.wall_s, till.timing.ask_s, till.timing.pay_s
        self.pace = (
            f"{len(sales) / wall_s:.1f} payments/s over {wall_s:.1f} s; "
            f"per payment: asking {1000 * asked_s / len(sales):.0f} ms, paying {1000 * paid_s / len(sales):.0f} ms"
        )

    def _settle_attempts(self) -> None:
        """Wait until nothing is open: notices arrive, sweeps find the rest, refunds come back."""
        self._move(self.midnight + LAST_LOOK)
        self.say("waiting for the last notices")
        with self._part("last notices"):
            self._wait(self._open_attempts)
        with self._part("handing over"):
            self._hand_over()
        with self._part("refunds"):
            back = list(take_back(self.taken))
            self.say(f"sales that come back: {len(back)}")
            self._wait(self._open_refunds)
            self._wait(_facts_under_way)

    def _hand_over(self) -> None:
        self._wait(self._orders_unaware)
        paid = [item for item in self.taken if item.is_paid]
        for nth, _item in enumerate(hand_over(paid), 1):
            self.progress("handed over", nth, len(paid))

    def _wait(self, still_open: Callable[[], int]) -> None:
        began = time.monotonic()
        while (left := still_open()) and time.monotonic() - began < SETTLED_WITHIN_S:
            if not self.has_worker or time.monotonic() - began > HELP_AFTER_S:
                self._look_ourselves()
            time.sleep(LOOK_EVERY_S)
        if left:
            self.say(f"{left} still open after {SETTLED_WITHIN_S} s")

    def _look_ourselves(self) -> None:
        """Do what the worker's sweeps do; they may both look, every effect has its key."""
        for code in open_acquirers():
            look_at_due_attempts(acquirer_code=code, at=clock.now())
            push_due_refunds(acquirer_code=code, at=clock.now())
        deliver_due(limit=500)

    def _open_attempts(self) -> int:
        paid = [item.attempt_no for item in self.taken if item.is_paid]
        return PaymentAttempt.objects.filter(attempt_no__in=paid, status__in=LIVE).count()

    def _orders_unaware(self) -> int:
        """Count paid payments whose order has not heard of it: the fact is still under way."""
        paid = [item.order_no for item in self.taken if item.is_paid]
        return Order.objects.filter(order_no__in=paid, status="PLACED").count()

    def _open_refunds(self) -> int:
        ours = Payment.objects.filter(payment_no__in=[item.payment_no for item in self.taken])
        return Refund.objects.filter(payment__in=ours, status__in=("REQUESTED", "PENDING", "UNKNOWN")).count()

    def _close(self) -> list[str]:
        self._move(self.midnight + BILLS_READY)
        self.say("closing the day")
        closed = self._closed_day()
        self.lines = [self._line(totals) for totals in day_totals(self.day)]
        trial = trial_balance()
        debits, credits = trial.total(Unit.CNY)
        self.trial = f"trial balance  debits {format_yuan(debits)}  credits {format_yuan(credits)}"
        faults = [fault for line in self.lines for fault in line.disagreements()]
        if closed.status != "PUBLISHED":
            faults.append(f"the day is {closed.status}: {closed.hold_reason}")
        books = compute_agreements(day=self.day, actor=SYSTEM, at=clock.now())
        self.books = f"three books     cases {books.cases:,}  agreeing {books.cases - books.partings:,}"
        charged_fen = sum(line.ours.service_fee_fen for line in self.lines)
        if (posted_fen := self._fee_income_fen()) != charged_fen:
            faults.append(f"service fees: {charged_fen} charged, {posted_fen} in the ledger")
        if books.partings:
            faults.append(f"the three books part in {books.partings} cases")
        if not trial.agrees or prove(deep=True):
            faults.append("the ledger does not prove")
        return faults

    def _fee_income_fen(self) -> int:
        """Return what the day added to our income account."""
        statement = statement_of(income_service_fee(), since=self.day, through=self.day, limit=1)
        return statement.closing - statement.opening

    def _closed_day(self) -> BusinessDay:
        """Close the day, or wait for the worker that is at it."""
        began = time.monotonic()
        while True:
            try:
                day = close_business_day(day=self.day, actor=SYSTEM, at=clock.now())
            except DayIsBeingClosed:
                day = BusinessDay.objects.get(date=self.day)
            patience_s = CLOSED_WITHIN_S if self.has_worker else 0
            if day.status == "PUBLISHED" or time.monotonic() - began > patience_s:
                return day
            time.sleep(LOOK_EVERY_S)

    def _line(self, ours: DayTotals) -> Line:
        rows = self.outside.settlement(acquirer=ours.acquirer_code.lower(), day=self.day)
        theirs = {name: sum(row[name] for row in rows) for name in SETTLEMENT_COLUMNS}
        return Line(
            ours.acquirer_code,
            Figures(
                ours.payments, ours.gross_fen, ours.refunds, ours.refunded_fen, ours.channel_fee_fen,
                ours.service_fee_fen, ours.net_fen,
            ),
            Figures(
                theirs["payments"], theirs["paid_fen"], theirs["refunds"], theirs["refund_fen"], theirs["fee_fen"],
                ours.service_fee_fen, theirs["net_fen"],
            ),
            ours.differences,
        )  # fmt: skip


def _facts_under_way() -> int:
    """Count what payments have told and the books have not heard yet."""
    return OutboxDelivery.objects.filter(WAITING, fact__topic__startswith="payments.").count()

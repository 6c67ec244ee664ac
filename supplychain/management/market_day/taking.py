"""Take the sales of a day: our services ask, a customer pays in the sandbox, the notice comes back by itself."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from threading import local

from django.db import connections

from payments.services.attempts import start_attempt
from silk_road_ebao.kernel import clock
from supplychain.management.market_day.opening import OpenStall
from supplychain.management.market_day.outside import Outside, OutsideRefused
from supplychain.management.market_day.patience import patiently
from supplychain.models import Commodity
from supplychain.rules.market_day import Sale
from supplychain.services.orders import pay_order, place_order

THREADS = 6
STEP_S = 900
CUSTOMERS_PER_STALL = 25
SHARES = {"WECHAT": 62, "ALIPAY": 30, "UNIONPAY": 8}


@dataclass(frozen=True)
class Taken:
    """A sale that was asked for: our number, and whether the customer has paid."""

    sale: Sale
    stall: OpenStall
    acquirer: str
    order_no: str
    payment_no: str
    attempt_no: str
    is_paid: bool


@dataclass
class Timing:
    """Where the time went, in seconds summed over the threads."""

    ask_s: float = 0.0
    pay_s: float = 0.0
    wall_s: float = 0.0


class Till:
    """Everything that is needed to take sales at open stalls."""

    def __init__(
        self,
        *,
        stalls: Sequence[OpenStall],
        commodities: Mapping[str, Commodity],
        sandbox_url: str,
        run: str,
        seed: int,
    ) -> None:
        self.stalls, self.commodities, self.run, self.seed = stalls, commodities, run, seed
        self.timing = Timing()
        self._sandbox_url = sandbox_url
        self._own = local()

    def take_all(
        self, sales: Sequence[Sale], *, midnight: datetime, move_clock: Callable[[datetime], None]
    ) -> Iterator[Taken]:
        """Take the sales in the order of the day, moving the clock a quarter of an hour at a time."""
        started = time.monotonic()
        numbered = list(enumerate(sales))
        with ThreadPoolExecutor(THREADS, "till") as threads:
            for quarter, group in groupby(numbered, key=lambda item: item[1].second_of_day // STEP_S):
                move_clock(midnight + timedelta(seconds=quarter * STEP_S))
                yield from threads.map(self._take, group)
            for _ in range(THREADS):
                threads.submit(connections.close_all)
        self.timing.wall_s = time.monotonic() - started

    def _take(self, numbered: tuple[int, Sale]) -> Taken:
        nth, sale = numbered
        rng = random.Random(f"{self.seed}:{nth}")  # noqa: S311  # a reproducible customer
        open_stall = self.stalls[sale.stall]
        acquirer = rng.choices(open_stall.acquirers, [SHARES[code] for code in open_stall.acquirers])[0]
        started = time.monotonic()
        order_no, payment_no, attempt_no = patiently(lambda: self._ask(nth, sale, open_stall, acquirer))
        asked = time.monotonic()
        customer = f"o{sale.stall:03d}-{rng.randrange(CUSTOMERS_PER_STALL):03d}"
        is_paid = patiently(lambda: self._pay(acquirer, attempt_no, customer))
        self.timing.ask_s += asked - started
        self.timing.pay_s += time.monotonic() - asked
        return Taken(sale, open_stall, acquirer, order_no, payment_no, attempt_no, is_paid)

    def _ask(self, nth: int, sale: Sale, open_stall: OpenStall, acquirer: str) -> tuple[str, str, str]:
        order = place_order(
            stall=open_stall.stall,
            lines=[(self.commodities[sale.product], sale.kg, sale.price_fen_kg)],
            draft_key=f"{self.run}-{nth:06d}",
            actor=open_stall.staff,
            at=clock.now(),
        )
        payment = pay_order(order=order, actor=open_stall.staff, at=clock.now())
        attempt = start_attempt(
            payment_no=payment.payment_no,
            acquirer_code=acquirer,
            flow="NATIVE",
            actor=open_stall.staff,
            at=clock.now(),
        )
        return order.order_no, payment.payment_no, attempt.attempt_no

    def _pay(self, acquirer: str, attempt_no: str, customer: str) -> bool:
        if not hasattr(self._own, "outside"):
            self._own.outside = Outside(self._sandbox_url)
        try:
            self._own.outside.pay(acquirer=acquirer.lower(), attempt_no=attempt_no, payer=customer)
        except OutsideRefused:
            return False
        return True

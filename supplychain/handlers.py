"""What we are told: money received or given back, a bill closed unpaid, a day published, names explained."""

from datetime import date, datetime

from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.outbox import Fact, on
from supplychain.models import PriceSource
from supplychain.services.agreements import compute_open_days
from supplychain.services.funds_books import enter_receipt, enter_refund, note_unpaid
from supplychain.services.index_holds import resume_held


@on("payments.payment.paid")
def write_receipt(fact: Fact) -> None:
    """Enter a payment into the funds book."""
    told = fact.payload
    enter_receipt(
        merchant_no=told["merchant_no"],
        payment_no=told["payment_no"],
        order_no=told["order_no"],
        amount_fen=told["amount_fen"],
        paid_at=datetime.fromisoformat(told["paid_at"]),
        day=date.fromisoformat(told["business_date"]),
        at=now(),
    )


@on("payments.refund.succeeded")
def write_refund(fact: Fact) -> None:
    """Enter a refund; the one of a surplus payment has no receipt to set off."""
    told = fact.payload
    if told["kind"] != "CUSTOMER":
        return
    enter_refund(
        refund_no=told["refund_no"],
        payment_no=told["payment_no"],
        amount_fen=told["amount_fen"],
        refunded_at=datetime.fromisoformat(told["refunded_at"]),
        day=date.fromisoformat(told["business_date"]),
        at=now(),
    )


@on("payments.payment.closed")
def give_up_unpaid(fact: Fact) -> None:
    """Call off the order of a bill that nobody paid."""
    note_unpaid(payment_no=fact.payload["payment_no"], at=now())


@on("payments.business_day.published")
def compare_books(fact: Fact) -> None:
    """Compare the three books of the published day and of those before it that were still open."""
    compute_open_days(day=date.fromisoformat(fact.payload["date"]), actor=SYSTEM, at=now())


@on("supplychain.concordance.entered")
def run_held_releases_again(fact: Fact) -> None:
    """Release the periods that were held until the names had a meaning."""
    resume_held(source=PriceSource.objects.get(code=fact.payload["source"]), actor=SYSTEM, at=now())

"""The alarm clock of the close."""

from celery import shared_task

from payments.services.business_days import advance_days
from payments.services.fee_invoices import remind_overdue
from payments.services.fee_payments import receive_paid_invoices
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now


@shared_task(name="payments.advance_days")
def advance_days_task() -> None:
    """Close whatever day is due: yesterday's, and those that were held."""
    advance_days(actor=SYSTEM, at=now())


@shared_task(name="payments.remind_fees")
def remind_fees() -> None:
    """Mark invoices overdue and write the reminders whose day has come."""
    remind_overdue(actor=SYSTEM, at=now())


@shared_task(name="payments.receive_fees")
def receive_fees() -> None:
    """Book what merchants paid for invoices at our cashier."""
    receive_paid_invoices(at=now())

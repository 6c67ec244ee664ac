"""Alarm clocks of the three books."""

from celery import shared_task

from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import business_date, now
from supplychain.services.agreements import compute_agreements, compute_open_days


@shared_task(name="supplychain.compare_books")
def compare_books_task() -> None:
    """Compare today and the days whose lag still runs; nightly."""
    at = now()
    compute_open_days(day=business_date(at), actor=SYSTEM, at=at)


@shared_task(name="supplychain.compare_today")
def compare_today_task() -> None:
    """Compare today so far, so that the merchant's page is never half a day old."""
    at = now()
    compute_agreements(day=business_date(at), actor=SYSTEM, at=at)

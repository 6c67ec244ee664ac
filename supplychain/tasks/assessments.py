"""The alarm clock of the operating assessment."""

from celery import shared_task

from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now
from supplychain.services.assessment_rounds import assess_last_month


@shared_task(name="supplychain.assess_merchants", soft_time_limit=1_500, time_limit=1_560)
def assess_merchants_task() -> None:
    """Assess whoever sold and is not assessed up to the end of last month; nightly."""
    assess_last_month(actor=SYSTEM, at=now())

"""Alarm clocks of banking."""

from datetime import timedelta

from celery import shared_task

from banking.services.nonces import purge_nonces
from silk_road_ebao.kernel.clock import wire_now


@shared_task(name="banking.purge_nonces")
def forget_old_nonces() -> None:
    """Forget nonces whose signatures are too old to be replayed."""
    purge_nonces(before=wire_now() - timedelta(minutes=5))

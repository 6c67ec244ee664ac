"""The kernel's alarm clocks. The tables know what is due; these only ring."""

from datetime import timedelta

from celery import shared_task

from silk_road_ebao.kernel import audit, clock, idempotency, outbox


@shared_task(name="kernel.relay_outbox")
def relay_outbox() -> None:
    """Deliver what is due; ring again if there may be more."""
    if outbox.deliver_due(limit=500).total >= 500:
        outbox.nudge()


@shared_task(name="kernel.sweep_outbox")
def sweep_outbox() -> None:
    """Deliver what is due although no hint arrived."""
    outbox.deliver_due(limit=500)


@shared_task(name="kernel.fan_out_outbox")
def fan_out_outbox() -> None:
    """Add deliveries for handlers that were new when a fact was written (F19)."""
    outbox.fan_out(since=clock.now() - timedelta(hours=1))


@shared_task(name="kernel.verify_audit")
def verify_audit() -> None:
    """Recompute the audit chain and raise the alarm where it breaks."""
    audit.require_unbroken()


@shared_task(name="kernel.purge_idempotency")
def purge_idempotency() -> None:
    """Forget idempotency keys older than 30 days."""
    idempotency.purge_records(before=clock.now() - timedelta(days=30))

"""Alarm clocks of payments; Celery finds them by importing this package."""

from payments.tasks import acquirers, business_days

__all__ = ["acquirers", "business_days"]

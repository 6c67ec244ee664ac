"""Alarm clocks: named, routed, one queue per acquirer."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from payments import tasks
from payments.models import AcquirerLine
from payments.services.attempts import look_at_due_attempts, start_attempt
from tests.payments.factories import PAYER, PaymentFactory, moment


@pytest.mark.parametrize("task", [entry for entry in vars(tasks).values() if hasattr(entry, "queue")], ids=str)
def test_each_task_has_a_queue_that_exists(task):
    assert task.queue in {queue.name for queue in settings.CELERY_TASK_QUEUES}


def test_every_beat_entry_of_payments_names_a_task():
    names = set(current_app.tasks)
    wanted = {entry["task"] for key, entry in settings.CELERY_BEAT_SCHEDULE.items() if key.startswith("payments-")}

    assert wanted
    assert {name for name in wanted if name.startswith(("payments.look", "payments.push"))} <= names


@pytest.mark.django_db
def test_a_slow_acquirer_delays_only_its_own_queue(shop, sandbox):
    """F13: WeChat Pay down opens its own breaker; Alipay goes on."""
    merchant = shop("WECHAT").merchant
    shop("ALIPAY", merchant=merchant)
    for _ in range(7):
        payment = PaymentFactory(merchant=merchant)
        start_attempt(payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=PAYER, at=moment())
    sandbox.fault("http_500", acquirer="wechat")
    later = moment().replace(microsecond=0)
    asked = look_at_due_attempts(acquirer_code="WECHAT", at=later + timedelta(seconds=20))
    payment = PaymentFactory(merchant=merchant)
    other = start_attempt(
        payment_no=payment.payment_no, acquirer_code="ALIPAY", flow="NATIVE", actor=PAYER, at=moment()
    )

    assert asked == 5
    assert AcquirerLine.objects.get(pk="WECHAT").open_until is not None
    assert other.status == "PENDING"

"""Alarm clocks: named, routed, one queue per acquirer."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from payments.models import AcquirerLine
from payments.services.attempts import look_at_due_attempts, start_attempt
from silk_road_ebao.runner.processes import worker_program
from tests.payments.factories import PAYER, PaymentFactory, moment

current_app.loader.import_default_modules()
TASKS = sorted(name for name in current_app.tasks if name.startswith("payments."))
ACQUIRERS = ("wechat", "alipay", "unionpay")


def queue_of(task_name):
    return current_app.amqp.router.route({}, task_name)["queue"].name


@pytest.mark.parametrize("acquirer", ACQUIRERS)
def test_what_asks_an_acquirer_waits_in_the_queue_of_that_acquirer(acquirer):
    """F13."""
    asking = [name for name in TASKS if f"_{acquirer}_" in name]

    assert len(asking) >= 2
    assert {queue_of(name) for name in asking} == {acquirer}


def test_what_asks_no_acquirer_waits_with_the_money_and_the_risk_feeds_with_wechat():
    others = [name for name in TASKS if not any(f"_{acquirer}_" in name for acquirer in ACQUIRERS)]

    assert {name: queue_of(name) for name in others} == {
        **dict.fromkeys(others, "money"),
        "payments.fetch_risk_feeds": "wechat",
    }


def test_the_worker_consumes_every_queue_a_task_may_wait_in():
    program = worker_program({})

    assert not {"--queues", "-Q", "--exclude-queues", "-X"} & set(program.argv)
    assert set(current_app.amqp.queues.consume_from) == {"default", "money", *ACQUIRERS}


def test_every_alarm_names_a_task():
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert named
    assert named <= set(current_app.tasks)


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

"""Notices: once per key, sent by the sweep, tried again when the gateway fails."""

from datetime import timedelta

import pytest

from accounts.models import Notice
from accounts.services.notices import MAX_ATTEMPTS, send_due_notices, write_notice
from tests.accounts import numbers

pytestmark = pytest.mark.django_db


def _write(at, key="k"):
    return write_notice(key=key, phone=f"+86{numbers.phone(1)}", text="收款账户要换", at=at)


def test_a_notice_is_written_once_and_sent_once(sms, at):
    assert _write(at) == _write(at)

    assert send_due_notices(gateway=sms, at=at) == 1
    assert send_due_notices(gateway=sms, at=at + timedelta(days=1)) == 0

    assert sms.sent == [(f"+86{numbers.phone(1)}", "收款账户要换")]
    assert Notice.objects.get().status == "SENT"


def test_a_failed_notice_waits_longer_each_time_and_goes_out_in_the_end(sms, at):
    _write(at)
    sms.is_down = True
    assert send_due_notices(gateway=sms, at=at) == 0
    assert Notice.objects.get().status == "FAILED"
    assert send_due_notices(gateway=sms, at=at + timedelta(seconds=59)) == 0
    assert Notice.objects.get().attempts == 1

    sms.is_down = False
    assert send_due_notices(gateway=sms, at=at + timedelta(minutes=1)) == 1

    assert Notice.objects.get().status == "SENT"


def test_a_hopeless_notice_is_given_up(sms, at):
    _write(at)
    sms.is_down = True

    for nth in range(20):
        send_due_notices(gateway=sms, at=at + timedelta(days=nth))

    assert Notice.objects.get().attempts == MAX_ATTEMPTS

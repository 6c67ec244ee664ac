"""Notices by SMS: written with the change, sent by a sweep."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.gateways.sms import SmsGateway, SmsNotSent
from accounts.models import Notice
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.crypto import mask_phone
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.states import StaleTransition, transition

MAX_ATTEMPTS = 8


@transaction.atomic
def write_notice(*, key: str, phone: str, text: str, at: datetime) -> Notice:
    """Write a notice once per key; the sweep sends it after the caller's transaction has committed."""
    notice, _is_new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "notice_no": new_no("NTC"),
            "status": "DUE",
            "phone_sealed": phone,
            "phone_masked": mask_phone(phone),
            "text": text,
            "due_at": at,
        },
    )
    return notice


def send_due_notices(*, gateway: SmsGateway, at: datetime, limit: int = 100) -> int:
    """Send what is due; returns how many went out. A failure waits longer each time, eight times at most.

    The claim (attempt counted, next try put off) commits before the call, so no crash sends twice in a row.
    """
    due = Notice.objects.filter(status__in=["DUE", "FAILED"], due_at__lte=at, attempts__lt=MAX_ATTEMPTS)
    numbers = due.order_by("due_at", "id").values_list("pk", flat=True)[:limit]
    return sum(_send(pk, gateway, at) for pk in list(numbers))


def _send(pk: int, gateway: SmsGateway, at: datetime) -> int:
    row = Notice.objects.filter(pk=pk, status__in=["DUE", "FAILED"], due_at__lte=at)
    notice = row.first()
    if notice is None:
        return 0
    wait = timedelta(minutes=2 ** min(notice.attempts, 8))
    claimed = row.filter(attempts=notice.attempts).update(attempts=F("attempts") + 1, due_at=at + wait)
    if not claimed or notice.phone_sealed is None:
        return 0
    try:
        gateway.send(phone=notice.phone_sealed.open(), text=notice.text)
    except SmsNotSent as error:
        _note_failure(notice, at, str(error))
        return 0
    transition(notice, "SENT", actor=SYSTEM, at=at, sent_at=at)
    return 1


def _note_failure(notice: Notice, at: datetime, why: str) -> None:
    if notice.status != "DUE":
        return
    try:
        transition(notice, "FAILED", actor=SYSTEM, at=at, reason=why[:200])
    except StaleTransition:
        notice.refresh_from_db()

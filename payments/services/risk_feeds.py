"""Complaints that acquirers report, brought into the house once each."""

from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from django.db import transaction

from payments.gateways import gateway_of, open_acquirers
from payments.gateways.line import LINE_FAULTS
from payments.gateways.wechat_complaints import Complaint
from payments.models import PaymentAttempt, RiskFeed, SubMerchant
from payments.services.acquirer_lines import AcquirerDown, enter_line, note_line
from silk_road_ebao.kernel.clock import business_date

LOOK_BACK = timedelta(days=3)


@runtime_checkable
class Feed(Protocol):
    """An acquirer that lists complaints."""

    def fetch_complaints(self, first: date, last: date) -> list[Complaint]:
        """List the complaints of some days."""
        ...


def fetch_feeds(*, at: datetime) -> int:
    """Fetch the complaints of the last days at every acquirer that lists them; returns how many were new."""
    return sum(fetch_feed(acquirer_code=code, at=at) for code in open_acquirers() if _feed_of(code) is not None)


def fetch_feed(*, acquirer_code: str, at: datetime) -> int:
    """Fetch one acquirer's complaints of the last three days; a silent line is left to the next round."""
    feed, last = _feed_of(acquirer_code), business_date(at)
    if feed is None:
        return 0
    try:
        enter_line(acquirer_code=acquirer_code, at=at)
        found = feed.fetch_complaints(last - LOOK_BACK, last)
    except AcquirerDown:
        return 0
    except (*LINE_FAULTS, ValueError, KeyError) as error:
        note_line(acquirer_code=acquirer_code, is_fault=True, error=str(error), at=at)
        return 0
    note_line(acquirer_code=acquirer_code, is_fault=False, error="", at=at)
    return _enter(acquirer_code, found, at)


@transaction.atomic
def _enter(acquirer_code: str, found: list[Complaint], at: datetime) -> int:
    numbers = {row.sub_mchid for row in found}
    merchants = dict(
        SubMerchant.objects.filter(acquirer_code=acquirer_code, sub_mchid__in=numbers).values_list(
            "sub_mchid", "merchant_id"
        )
    )
    ours = set(
        PaymentAttempt.objects.filter(attempt_no__in=[row.attempt_no for row in found]).values_list(
            "attempt_no", flat=True
        )
    )
    new = 0
    for row in found:
        entered, is_new = RiskFeed.objects.get_or_create(
            acquirer_code=acquirer_code,
            feed_no=row.feed_no,
            defaults={
                "kind": "COMPLAINT",
                "merchant_id": merchants.get(row.sub_mchid),
                "attempt_no": row.attempt_no if row.attempt_no in ours else "",
                "text": row.text,
                "reported_at": row.reported_at,
            },
        )
        new += is_new
        if row.is_answered and entered.answered_at is None:
            RiskFeed.objects.filter(pk=entered.pk).update(answered_at=at)
    return new


def _feed_of(acquirer_code: str) -> Feed | None:
    gateway = gateway_of(acquirer_code)
    return gateway if isinstance(gateway, Feed) else None

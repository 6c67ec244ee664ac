"""The operators' first page: the day as a track, what waits for me, how the acquirers are."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.selectors.onboardings import waiting_for_review
from payments.models.business_day import BusinessDay
from payments.models.discrepancy import Discrepancy
from payments.rules.discrepancy import BLOCKING
from payments.selectors.dashboard import acquirers_lately, open_risk_reviews, platform_day
from payments.views.words import acquirer_name
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.console.track import Station, track
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.models import Approval, OutboxDelivery


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the day to the first page's context."""
    at = clock.now()
    today = clock.business_date(at)
    day = platform_day(today)
    context |= {
        "title": _("今天"),
        "at": at,
        "closing_day": today - timedelta(days=1),
        "stations": _stations(today - timedelta(days=1)),
        "queues": _queues(request),
        "day": day,
        "hour_now": _hour_place(day.hours, at),
        "acquirers": [(acquirer_name(line.code), line) for line in acquirers_lately(at)],
        "demo": settings.DEMO,
    }
    return context


def _stations(day: date) -> list[Station]:
    row = BusinessDay.objects.filter(date=day).prefetch_related("steps").first()
    if row is None:
        return track({})
    steps = list(row.steps.all())
    reached = {step.step: step.ended_at for step in steps if step.state == "DONE" and step.ended_at}
    counts = {step.step: _("%(n)s 条") % {"n": f"{step.count:,}"} for step in steps if step.count}
    return track(reached, held_by=row.hold_reason if row.status == "HELD" else "", counts=counts)


def _queues(request: HttpRequest) -> list[dict[str, Any]]:
    me = actor_of(request)
    roles = roles_of(request)
    to_check = Approval.objects.filter(status="PENDING").exclude(maker_kind=me.kind, maker_ref=me.ref).count()
    mine = Approval.objects.filter(status="PENDING", maker_kind=me.kind, maker_ref=me.ref).count()
    differences = Discrepancy.objects.filter(status__in=BLOCKING).count()
    dead = OutboxDelivery.objects.filter(dead_at__isnull=False).count()
    return [
        _queue(
            _("等我复核") if "CHECKER" in roles else _("等复核"), to_check, "kernel_approval", "?status__exact=PENDING"
        ),
        _queue(_("我提交的，等同事复核"), mine, "kernel_approval", "?status__exact=PENDING"),
        _queue(
            _("差错"),
            differences,
            "payments_discrepancy",
            "?status__exact=OPEN",
            is_bad=True,
        ),
        _queue(_("风险"), open_risk_reviews(), "payments_riskreview", "?status__exact=OPEN", is_bad=True),
        _queue(_("进件"), waiting_for_review().count(), "accounts_onboarding", "?status__exact=SUBMITTED"),
        _queue(_("没送达的投递"), dead, "kernel_outboxdelivery", "?state=dead", is_bad=True),
    ]


def _queue(label: str, count: int, page: str, query: str, *, is_bad: bool = False) -> dict[str, Any]:
    try:
        href = reverse(f"admin:{page}_changelist") + query
    except NoReverseMatch:
        href = ""
    tone = "" if not count else "bad" if is_bad else "waiting"
    return {"label": label, "count": count, "href": href, "tone": tone}


def _hour_place(hours: list[tuple[str, int]], at: datetime) -> int | None:
    label = f"{at.astimezone(clock.BUSINESS_ZONE).hour}:00"
    return next((place for place, (hour, _fen) in enumerate(hours) if hour == label), None)

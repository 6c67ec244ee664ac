"""Held releases: let out or turned down by two people; those without a value run again once names have a meaning."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import IndexRelease, PriceSource
from supplychain.services.index_releases import announce_release, queue_for_release, release_month, release_week


class NotHeld(Refusal):
    """Only a held release can be let out."""

    message = _("这期指数不在等复核")


class HeldForNames(Refusal):
    """Without a value there is nothing to let out."""

    message = _("这一期还没有数：先给换了的品名做编码对照，复核后会自动重算")


@transaction.atomic
def propose_held_release(*, release_no: str, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to let a held release out.

    Raises:
        NotHeld, HeldForNames, and what request_approval refuses
    """
    release = IndexRelease.objects.get(release_no=release_no)
    if release.status != "HELD":
        raise NotHeld
    if release.value is None:
        raise HeldForNames
    diff = {
        "period": release.period,
        "value": str(release.value),
        "matched_share_bps": release.matched_share_bps,
        "reason": reason,
    }
    return request_approval(verb="supplychain.index.release", subject=release_no, diff=diff, maker=actor, at=at)


@approves("supplychain.index.release")
def approve_held_release(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> IndexRelease:
    """Let a held release out; called by the approval of a second person.

    Raises:
        NotHeld
    """
    release = IndexRelease.objects.select_for_update().select_related("source").get(release_no=subject)
    if release.status != "HELD":
        raise NotHeld
    transition(release, "PUBLISHED", actor=actor, at=at, reason=approval_no)
    announce_release(release=release, at=at)
    return release


@transaction.atomic
def decline_held_release(*, release_no: str, reason: str, actor: Actor, at: datetime) -> IndexRelease:
    """Turn a held release down; its period stays without a number until a better vintage.

    Raises:
        NotHeld
    """
    release = IndexRelease.objects.select_for_update().get(release_no=release_no)
    if release.status != "HELD":
        raise NotHeld
    return transition(release, "DECLINED", actor=actor, at=at, reason=reason)


def resume_held(*, source: PriceSource, actor: Actor, at: datetime) -> list[IndexRelease]:
    """Run the periods anew that are held without a value, oldest first, each as its next vintage.

    Stops at the first that stays held: those after it stand on it. Nothing new is written while nothing changed.
    """
    again: list[IndexRelease] = []
    for grain in ("WEEK", "MONTH"):
        for period, kind in _waiting(source, grain).order_by("period", "vintage").values_list("period", "kind"):
            release = _run_again(source, grain, period, kind, actor, at)
            if release is None:
                continue
            if release.status == "HELD" and release.value is None:
                break
            again.append(release)
    return again


@transaction.atomic
def _run_again(
    source: PriceSource, grain: str, period: date, kind: str, actor: Actor, at: datetime
) -> IndexRelease | None:
    """Run one period anew; None when another process, told of the same names, has done so meanwhile."""
    queue_for_release(source=source, grain=grain)
    if not _waiting(source, grain).filter(period=period).exists():
        return None
    if grain == "WEEK":
        return release_week(source=source, week=period, kind=kind, actor=actor, at=at)
    return release_month(source=source, month=period, actor=actor, at=at)


def _waiting(source: PriceSource, grain: str) -> QuerySet[IndexRelease]:
    return IndexRelease.objects.filter(source=source, grain=grain, status="HELD", value=None)

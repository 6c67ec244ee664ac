"""What an institution itself allows: entered by two operators, a later value ends the open one before it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, InstitutionLimit, OperatorRole
from accounts.services.institutions import LimitOverlaps, set_limit
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

ENTER = "accounts.institution_limit.enter"


class LimitEndsFirst(Refusal):
    """It would have ended before it began."""

    message = _("限额的止日要晚于起日")
    field = "valid_until"


def _snapshot_limit(subject: str) -> dict[str, Any]:
    """Return the limit's values as they stand."""
    code, name = subject.split(" ", 1)
    rows = InstitutionLimit.objects.filter(institution__code=code, name=name).order_by("valid_from")
    return {"values": [f"{row.valid_from} {row.valid_until} {row.value} {row.unit}" for row in rows]}


@transaction.atomic
def request_limit(
    *,
    institution: Institution,
    name: str,
    value: int,
    unit: str,
    valid_from: date,
    source: str,
    actor: Actor,
    at: datetime,
    valid_until: date | None = None,
) -> Approval:
    """Ask (MAKER) that an institution's limit take a value over some days; nothing changes before.

    Raises:
        RoleMissing, LimitEndsFirst, ApprovalOpen
        LimitOverlaps: the days have a value, and it is not an open one that a later value may end.
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    if valid_until is not None and valid_until <= valid_from:
        raise LimitEndsFirst
    _refuse_overlap(institution, name.strip(), valid_from, valid_until, at)
    diff = {
        "value": value,
        "unit": unit,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "source": source.strip(),
    }
    return request_approval(verb=ENTER, subject=f"{institution.code} {name.strip()}", diff=diff, maker=actor, at=at)


def _refuse_overlap(institution: Institution, name: str, begins: date, ends: date | None, at: datetime) -> None:
    days = Q(valid_until__isnull=True) | Q(valid_until__gt=begins)
    rows = InstitutionLimit.objects.filter(days, institution=institution, name=name)
    if ends is not None:
        rows = rows.filter(valid_from__lt=ends)
    if begins > business_date(at):
        rows = rows.exclude(_open_before(begins))
    if rows.exists():
        raise LimitOverlaps


def _open_before(begins: date) -> Q:
    return Q(valid_until__isnull=True, valid_from__lt=begins)


@approves(ENTER, snapshot=_snapshot_limit)
def enter_limit(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> InstitutionLimit:
    """Carry out the second signature (CHECKER): the open value before ends where the new one begins.

    What was decided under the old value stays: only a value that begins tomorrow or later ends another.

    Raises:
        RoleMissing, LimitOverlaps
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    code, name = subject.split(" ", 1)
    institution = Institution.objects.get(code=code)
    begins, ends = date.fromisoformat(diff["valid_from"]), diff["valid_until"]
    if begins > business_date(at):
        InstitutionLimit.objects.filter(_open_before(begins), institution=institution, name=name).update(
            valid_until=begins
        )
    return set_limit(
        institution=institution,
        name=name,
        value=diff["value"],
        unit=diff["unit"],
        valid_from=begins,
        valid_until=date.fromisoformat(ends) if ends else None,
        source=diff["source"],
        actor=actor,
        at=at,
    )

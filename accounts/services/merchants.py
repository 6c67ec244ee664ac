"""Merchants in service: suspended, moved, brought back, gone."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ListHit, Merchant, OperatorRole, Person, SettlementAccount, Stall
from accounts.rules.identity import PROVINCE_CODES
from accounts.services.markets import UnknownProvince
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

RESUME = "accounts.merchant.resume"


class StillOnList(Refusal):
    """An open hit forbids the merchant's return (R9)."""

    message = _("商户还在名单里，处理完名单命中才能恢复")


def _snapshot_merchant(subject: str) -> dict[str, object]:
    """Return what a checker must have seen unchanged."""
    merchant = Merchant.objects.get(merchant_no=subject)
    return {"status": merchant.status, "province": merchant.province, "suspended_for": merchant.suspended_for}


@transaction.atomic
def suspend_merchant(*, merchant: Merchant, cause: str, actor: Actor, at: datetime, reason: str = "") -> Merchant:
    """Put a merchant on hold; ``cause`` is a code (PROVINCE, LIST, RISK, SILENT, REQUEST)."""
    transition(merchant, "SUSPENDED", actor=actor, at=at, reason=reason or cause, suspended_for=cause)
    record(
        actor=actor, action="accounts.merchant.suspend", subject=merchant.merchant_no, at=at, detail={"cause": cause}
    )
    return merchant


@transaction.atomic
def move_merchant(*, merchant: Merchant, province: str, address: str, actor: Actor, at: datetime) -> Merchant:
    """Record a new place of business; another province puts the merchant on hold at once (R8, 银发〔2017〕296).

    Raises:
        UnknownProvince
    """
    if province not in PROVINCE_CODES:
        raise UnknownProvince
    is_abroad = province != merchant.province
    Merchant.objects.filter(pk=merchant.pk).update(province=province, address=address)
    merchant.refresh_from_db()
    record(
        actor=actor,
        action="accounts.merchant.move",
        subject=merchant.merchant_no,
        at=at,
        detail={"province": province, "is_abroad": is_abroad},
    )
    if is_abroad and merchant.status == "APPROVED":
        suspend_merchant(merchant=merchant, cause="PROVINCE", actor=actor, at=at)
    return merchant


@transaction.atomic
def request_resume(*, merchant: Merchant, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask (MAKER) that a merchant be taken off hold.

    Raises:
        RoleMissing, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    diff = {**_snapshot_merchant(merchant.merchant_no), "reason": reason}
    return request_approval(verb=RESUME, subject=merchant.merchant_no, diff=diff, maker=actor, at=at)


@approves(RESUME, snapshot=_snapshot_merchant)
def resume_merchant(*, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime) -> Merchant:
    """Carry out the second signature (CHECKER): the merchant is off hold.

    Raises:
        RoleMissing, StillOnList
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    merchant = Merchant.objects.get(merchant_no=subject)
    if ListHit.objects.filter(merchant=merchant, status="OPEN").exists():
        raise StillOnList
    return transition(merchant, "APPROVED", actor=actor, at=at, reason=str(diff.get("reason", "")), suspended_for="")


@transaction.atomic
def leave_merchant(*, merchant: Merchant, actor: Actor, at: datetime, reason: str) -> Merchant:
    """End the merchant's service: stalls close, open list hits count as left."""
    transition(merchant, "LEFT", actor=actor, at=at, reason=reason, left_at=at)
    Stall.objects.filter(merchant=merchant, closed_at__isnull=True).update(closed_at=at)
    for hit in ListHit.objects.filter(merchant=merchant, status="OPEN"):
        transition(hit, "EXITED", actor=actor, at=at, reason=reason)
    record(
        actor=actor, action="accounts.merchant.leave", subject=merchant.merchant_no, at=at, detail={"reason": reason}
    )
    return merchant


@transaction.atomic
def note_merchants_traded(*, merchant_ids: Iterable[int], at: datetime) -> None:
    """Move the last trade of merchants, their payee accounts and owners forward; it never moves back (R11).

    For a day's close, not for each payment: three statements for all, and no hot row.
    """
    ids = list(merchant_ids)
    earlier = Q(last_active_at__isnull=True) | Q(last_active_at__lt=at)
    Merchant.objects.filter(earlier, pk__in=ids).update(last_active_at=at)
    SettlementAccount.objects.filter(earlier, owner_merchant__in=ids, status="ACTIVE").update(last_active_at=at)
    Person.objects.filter(merchants_as_legal_person__in=ids, last_active_at__lt=at).update(last_active_at=at)

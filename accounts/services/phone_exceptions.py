"""Reasoned exceptions to one phone, one ID (R10)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import OperatorRole, PhoneException
from accounts.selectors.persons import RESIDENT_ID
from accounts.selectors.users import PHONE
from accounts.services.numbers import read_phone, read_resident_id
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.crypto import blind_index, mask_id, mask_phone
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

APPROVE = "accounts.phone_exception.approve"


class ExceptionReasonMissing(Refusal):
    """An exception without a reason."""

    message = _("请写明为什么两个人共用一个手机号")
    field = "reason"


class ExceptionOpen(Refusal):
    """The pair has an exception already."""

    message = _("这个手机号和身份证已经申请过例外")


def _snapshot_exception(subject: str) -> dict[str, object]:
    """Return the exception as it stands."""
    row = PhoneException.objects.get(exception_no=subject)
    return {"phone": row.phone_masked, "resident_id": row.id_masked, "reason": row.reason, "status": row.status}


@transaction.atomic
def request_phone_exception(*, phone: str, resident_id: str, reason: str, actor: Actor, at: datetime) -> PhoneException:
    """Ask as an operator (MAKER) that one more ID may use a phone; it counts once a CHECKER agrees (R10).

    Raises:
        RoleMissing, ExceptionReasonMissing, ExceptionOpen, NumberRefused
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    if not reason.strip():
        raise ExceptionReasonMissing
    mobile, number = read_phone(text=phone), read_resident_id(text=resident_id)
    try:
        with transaction.atomic():
            row = PhoneException.objects.create(
                exception_no=new_no("PEX"),
                status="REQUESTED",
                phone_index=blind_index(mobile, PHONE),
                phone_masked=mask_phone(mobile),
                id_index=blind_index(number, RESIDENT_ID),
                id_masked=mask_id(number),
                reason=reason.strip(),
                requested_at=at,
                requested_by=actor.ref,
            )
    except IntegrityError:
        raise ExceptionOpen from None
    request_approval(
        verb=APPROVE, subject=row.exception_no, diff=_snapshot_exception(row.exception_no), maker=actor, at=at
    )
    return row


@transaction.atomic
def reject_phone_exception(*, exception: PhoneException, reason: str, actor: Actor, at: datetime) -> PhoneException:
    """Turn an exception down for good."""
    require_role(actor=actor, role=OperatorRole.CHECKER)
    return transition(exception, "REJECTED", actor=actor, at=at, reason=reason, decided_at=at)


@transaction.atomic
def reject_after_review(*, subject: str, reason: str, actor: Actor, at: datetime) -> None:
    """Turn the exception down whose review the second operator rejected."""
    row = PhoneException.objects.get(exception_no=subject)
    if row.status == "REQUESTED":
        reject_phone_exception(exception=row, reason=reason, actor=actor, at=at)


@approves(APPROVE, snapshot=_snapshot_exception, turn_down=reject_after_review)
def approve_phone_exception(
    *, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime
) -> PhoneException:
    """Carry out the second signature (CHECKER)."""
    require_role(actor=actor, role=OperatorRole.CHECKER)
    row = PhoneException.objects.get(exception_no=subject)
    return transition(row, "APPROVED", actor=actor, at=at, reason=row.reason, decided_at=at)

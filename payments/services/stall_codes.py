"""Static codes of stalls."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Stall
from payments.models import StallCode
from payments.rules.stall_code import is_personal_code
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class PersonalCode(Refusal):
    """A person's own collection code may not take business money (R7)."""

    message = _("个人收款码不能用于经营收款，请用平台发的摊位码")


class StallClosed(Refusal):
    """The stall is given up."""

    message = _("这个摊位已经撤掉了")


@transaction.atomic
def issue_stall_code(*, stall: Stall, actor: Actor, at: datetime) -> StallCode:
    """Give a stall its code; the live one is given again.

    Raises:
        StallClosed.
    """
    Stall.objects.select_for_update().get(pk=stall.pk)
    if stall.closed_at is not None:
        raise StallClosed
    known = StallCode.objects.filter(stall=stall, status="ACTIVE").first()
    if known is not None:
        return known
    code = StallCode.objects.create(
        status="ACTIVE", code_no=new_no("COD"), merchant_id=stall.merchant_id, stall=stall, issued_at=at
    )
    record(actor=actor, action="payments.stall_code.issue", subject=f"stall_code:{code.pk}", at=at)
    return code


@transaction.atomic
def revoke_stall_code(*, code_no: str, reason: str, actor: Actor, at: datetime) -> StallCode:
    """Take a code out of use at once (lost, pasted over); raises StallCode.DoesNotExist."""
    code = StallCode.objects.select_for_update().get(code_no=code_no)
    if code.status == "ACTIVE":
        transition(code, "REVOKED", actor=actor, at=at, reason=reason, revoked_at=at)
        record(actor=actor, action="payments.stall_code.revoke", subject=f"stall_code:{code.pk}", at=at)
    return code


def refuse_personal_code(*, payload: str) -> None:
    """Refuse a personal collection code offered for business use (R7, 银发〔2021〕259).

    Raises:
        PersonalCode.
    """
    if is_personal_code(payload):
        raise PersonalCode

"""The end of an application: the acquirer's number is checked (R2) and opened, by wire or by hand under four eyes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import OperatorRole, SettlementAccount
from accounts.services.operators import require_role
from payments.gateways.protocol import Answer
from payments.models import Applyment, Trouble
from payments.rules.applyment import is_tail_of
from payments.selectors.applyments import applyment_by_no
from payments.services.applyments import tell_onboarding
from payments.services.sub_merchants import NameDiffers, ProvinceDiffers, open_sub_merchant
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

ENTER = "payments.applyment.enter"
TROUBLES = {NameDiffers: Trouble.NAME_DIFFERS, ProvinceDiffers: Trouble.PROVINCE_DIFFERS}


class NotByHand(Refusal):
    """The application is on its way by wire, or is over."""

    message = _("这份进件不是柜面办理的，等收单机构线上答复")


class NumberMissing(Refusal):
    """No number was typed."""

    message = _("请填收单机构给的特约商户号")
    field = "sub_mchid"


def check_account(*, applyment: Applyment, answer: Answer) -> Trouble:
    """Compare the account the acquirer will settle to with the one that was sent (R2); NONE where it does not say."""
    if "account_tail" not in answer.detail:
        return Trouble.NONE
    account = SettlementAccount.objects.filter(account_no=applyment.sent_account_no).first()
    digits = account.account_no_sealed.open() if account is not None and account.account_no_sealed is not None else ""
    is_same = is_tail_of(str(answer.detail["account_tail"]), digits)
    is_refused = answer.detail.get("account_state") == "VERIFY_FAIL"
    return Trouble.NONE if is_same and not is_refused else Trouble.ACCOUNT_DIFFERS


@transaction.atomic
def open_number(*, applyment: Applyment, trouble: Trouble, actor: Actor, at: datetime) -> Applyment:
    """Open the number of a finished application, unless something is wrong; a refusal stays as its trouble."""
    trouble = trouble or _open(applyment, actor, at)
    Applyment.objects.filter(pk=applyment.pk).update(trouble=trouble, next_look_at=None)
    applyment.trouble = trouble
    tell_onboarding(applyment=applyment, at=at)
    return applyment


def _open(applyment: Applyment, actor: Actor, at: datetime) -> Trouble:
    try:
        with transaction.atomic():
            open_sub_merchant(
                merchant=applyment.merchant,
                acquirer_code=applyment.acquirer_code,
                sub_mchid=applyment.sub_mchid,
                legal_name=applyment.sent_name,
                rate_bps=applyment.rate_bps or 0,
                auth_token=applyment.auth_token.open() if applyment.auth_token is not None else "",
                actor=actor,
                at=at,
            )
    except Refusal as refusal:
        record(
            actor=actor,
            action="payments.applyment.opening_refused",
            subject=applyment.applyment_no,
            at=at,
            detail={"code": refusal.code},
        )
        return TROUBLES.get(type(refusal), Trouble.OPENING_REFUSED)
    return Trouble.NONE


def _snapshot(subject: str) -> dict[str, object]:
    """Return what a checker must have seen unchanged."""
    row = applyment_by_no(subject)
    return {"status": row.status, "legal_name": row.merchant.legal_name, "acquirer": row.acquirer_code}


@transaction.atomic
def propose_number(
    *, applyment: Applyment, sub_mchid: str, legal_name: str, rate_bps: int, evidence: str, actor: Actor, at: datetime
) -> Approval:
    """Lay the number that an acquirer gave at its counter before the second operator, as MAKER.

    Raises:
        RoleMissing, NotByHand, NumberMissing, NameDiffers (R2), ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    if applyment.status != "REQUESTED" or applyment.trouble != Trouble.BY_HAND:
        raise NotByHand
    if not sub_mchid.strip():
        raise NumberMissing
    if legal_name != applyment.merchant.legal_name:
        raise NameDiffers
    diff = {"sub_mchid": sub_mchid.strip(), "legal_name": legal_name, "rate_bps": rate_bps, "evidence": evidence}
    return request_approval(verb=ENTER, subject=applyment.applyment_no, diff=diff, maker=actor, at=at)


@approves(ENTER, snapshot=_snapshot)
def enter_number(*, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime) -> Applyment:
    """Carry out the second signature (CHECKER): the number is opened with the same checks as one that came by wire.

    Raises:
        RoleMissing, NumberTaken, and what open_sub_merchant refuses.
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    row = applyment_by_no(subject)
    sub_mchid, legal_name, rate_bps = str(diff["sub_mchid"]), str(diff["legal_name"]), int(str(diff["rate_bps"]))
    open_sub_merchant(
        merchant=row.merchant,
        acquirer_code=row.acquirer_code,
        sub_mchid=sub_mchid,
        legal_name=legal_name,
        rate_bps=rate_bps,
        actor=actor,
        at=at,
    )
    told = {"sub_mchid": sub_mchid, "sent_name": legal_name, "rate_bps": rate_bps, "finished_at": at}
    transition(row, "FINISHED", actor=actor, at=at, reason=approval_no, **told)
    return open_number(applyment=row, trouble=Trouble.NONE, actor=actor, at=at)

"""Our own two signatures under a merchant's form, and what each acquirer answers after them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AcquirerApplication, Institution, MerchantDocument, Onboarding, OperatorRole
from accounts.selectors.institutions import active_institutions, provinces_served
from accounts.selectors.onboardings import onboarding_by_no
from accounts.services.list_entries import blocking_entries
from accounts.services.onboardings import OnList
from accounts.services.operators import require_any_role, require_role
from accounts.services.stalls import open_stall
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import ReasonMissing, approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

APPROVE = "accounts.onboarding.approve"


class NoAcquirerHere(Refusal):
    """No acquirer has a branch in the merchant's province (R8)."""

    message = _("商户所在省没有可以收单的机构，不能接入")


class NotApproved(Refusal):
    """An acquirer answered about a merchant we have not approved."""

    message = _("这份进件还没有通过我们的复核")


def _snapshot_onboarding(subject: str) -> dict[str, object]:
    """Return the form as it stands: what the checker signs is what the maker saw."""
    form = onboarding_by_no(subject)
    merchant = form.merchant
    papers = MerchantDocument.objects.filter(merchant=merchant, replaced_at__isnull=True)
    return {
        "status": form.status,
        "kind": merchant.kind,
        "name": merchant.name,
        "legal_name": merchant.legal_name,
        "uscc": merchant.uscc or "",
        "legal_person": merchant.legal_person.person_no if merchant.legal_person else "",
        "agent": form.agent.person_no if form.agent else "",
        "province": merchant.province,
        "address": merchant.address,
        "stall_label": form.stall_label,
        "documents": sorted(papers.values_list("sha256", flat=True)),
    }


@transaction.atomic
def review_onboarding(*, onboarding: Onboarding, actor: Actor, at: datetime) -> Approval:
    """Sign as the first operator (MAKER) and lay the form before the second.

    Raises:
        RoleMissing, ApprovalOpen, NoAcquirerHere, OnList
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    form = onboarding_by_no(onboarding.onboarding_no)
    _refuse_unfit(form, at)
    return request_approval(
        verb=APPROVE,
        subject=form.onboarding_no,
        diff=_snapshot_onboarding(form.onboarding_no),
        maker=actor,
        at=at,
    )


def _refuse_unfit(form: Onboarding, at: datetime) -> None:
    acquirers = active_institutions("ACQUIRER").prefetch_related("branches")
    if not any(form.merchant.province in provinces_served(acquirer, at) for acquirer in acquirers):
        raise NoAcquirerHere
    if blocking_entries(merchant=form.merchant, at=at):
        raise OnList


@transaction.atomic
def send_back_onboarding(*, onboarding: Onboarding, reason: str, actor: Actor, at: datetime) -> Onboarding:
    """Send a form back to the merchant with a reason he can act upon, as MAKER or CHECKER.

    Raises:
        RoleMissing, ReasonMissing
    """
    require_any_role(actor=actor, roles=(OperatorRole.MAKER, OperatorRole.CHECKER))
    if not reason.strip():
        raise ReasonMissing
    merchant = onboarding.merchant
    transition(onboarding, "REJECTED", actor=actor, at=at, reason=reason, rejection_reason=reason, decided_at=at)
    transition(merchant, "DRAFT", actor=actor, at=at, reason=reason)
    record(
        actor=actor,
        action="accounts.onboarding.send_back",
        subject=onboarding.onboarding_no,
        at=at,
        detail={"reason": reason},
    )
    return onboarding


@transaction.atomic
def send_back_after_review(*, subject: str, reason: str, actor: Actor, at: datetime) -> None:
    """Send the form back whose review the second operator rejected; one sent back already stays as it is."""
    form = onboarding_by_no(subject)
    if form.status == "SUBMITTED":
        send_back_onboarding(onboarding=form, reason=reason, actor=actor, at=at)


@approves(APPROVE, snapshot=_snapshot_onboarding, turn_down=send_back_after_review)
def approve_onboarding(
    *, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime
) -> Onboarding:
    """Carry out the second signature (CHECKER): the merchant is in service, its stall opens, acquirers are told.

    Emits ``accounts.merchant.approved``.

    Raises:
        RoleMissing, NoAcquirerHere, OnList, StallTaken
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    form = onboarding_by_no(subject)
    _refuse_unfit(form, at)
    merchant = form.merchant
    transition(form, "APPROVED", actor=actor, at=at, decided_at=at)
    transition(merchant, "APPROVED", actor=actor, at=at, onboarded_at=at, last_active_at=at)
    if form.market is not None and form.stall_label:
        open_stall(
            merchant=merchant,
            market=form.market,
            label=form.stall_label,
            signboard=form.signboard or merchant.name,
            actor=actor,
            at=at,
        )
    emit(
        "accounts.merchant.approved",
        key=merchant.merchant_no,
        payload={"merchant_no": merchant.merchant_no, "onboarding_no": form.onboarding_no},
        at=at,
    )
    return form


@transaction.atomic
def record_acquirer_answer(
    *,
    onboarding_no: str,
    acquirer: Institution,
    state: str,
    actor: Actor,
    at: datetime,
    sub_mchid: str = "",
    reason: str = "",
    sign_url: str = "",
) -> AcquirerApplication:
    """Mirror what an acquirer answered about its own application; an unchanged state only renews the time.

    WAITING is ours: not sent yet, or sent and not answered; the reason says which. An answer older than the last one,
    or one that would go back, is not written down.

    Raises:
        NotApproved: we never sent this merchant.
        IllegalTransition: the acquirer's machine has no such step.
    """
    form = onboarding_by_no(onboarding_no)
    if form.status != "APPROVED":
        raise NotApproved
    application, _is_new = AcquirerApplication.objects.get_or_create(
        onboarding=form, acquirer=acquirer, defaults={"status": "WAITING", "answered_at": at}
    )
    application = AcquirerApplication.objects.select_for_update().get(pk=application.pk)
    if at < application.answered_at:
        return application
    told = {"reason": reason, "sign_url": sign_url, "sub_mchid": sub_mchid or application.sub_mchid, "answered_at": at}
    if state == application.status:
        AcquirerApplication.objects.filter(pk=application.pk).update(**told)
        application.refresh_from_db()
        return application
    step_reason = told.pop("reason")
    AcquirerApplication.objects.filter(pk=application.pk).update(reason=step_reason)
    return transition(application, state, actor=actor, at=at, reason=str(step_reason)[:300], **told)

"""Applications at acquirers: opened for every approved merchant, woken, corrected, given up."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop, override

from accounts.models import Institution, Merchant, OperatorRole
from accounts.selectors.institutions import provinces_served
from accounts.selectors.merchants import merchant_by_no
from accounts.services.onboarding_reviews import record_acquirer_answer
from accounts.services.operators import require_role
from payments.gateways import gateway_of, open_acquirers
from payments.models import Applyment, SubMerchant, Trouble
from payments.rules.applyment import reason_text
from payments.selectors.applyments import has_number
from payments.services.sub_merchants import hold_sub_merchant
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.states import transition

SENT_NOTE = gettext_noop("资料已送出，等机构回话")
"""Kept as it stands in the source, and said in the reader's language by the page that shows it."""


@transaction.atomic
def request_applyments(*, merchant_no: str, onboarding_no: str, actor: Actor, at: datetime) -> list[Applyment]:
    """Open an application at every acquirer we speak to that serves the merchant's province; nothing is sent yet.

    The same once more opens nothing new. An acquirer without onboarding by wire waits for an operator (BY_HAND).
    """
    merchant = Merchant.objects.select_for_update().get(merchant_no=merchant_no)
    opened = []
    for acquirer in Institution.objects.filter(code__in=open_acquirers(), status="ACTIVE").order_by("code"):
        served = provinces_served(acquirer, at)
        is_live = Applyment.objects.filter(merchant=merchant, acquirer=acquirer).exclude(status="CANCELED").exists()
        if is_live or (served and merchant.province not in served):
            continue
        if has_number(merchant, acquirer.code):
            _tell_number(merchant, acquirer, onboarding_no, at)
            continue
        opened.append(_open(merchant, acquirer, onboarding_no, actor, at))
    return opened


def _open(merchant: Merchant, acquirer: Institution, onboarding_no: str, actor: Actor, at: datetime) -> Applyment:
    is_by_wire = gateway_of(acquirer.code).capabilities.sub_merchant_onboarding
    row = Applyment.objects.create(
        status=Applyment.STATES.initial,
        applyment_no=new_no("APM"),
        merchant=merchant,
        acquirer=acquirer,
        acquirer_code=acquirer.code,
        onboarding_no=onboarding_no,
        trouble=Trouble.NONE if is_by_wire else Trouble.BY_HAND,
        requested_at=at,
        next_look_at=at if is_by_wire else None,
    )
    record(
        actor=actor,
        action="payments.applyment.request",
        subject=row.applyment_no,
        at=at,
        detail={"merchant_no": merchant.merchant_no, "acquirer": acquirer.code},
    )
    tell_onboarding(applyment=row, at=at)
    return row


def tell_onboarding(*, applyment: Applyment, at: datetime) -> None:
    """Mirror an application in the merchant's onboarding: what is not opened yet is never shown as finished."""
    with override(settings.LANGUAGE_CODE):
        reason = str(Trouble(applyment.trouble).label) if applyment.trouble else reason_text(applyment.reasons)
    state = {"REQUESTED": "WAITING", "UNKNOWN": "WAITING"}.get(applyment.status, str(applyment.status))
    if applyment.status == "FINISHED" and applyment.trouble:
        state = "SIGNING"
    if applyment.status == "UNKNOWN" and not applyment.trouble:
        reason = SENT_NOTE
    record_acquirer_answer(
        onboarding_no=applyment.onboarding_no,
        acquirer=applyment.acquirer,
        state=state,
        actor=Actor("ACQUIRER", applyment.acquirer_code),
        at=at,
        sub_mchid=applyment.sub_mchid,
        reason=reason if applyment.status not in ("FINISHED", "REQUESTED") or applyment.trouble else "",
        sign_url=applyment.sign_url,
    )


@transaction.atomic
def wake_applyments(*, merchant_no: str, at: datetime) -> int:
    """Look at once at what waited for something of the merchant's: its account, its papers. Returns how many."""
    waiting = Q(status="REQUESTED") | (Q(status="FINISHED") & ~Q(trouble=""))
    due = Applyment.objects.filter(waiting, merchant__merchant_no=merchant_no).exclude(trouble=Trouble.BY_HAND)
    return due.update(next_look_at=at)


@transaction.atomic
def resend_after_change(*, merchant_no: str, actor: Actor, at: datetime) -> int:
    """Send rejected applications again after the merchant's correction was approved; returns how many.

    A number opened under another legal name than the merchant now bears takes no payment until it fits (R2).
    """
    merchant = merchant_by_no(merchant_no)
    rejected = Applyment.objects.select_for_update().filter(merchant=merchant, status="REJECTED").order_by("pk")
    count = len([_send_again(row, actor, at) for row in rejected])
    stale = SubMerchant.objects.filter(merchant=merchant, status="ACTIVE").exclude(legal_name=merchant.legal_name)
    for sub_merchant in stale:
        hold_sub_merchant(sub_merchant=sub_merchant, reason="登记名称变更，等收单机构改名", actor=actor, at=at)
    return count + wake_applyments(merchant_no=merchant_no, at=at)


@transaction.atomic
def resend_applyment(*, applyment: Applyment, actor: Actor, at: datetime) -> Applyment:
    """Send a rejected application again under its own number, as MAKER.

    Raises:
        RoleMissing, IllegalTransition, StaleTransition
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    return _send_again(applyment, actor, at)


def _send_again(row: Applyment, actor: Actor, at: datetime) -> Applyment:
    """Reasons stay until the acquirer answers: they tell an old rejection from a new one."""
    fields = {"next_look_at": at, "looks": 0, "trouble": Trouble.NONE, "acquirer_no": "", "sign_url": ""}
    transition(row, "REQUESTED", actor=actor, at=at, reason="resend", **fields)
    record(actor=actor, action="payments.applyment.resend", subject=row.applyment_no, at=at, detail={})
    tell_onboarding(applyment=row, at=at)
    return row


@transaction.atomic
def hurry_applyment(*, applyment: Applyment, actor: Actor, at: datetime) -> None:
    """Let the next sweep look at an application at once, as MAKER; nothing is asked inside the page's request.

    Raises:
        RoleMissing
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    Applyment.objects.filter(pk=applyment.pk).exclude(trouble=Trouble.BY_HAND).update(next_look_at=at)
    record(actor=actor, action="payments.applyment.hurry", subject=applyment.applyment_no, at=at, detail={})


@transaction.atomic
def settle_applyment(*, merchant_no: str, acquirer_code: str, at: datetime) -> None:
    """Give up what is under way for a number the merchant has by another road, and tell the merchant it is open."""
    live = Applyment.objects.select_for_update(of=("self",)).select_related("merchant", "acquirer")
    rows = live.filter(merchant__merchant_no=merchant_no, acquirer_code=acquirer_code)
    for row in rows.exclude(status__in=("FINISHED", "CANCELED")):
        give_up_applyment(applyment=row, reason="has a number already", at=at)


@transaction.atomic
def give_up_applyment(*, applyment: Applyment, reason: str, at: datetime) -> Applyment:
    """End an application that is not wanted any more: the merchant has its number by another road."""
    row: Applyment = transition(
        applyment, "CANCELED", actor=SYSTEM, at=at, reason=reason, next_look_at=None, trouble=Trouble.NONE
    )
    record(
        actor=SYSTEM, action="payments.applyment.give_up", subject=row.applyment_no, at=at, detail={"reason": reason}
    )
    _tell_number(row.merchant, row.acquirer, row.onboarding_no, at)
    return row


def _tell_number(merchant: Merchant, acquirer: Institution, onboarding_no: str, at: datetime) -> None:
    """Tell the merchant of a number that did not come by an application."""
    number = SubMerchant.objects.filter(merchant=merchant, acquirer_code=acquirer.code).first()
    record_acquirer_answer(
        onboarding_no=onboarding_no,
        acquirer=acquirer,
        state="FINISHED" if number is not None else "CANCELED",
        actor=Actor("ACQUIRER", acquirer.code),
        at=at,
        sub_mchid=number.sub_mchid if number is not None else "",
    )

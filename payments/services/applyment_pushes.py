"""Send applications and ask how far they have come; every call is outside a transaction and under one number."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from payments.gateways import gateway_of
from payments.gateways.protocol import FAILED, FINISHED, NOT_FOUND, UNKNOWN, AcquirerGateway, Answer
from payments.models import Applyment, Trouble
from payments.rules.applyment import AHEAD, LOOKS_BEFORE_SENDING_AGAIN, next_delay_s
from payments.selectors.applyments import applyment_by_no, has_number
from payments.services.acquirer_lines import AcquirerDown, enter_line, note_line
from payments.services.acquirer_messages import archive_exchanges
from payments.services.applyment_finishes import check_account, open_number
from payments.services.applyment_forms import Unfit, bare_form, full_form
from payments.services.applyments import give_up_applyment, tell_onboarding
from payments.services.crash_points import crash_point
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.states import StaleTransition, transition

LEASE = timedelta(minutes=5)
WAIT_FOR_MENDING = timedelta(hours=6)
"""How long what a person has to mend is left alone; whatever mends it wakes it before."""


def push_applyment(*, applyment_no: str, at: datetime) -> Applyment:
    """Send an application, or ask about one that was sent; doubt leaves it UNKNOWN under its own number.

    What was rejected waits for a correction; what is finished is looked at again only while something is wrong.
    """
    row = applyment_by_no(applyment_no)
    if row.status in ("REJECTED", "CANCELED") or (row.status == "FINISHED" and not row.trouble):
        Applyment.objects.filter(pk=row.pk).update(next_look_at=None)
        return row
    if row.status != "FINISHED" and has_number(row.merchant, row.acquirer_code):
        return give_up_applyment(applyment=row, reason="has a number already", at=at)
    gateway = gateway_of(row.acquirer_code)
    if row.status == "REQUESTED":
        return _send(gateway, row, at)
    answer = gateway.query_applyment(bare_form(applyment=row))
    crash_point(name="applyment.asked")
    if _must_be_sent(row, answer):
        return _send(gateway, row, at, before=answer)
    return _record(row, answer, at)


def _must_be_sent(row: Applyment, answer: Answer) -> bool:
    """Tell whether the acquirer does not have what we sent last: it knows nothing, or only what it rejected before."""
    if answer.state == NOT_FOUND:
        return bool(row.status != "FINISHED")
    if answer.state == "REJECTED" and row.status == "UNKNOWN" and row.reasons:
        return True
    return answer.state == "EDITTING" and row.looks >= LOOKS_BEFORE_SENDING_AGAIN


def _send(gateway: AcquirerGateway, row: Applyment, at: datetime, *, before: Answer | None = None) -> Applyment:
    """Claim by a transition, call, record by a second one; whoever dies in between leaves it UNKNOWN."""
    exchanges = before.exchanges if before else ()
    try:
        form, account = full_form(applyment=row, at=at)
    except Unfit as unfit:
        return _wait(row, unfit.trouble, at)
    fields = {
        "sent_at": at,
        "sent_name": form.legal_name,
        "sent_account_no": account.account_no,
        "rate_bps": form.rate_bps,
        "times_sent": F("times_sent") + 1,
        "trouble": Trouble.NONE,
        "next_look_at": at + LEASE,
    }
    with transaction.atomic():
        if row.status == "UNKNOWN":
            Applyment.objects.filter(pk=row.pk).update(**fields)
            row = applyment_by_no(row.applyment_no)
        else:
            is_first = row.status == "REQUESTED"
            transition(row, "UNKNOWN", actor=SYSTEM, at=at, reason="sent", **fields)
            if is_first:
                tell_onboarding(applyment=row, at=at)
    crash_point(name="applyment.committed")
    answer = gateway.submit_applyment(form)
    crash_point(name="applyment.called")
    if answer.state == FAILED:
        answer = _look_behind(gateway, row, answer)
    return _record(row, replace(answer, exchanges=(*exchanges, *answer.exchanges)), at)


def _look_behind(gateway: AcquirerGateway, row: Applyment, refusal: Answer) -> Answer:
    """Ask before believing a refusal: "already submitted" is refused, too. Else it is a rejection with a reason."""
    after = gateway.query_applyment(bare_form(applyment=row))
    exchanges = (*refusal.exchanges, *after.exchanges)
    if after.state in (*AHEAD, FINISHED, UNKNOWN):
        return replace(after, exchanges=exchanges)
    return replace(refusal, state="REJECTED", exchanges=exchanges)


@transaction.atomic
def _wait(row: Applyment, trouble: Trouble, at: datetime) -> Applyment:
    """Leave an application unsent until somebody mends what unfits it."""
    is_new = row.trouble != trouble
    Applyment.objects.filter(pk=row.pk).update(trouble=trouble, next_look_at=at + WAIT_FOR_MENDING)
    row.trouble = trouble
    if is_new:
        tell_onboarding(applyment=row, at=at)
    return row


def _record(row: Applyment, answer: Answer, at: datetime) -> Applyment:
    code = row.acquirer_code
    note_line(acquirer_code=code, is_fault=answer.is_line_fault, error=answer.text, at=at)
    verdict = "UNCERTAIN" if answer.state in (UNKNOWN, NOT_FOUND) else "ACCEPTED"
    with transaction.atomic():
        archive_exchanges(acquirer_code=code, exchanges=answer.exchanges, verdict=verdict, at=at)
        Applyment.objects.select_for_update().get(pk=row.pk)
        row = applyment_by_no(row.applyment_no)
        try:
            with transaction.atomic():
                return _take(row, answer, at)
        except StaleTransition:
            row.refresh_from_db()
            return row


def _take(row: Applyment, answer: Answer, at: datetime) -> Applyment:
    """Write one believable answer down; what says nothing new only puts the next question off."""
    is_known = answer.state in (*AHEAD, FINISHED, "REJECTED", "CANCELED")
    is_step = answer.state != row.status and row.STATES.allows(row.status, answer.state)
    if not is_known or (answer.state != row.status and not is_step):
        return _look_later(row, at, failure_text=f"{answer.code} {answer.text}".strip()[:255] or answer.state)
    fields = _told(row, answer)
    if answer.state == FINISHED:
        return _finish(row, answer, fields, at)
    if not is_step:
        Applyment.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db(fields=list(fields))
        tell_onboarding(applyment=row, at=at)
        return _look_later(row, at)
    is_over = answer.state in ("REJECTED", "CANCELED")
    fields |= {"looks": 0, "next_look_at": None if is_over else at + timedelta(seconds=next_delay_s(0))}
    actor = Actor("ACQUIRER", row.acquirer_code)
    transition(row, answer.state, actor=actor, at=at, reason=answer.code, **fields)
    tell_onboarding(applyment=row, at=at)
    return row


def _told(row: Applyment, answer: Answer) -> dict[str, object]:
    detail = answer.detail
    fields: dict[str, object] = {
        "sign_url": detail.get("sign_url", ""),
        "reasons": detail.get("reasons", []),
        "failure_text": "",
        "trouble": Trouble.NONE,
    }
    if answer.acquirer_no:
        fields["acquirer_no"] = answer.acquirer_no
    if detail.get("sub_mchid"):
        fields["sub_mchid"] = detail["sub_mchid"]
    if detail.get("auth_token"):
        fields["auth_token"] = detail["auth_token"]
    return fields


def _finish(row: Applyment, answer: Answer, fields: dict[str, object], at: datetime) -> Applyment:
    """Finish and open in one transaction; without its number, token or verified account nothing is finished yet."""
    has_token = row.auth_token is not None or "auth_token" in fields or not answer.detail.get("needs_token")
    is_verified = answer.detail.get("account_state", "VERIFY_SUCCESS") in ("VERIFY_SUCCESS", "VERIFY_FAIL")
    if not fields.get("sub_mchid") or not has_token or not is_verified:
        trouble = Trouble.NONE if has_token else Trouble.TOKEN_MISSING
        Applyment.objects.filter(pk=row.pk).update(trouble=trouble)
        return _look_later(row, at, failure_text=answer.text)
    actor = Actor("ACQUIRER", row.acquirer_code)
    if row.status != FINISHED:
        more = {"looks": 0, "next_look_at": None, "finished_at": at}
        transition(row, FINISHED, actor=actor, at=at, reason=answer.code, **fields, **more)
    return open_number(applyment=row, trouble=check_account(applyment=row, answer=answer), actor=actor, at=at)


def _look_later(row: Applyment, at: datetime, *, failure_text: str = "") -> Applyment:
    fields = {
        "next_look_at": at + timedelta(seconds=next_delay_s(row.looks)),
        "looks": row.looks + 1,
        "failure_text": failure_text,
    }
    Applyment.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db(fields=list(fields))
    return row


def push_due_applyments(*, acquirer_code: str, at: datetime, limit: int = 10) -> int:
    """Push every application of an acquirer that is due, under SKIP LOCKED leases; returns how many were pushed."""
    pushed = 0
    for applyment_no in _claim_due(acquirer_code, at, limit):
        try:
            enter_line(acquirer_code=acquirer_code, at=at)
        except AcquirerDown:
            break
        push_applyment(applyment_no=applyment_no, at=at)
        pushed += 1
    return pushed


@transaction.atomic
def _claim_due(acquirer_code: str, at: datetime, limit: int) -> list[str]:
    due = list(
        Applyment.objects.select_for_update(skip_locked=True)
        .filter(acquirer_code=acquirer_code, next_look_at__lte=at)
        .order_by("next_look_at")
        .values_list("pk", "applyment_no")[:limit]
    )
    Applyment.objects.filter(pk__in=[pk for pk, _no in due]).update(next_look_at=at + LEASE)
    return [applyment_no for _pk, applyment_no in due]

"""Attempts: start one at an acquirer, ask what became of it, bring it to an end."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from payments.gateways import gateway_of
from payments.gateways.protocol import (
    CLOSED,
    FAILED,
    NOT_FOUND,
    PENDING,
    UNKNOWN,
    AcquirerGateway,
    Answer,
    Order,
)
from payments.gateways.wording import order_of
from payments.models import Payment, PaymentAttempt
from payments.rules import states
from payments.rules.attempt import BARCODE_EXPIRY, next_look
from payments.selectors.payments import attempt_by_no
from payments.selectors.sub_merchants import active_sub_merchant
from payments.services.acquirer_lines import AcquirerDown, enter_line, note_line
from payments.services.acquirer_messages import archive_exchanges
from payments.services.confirmations import EvidenceRefused, confirm_attempt
from payments.services.crash_points import crash_point
from payments.services.credit_receipts import reserve_credit
from payments.services.payment_states import AlreadyPaid, follow_attempts, lock_payment
from payments.services.risks import refuse_held
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

CALL_LEASE = timedelta(seconds=30)
"""Longer than any call may take: a sweep that finds it passed knows that the caller died."""


CODE_GRACE = timedelta(seconds=60)
"""How long a payment may still be under way when its code's time is over."""


class PaymentEnded(Refusal):
    """Closed or past its time."""

    message = _("这笔收款已经失效，请让店主重新出码")


class NoWayToPay(Refusal):
    """The merchant has no number at this acquirer, or the acquirer does not offer the flow."""

    message = _("这家店还没有开通这种付款方式，请换一种")


class PayeeUnfit(Refusal):
    """The payee is not the merchant itself under its legal name (R2)."""

    message = _("收款方登记名称与商户不一致，已停止收款")


def start_attempt(
    *, payment_no: str, acquirer_code: str, flow: str, actor: Actor, at: datetime, payer_ref: str | None = None
) -> PaymentAttempt:
    """Open one attempt at an acquirer: write and commit, call, record the answer.

    A live attempt of the same kind is given again, so that a second tap asks for nothing twice. After a time-out
    the attempt is UNKNOWN and its number is never used anew.
    Raises:
        NoSuchPayment, AlreadyPaid, PaymentEnded, NoWayToPay, PayeeUnfit (R2), AcquirerDown, UnderReview.
    """
    gateway = gateway_of(acquirer_code)
    if flow not in gateway.capabilities.flows:
        raise NoWayToPay
    enter_line(acquirer_code=acquirer_code, at=at)
    attempt, is_new = _open_attempt(payment_no, acquirer_code, flow, actor, at, payer_ref or "")
    if not is_new:
        return attempt
    crash_point(name="attempt.committed")
    answer = gateway.create(order_of(attempt, payer_ref=payer_ref or ""))
    crash_point(name="attempt.called")
    return record_answer(attempt_no=attempt.attempt_no, answer=answer, actor=actor, at=at)


@transaction.atomic
def _open_attempt(
    payment_no: str, acquirer_code: str, flow: str, actor: Actor, at: datetime, payer_ref: str
) -> tuple[PaymentAttempt, bool]:
    payment = lock_payment(payment_no=payment_no)
    _refuse_ended(payment, at)
    refuse_held(payment_no=payment_no)
    found = active_sub_merchant(payment.merchant, acquirer_code)
    if found is None:
        raise NoWayToPay
    sub_merchant, is_shared = found
    if sub_merchant.legal_name != payment.merchant.legal_name:
        raise PayeeUnfit
    known = payment.attempts.filter(
        acquirer_code=acquirer_code, flow=flow, status__in=("CREATED", "PENDING", "UNKNOWN"), expires_at__gt=at
    ).order_by("-pk")
    for attempt in known.select_related("payment__merchant", "sub_merchant"):
        if attempt.prepay.get("payer_ref", "") == _payer_hint(payer_ref):
            return attempt, False
    expires_at = min(payment.expires_at, at + BARCODE_EXPIRY) if flow == "BARCODE" else payment.expires_at
    attempt = PaymentAttempt.objects.create(
        status=states.ATTEMPT.initial,
        attempt_no=new_no("ATT"),
        uid=new_uuid(),
        payment=payment,
        sub_merchant=sub_merchant,
        acquirer_code=acquirer_code,
        flow=flow,
        amount_fen=payment.amount_fen,
        is_shared=is_shared,
        takes_credit=reserve_credit(
            merchant=payment.merchant, acquirer_code=acquirer_code, amount_fen=payment.amount_fen, at=at
        ),
        prepay={"payer_ref": _payer_hint(payer_ref)} if payer_ref else {},
        created_at=at,
        expires_at=expires_at,
        next_query_at=at + CALL_LEASE,
    )
    return attempt, True


def _refuse_ended(payment: Payment, at: datetime) -> None:
    if payment.status in states.PAID_EVER:
        raise AlreadyPaid
    if payment.status == "CLOSED" or payment.expires_at <= at:
        raise PaymentEnded


def record_answer(*, attempt_no: str, answer: Answer, actor: Actor, at: datetime) -> PaymentAttempt:
    """Write down what an acquirer answered about an attempt; money is confirmed by the one function for it."""
    attempt = attempt_by_no(attempt_no)
    note_line(acquirer_code=attempt.acquirer_code, is_fault=answer.is_line_fault, error=answer.text, at=at)
    if answer.evidence is not None:
        return _record_paid(attempt, answer, at)
    with transaction.atomic():
        payment = lock_payment(payment_no=attempt.payment.payment_no)
        attempt = PaymentAttempt.objects.select_related("sub_merchant").get(pk=attempt.pk)
        attempt.payment = payment
        _move(attempt, answer, actor, at)
        verdict = "UNCERTAIN" if answer.is_line_fault else "ACCEPTED"
        archive_exchanges(acquirer_code=attempt.acquirer_code, exchanges=answer.exchanges, verdict=verdict, at=at)
        follow_attempts(payment=payment, actor=actor, at=at, reason=answer.code)
    return attempt


def _record_paid(attempt: PaymentAttempt, answer: Answer, at: datetime) -> PaymentAttempt:
    if answer.evidence is None:
        raise ValueError("a paid answer needs evidence")
    verdict = "ACCEPTED"
    try:
        attempt = confirm_attempt(evidence=answer.evidence, at=at).attempt
    except EvidenceRefused as refusal:
        verdict = "REFUSED"
        _refuse_answer(attempt, refusal, at)
    archive_exchanges(acquirer_code=attempt.acquirer_code, exchanges=answer.exchanges, verdict=verdict, at=at)
    return attempt


@transaction.atomic
def _refuse_answer(attempt: PaymentAttempt, refusal: EvidenceRefused, at: datetime) -> None:
    record(
        actor=Actor("ACQUIRER", attempt.acquirer_code),
        action="payments.evidence.refused",
        subject=f"attempt:{attempt.attempt_no}",
        at=at,
        detail={"fields": refusal.detail},
    )
    _look_later(attempt, at)


def _move(attempt: PaymentAttempt, answer: Answer, actor: Actor, at: datetime) -> None:
    """Write one answer without money in it on an attempt whose payment is locked."""
    if attempt.status not in states.LIVE:
        return
    looks = {"next_query_at": next_look(at, attempt.looks), "looks": F("looks") + 1}
    ended = {"next_query_at": None, "failure_code": answer.code[:64], "failure_text": answer.text[:255]}
    fields: dict[str, object] = dict(ended if answer.state in (CLOSED, FAILED) else looks)
    if answer.state == PENDING and answer.code_url:
        fields["code_url"] = answer.code_url
    if answer.state == PENDING and answer.prepay:
        fields["prepay"] = {**attempt.prepay, **answer.prepay}
    if answer.state == UNKNOWN:
        fields["failure_text"] = answer.text[:255]
    if attempt.sent_at is None:
        fields["sent_at"] = at
    target = {PENDING: "PENDING", CLOSED: "CLOSED", FAILED: "FAILED", UNKNOWN: "UNKNOWN"}.get(answer.state, "")
    if answer.state == UNKNOWN and attempt.status == "PENDING" and attempt.sent_at is not None:
        target = ""  # a silent query says nothing new about a payment that waits for its payer
    if target and target != attempt.status:
        transition(attempt, target, actor=actor, at=at, reason=answer.code or answer.text[:200], **fields)
    else:
        PaymentAttempt.objects.filter(pk=attempt.pk).update(**fields)
        attempt.refresh_from_db(fields=list(fields))


def look_at_attempt(*, attempt_no: str, at: datetime) -> PaymentAttempt:
    """Ask the acquirer about a live attempt; when its time is over: query, close, query again, then CLOSED.

    A sibling of a paid payment is closed at once. Nothing is ever called failed by guess (Practice 3, 4).
    """
    attempt = attempt_by_no(attempt_no)
    if attempt.status not in states.LIVE:
        return attempt
    gateway = gateway_of(attempt.acquirer_code)
    order = order_of(attempt)
    answer = gateway.query(order)
    is_over = attempt.expires_at <= at or attempt.payment.status in (*states.PAID_EVER, "CLOSED")
    if is_over and answer.state in (PENDING, NOT_FOUND, UNKNOWN) and not answer.is_line_fault:
        answer = _end(gateway, order, answer, at)
    attempt = record_answer(attempt_no=attempt_no, answer=answer, actor=SYSTEM, at=at)
    if is_over and attempt.status in states.LIVE:
        _look_later(attempt, at)
    return attempt


def _end(gateway: AcquirerGateway, order: Order, before: Answer, at: datetime) -> Answer:
    """Close (a barcode payment: reverse) and ask again; only an answer to the second question counts.

    Where an acquirer has no close, the code's own time ends it: unpaid a while after that is closed.
    """
    if not gateway.capabilities.close and order.flow != "BARCODE":
        is_past = order.expires_at + CODE_GRACE <= at and before.state in (PENDING, NOT_FOUND)
        return replace(before, state=CLOSED) if is_past else before
    ended = gateway.reverse(order) if order.flow == "BARCODE" and gateway.capabilities.reverse else gateway.close(order)
    after = gateway.query(order)
    state = after.state
    if state == NOT_FOUND and ended.state in (CLOSED, NOT_FOUND) and before.state == NOT_FOUND:
        state = CLOSED
    return replace(
        after,
        state=state,
        code=after.code or ended.code,
        exchanges=(*before.exchanges, *ended.exchanges, *after.exchanges),
        is_line_fault=after.is_line_fault or ended.is_line_fault,
    )


def _look_later(attempt: PaymentAttempt, at: datetime) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk, status__in=states.LIVE).update(
        next_query_at=next_look(at, attempt.looks), looks=F("looks") + 1
    )


def look_at_due_attempts(*, acquirer_code: str, at: datetime, limit: int = 20) -> int:
    """Ask about every attempt of an acquirer that is due; stops when its breaker opens. Returns how many were asked.

    Claims are leases under SKIP LOCKED: whoever dies leaves them to the next sweep (F2, F9, F11).
    """
    asked = 0
    for attempt_no in _claim_due(acquirer_code, at, limit):
        try:
            enter_line(acquirer_code=acquirer_code, at=at)
        except AcquirerDown:
            break
        look_at_attempt(attempt_no=attempt_no, at=at)
        asked += 1
    return asked


@transaction.atomic
def _claim_due(acquirer_code: str, at: datetime, limit: int) -> list[str]:
    due = list(
        PaymentAttempt.objects.select_for_update(skip_locked=True)
        .filter(acquirer_code=acquirer_code, next_query_at__lte=at)
        .order_by("next_query_at")
        .values_list("pk", "attempt_no")[:limit]
    )
    PaymentAttempt.objects.filter(pk__in=[pk for pk, _no in due]).update(next_query_at=at + CALL_LEASE * 4)
    return [attempt_no for _pk, attempt_no in due]


def _payer_hint(payer_ref: str) -> str:
    """Tell two payers apart on the same bill without keeping who they are."""
    return blind_index(payer_ref, "payments.payer").hex()[:16] if payer_ref else ""

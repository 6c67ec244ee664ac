"""Send what was reserved and ask what became of it; every call is outside a transaction and repeatable."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from payments.gateways import gateway_of
from payments.gateways.protocol import FAILED, NOT_FOUND, UNKNOWN, Answer, RefundEvidence, RefundOrder
from payments.gateways.wording import order_of
from payments.models import Refund
from payments.rules.attempt import REFUND_DELAYS_S, next_look
from payments.services.acquirer_lines import AcquirerDown, enter_line, note_line
from payments.services.acquirer_messages import archive_exchanges
from payments.services.confirmations import EvidenceRefused
from payments.services.crash_points import crash_point
from payments.services.refund_confirmations import confirm_refund
from payments.services.sharing_returns import READY, WAITING, returns_gate, riding_lines
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.states import StaleTransition, transition

LEASE = timedelta(seconds=90)
SPLIT_PAUSE = timedelta(seconds=2)
"""How soon a refund looks again whether its split has come back."""


def push_refund(*, refund_no: str, at: datetime) -> Refund:
    """Send a refund, or ask about one that was sent; after a time-out it is UNKNOWN and keeps its number."""
    refund = Refund.objects.select_related("payment", "attempt__sub_merchant", "attempt__payment").get(
        refund_no=refund_no
    )
    if refund.status not in ("REQUESTED", "PENDING", "UNKNOWN"):
        return refund
    gateway = gateway_of(refund.acquirer_code)
    if refund.sent_at is None and (gate := returns_gate(refund=refund)) != READY:
        return _wait_for_splits(refund, at) if gate == WAITING else _give_up(refund, at)
    if refund.sent_at is None:
        Refund.objects.filter(pk=refund.pk, sent_at=None).update(sent_at=at)
        refund.sent_at = at
    crash_point(name="refund.committed")
    order = RefundOrder(
        refund_no=refund.refund_no,
        order=order_of(refund.attempt),
        amount_fen=refund.amount_fen,
        reason=refund.reason,
        requested_at=refund.sent_at,
        looks=refund.looks,
        returns=riding_lines(refund=refund),
    )
    answer = gateway.refund(order) if refund.status == "REQUESTED" else gateway.query_refund(order)
    if answer.state == NOT_FOUND:
        answer = gateway.refund(order)
    crash_point(name="refund.called")
    return _record(refund, answer, at)


def _wait_for_splits(refund: Refund, at: datetime) -> Refund:
    Refund.objects.filter(pk=refund.pk, sent_at=None).update(next_look_at=at + SPLIT_PAUSE)
    return refund


def _give_up(refund: Refund, at: datetime) -> Refund:
    """End a refund whose split does not come back: it was never sent, its reserve is free again, a person looks."""
    evidence = RefundEvidence(
        refund.refund_no, refund.acquirer_code, "", refund.attempt.attempt_no, "", refund.amount_fen, FAILED, None,
        "ANSWER", "SPLIT_NOT_RETURNED",
    )  # fmt: skip
    return confirm_refund(evidence=evidence, at=at).refund


def _record(refund: Refund, answer: Answer, at: datetime) -> Refund:
    code = refund.acquirer_code
    note_line(acquirer_code=code, is_fault=answer.is_line_fault, error=answer.text, at=at)
    evidence = answer.refund_evidence
    if evidence is None and answer.state == FAILED:
        evidence = RefundEvidence(
            refund.refund_no,
            code,
            "",
            refund.attempt.attempt_no,
            "",
            refund.amount_fen,
            FAILED,
            None,
            "ANSWER",
            answer.code,
        )
    verdict = "UNCERTAIN" if answer.state == UNKNOWN else "ACCEPTED"
    try:
        if evidence is not None:
            refund = confirm_refund(evidence=evidence, at=at).refund
        else:
            _doubt(refund, answer, at)
    except EvidenceRefused as refusal:
        verdict = "REFUSED"
        _refuse_answer(refund, refusal, at)
    except StaleTransition:
        refund.refresh_from_db()  # a notice was faster
    crash_point(name="refund.recorded")
    archive_exchanges(acquirer_code=code, exchanges=answer.exchanges, verdict=verdict, at=at)
    return refund


@transaction.atomic
def _doubt(refund: Refund, answer: Answer, at: datetime) -> None:
    fields = {
        "next_look_at": next_look(at, refund.looks, REFUND_DELAYS_S),
        "looks": F("looks") + 1,
        "failure_text": answer.text[:255],
    }
    if refund.status == "REQUESTED":
        transition(refund, "UNKNOWN", actor=SYSTEM, at=at, reason=answer.code or answer.text[:200], **fields)
    else:
        Refund.objects.filter(pk=refund.pk).update(**fields)


@transaction.atomic
def _refuse_answer(refund: Refund, refusal: EvidenceRefused, at: datetime) -> None:
    record(
        actor=SYSTEM,
        action="payments.evidence.refused",
        subject=f"refund:{refund.refund_no}",
        at=at,
        detail={"fields": refusal.detail},
    )
    Refund.objects.filter(pk=refund.pk).update(
        next_look_at=next_look(at, refund.looks, REFUND_DELAYS_S), looks=F("looks") + 1
    )


def push_due_refunds(*, acquirer_code: str, at: datetime, limit: int = 15) -> int:
    """Push every refund of an acquirer that is due, under SKIP LOCKED leases; returns how many were pushed."""
    pushed = 0
    for refund_no in _claim_due(acquirer_code, at, limit):
        try:
            enter_line(acquirer_code=acquirer_code, at=at)
        except AcquirerDown:
            break
        push_refund(refund_no=refund_no, at=at)
        pushed += 1
    return pushed


@transaction.atomic
def _claim_due(acquirer_code: str, at: datetime, limit: int) -> list[str]:
    due = list(
        Refund.objects.select_for_update(skip_locked=True)
        .filter(acquirer_code=acquirer_code, next_look_at__lte=at)
        .order_by("next_look_at")
        .values_list("pk", "refund_no")[:limit]
    )
    Refund.objects.filter(pk__in=[pk for pk, _no in due]).update(next_look_at=at + LEASE)
    return [refund_no for _pk, refund_no in due]

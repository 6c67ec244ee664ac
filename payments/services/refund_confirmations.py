"""What acquirers say about refunds, from answers and notices alike, ends here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from payments.gateways.protocol import ABNORMAL, FAILED, SUCCEEDED, RefundEvidence
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services.posting import post_transfers
from payments.models import Payment, Refund
from payments.rules import states
from payments.rules.attempt import REFUND_DELAYS_S, next_look
from payments.rules.refund import status_after
from payments.services.confirmations import EvidenceRefused
from payments.services.sharing_returns import end_riding_returns
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.states import transition


@dataclass(frozen=True, slots=True)
class RefundConfirmation:
    """What a statement about a refund led to."""

    refund: Refund
    is_new: bool


@transaction.atomic
def confirm_refund(*, evidence: RefundEvidence, at: datetime) -> RefundConfirmation:
    """Take a verified statement about a refund; a second time changes nothing.

    Raises:
        EvidenceRefused: unknown number, or amount, acquirer, attempt, sub-merchant of another.
    """
    return apply_refund_evidence(evidence=evidence, at=at)


def apply_refund_evidence(*, evidence: RefundEvidence, at: datetime) -> RefundConfirmation:
    """Do the work of confirm_refund inside the caller's transaction."""
    refund = _locked_refund(evidence)
    actor = Actor("ACQUIRER", evidence.acquirer_code)
    if refund.status == "SUCCEEDED" or (refund.status == "FAILED" and evidence.state != SUCCEEDED):
        return RefundConfirmation(refund, False)
    if evidence.state == SUCCEEDED:
        _succeed(refund, evidence, actor, at)
    elif evidence.state == FAILED:
        _fail(refund, evidence, actor, at)
    else:
        _wait(refund, evidence, actor, at)
    return RefundConfirmation(refund, True)


def _locked_refund(evidence: RefundEvidence) -> Refund:
    Payment.objects.select_for_update(of=("self",)).filter(refunds__refund_no=evidence.refund_no).first()
    refund = (
        Refund.objects.select_related("payment__merchant", "attempt__sub_merchant")
        .filter(refund_no=evidence.refund_no)
        .first()
    )
    if refund is None:
        raise EvidenceRefused(["refund_no"])
    wrong = []
    if evidence.acquirer_code != refund.acquirer_code:
        wrong.append("acquirer")
    if evidence.attempt_no and evidence.attempt_no != refund.attempt.attempt_no:
        wrong.append("attempt_no")
    if evidence.sub_mchid and evidence.sub_mchid != refund.attempt.sub_merchant.sub_mchid:
        wrong.append("sub_mchid")
    if evidence.amount_fen is not None and evidence.amount_fen != refund.amount_fen:
        wrong.append("amount")
    if evidence.state == SUCCEEDED and evidence.refunded_at is None:
        wrong.append("refunded_at")
    if wrong:
        raise EvidenceRefused(wrong)
    return refund


def _accepted(refund: Refund, evidence: RefundEvidence, at: datetime) -> dict[str, Any]:
    """Return the business day on which the acquirer took the refund: its bill shows it on that day."""
    day = refund.business_date or business_date(evidence.accepted_at or refund.sent_at or evidence.refunded_at or at)
    return {"business_date": day, "acquirer_refund_no": evidence.acquirer_refund_no}


def _succeed(refund: Refund, evidence: RefundEvidence, actor: Actor, at: datetime) -> None:
    was_failed = refund.status == "FAILED"
    accepted = _accepted(refund, evidence, at)
    transition(
        refund,
        "SUCCEEDED",
        actor=actor,
        at=at,
        reason=evidence.source,
        refunded_at=evidence.refunded_at,
        next_look_at=None,
        **accepted,
    )
    end_riding_returns(refund=refund, at=at)
    merchant_no = refund.payment.merchant.merchant_no
    code = refund.acquirer_code
    legs = [Leg(memo_earned(code, merchant_no), memo_due(code, merchant_no), refund.amount_fen)]
    post_transfers(subject=refund.uid, kind=Kind.REFUND, legs=legs, on=accepted["business_date"])
    if refund.kind == "CUSTOMER":
        _return_on_payment(refund, actor, at, was_failed=was_failed)
    if was_failed:
        _alert(refund, "payments.refund.late_success", actor, at)
    emit(
        "payments.refund.succeeded",
        key=refund.refund_no,
        payload={
            "refund_no": refund.refund_no,
            "payment_no": refund.payment.payment_no,
            "merchant_no": merchant_no,
            "kind": refund.kind,
            "amount_fen": refund.amount_fen,
            "refunded_at": refund.refunded_at,
            "business_date": refund.business_date,
        },
        at=at,
    )


def _return_on_payment(refund: Refund, actor: Actor, at: datetime, *, was_failed: bool) -> None:
    payment = refund.payment
    payment.refresh_from_db(fields=["status", "refunded_fen", "refunding_fen"])
    refunded = payment.refunded_fen + refund.amount_fen
    totals = {
        "refunded_fen": refunded,
        "refunding_fen": payment.refunding_fen - (0 if was_failed else refund.amount_fen),
    }
    wanted = status_after(payment.amount_fen, refunded)
    if wanted == payment.status:
        Payment.objects.filter(pk=payment.pk).update(**totals)
    else:
        transition(payment, wanted, actor=actor, at=at, reason=refund.refund_no, **totals)


def _fail(refund: Refund, evidence: RefundEvidence, actor: Actor, at: datetime) -> None:
    transition(
        refund,
        "FAILED",
        actor=actor,
        at=at,
        reason=evidence.code,
        next_look_at=None,
        failure_code=evidence.code[:64],
        acquirer_refund_no=evidence.acquirer_refund_no,
    )
    end_riding_returns(refund=refund, at=at)
    if refund.kind == "CUSTOMER":
        Payment.objects.filter(pk=refund.payment_id).update(refunding_fen=F("refunding_fen") - refund.amount_fen)
    _alert(refund, "payments.refund.failed", actor, at)


def _wait(refund: Refund, evidence: RefundEvidence, actor: Actor, at: datetime) -> None:
    fields: dict[str, Any] = {
        "next_look_at": next_look(at, refund.looks, REFUND_DELAYS_S),
        "looks": F("looks") + 1,
        **_accepted(refund, evidence, at),
    }
    if evidence.state == ABNORMAL:
        fields["failure_code"] = "ABNORMAL"
        if refund.failure_code != "ABNORMAL":
            _alert(refund, "payments.refund.abnormal", actor, at)
    if refund.status == "PENDING":
        Refund.objects.filter(pk=refund.pk).update(**fields)
    elif states.REFUND.allows(refund.status, "PENDING"):
        transition(refund, "PENDING", actor=actor, at=at, reason=evidence.source, **fields)


def _alert(refund: Refund, action: str, actor: Actor, at: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=f"refund:{refund.refund_no}",
        at=at,
        detail={"payment_no": refund.payment.payment_no, "amount_fen": refund.amount_fen},
    )

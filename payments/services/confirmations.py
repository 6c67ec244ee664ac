"""Notice, poll and bill all end here: one function decides that an attempt was paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from payments.gateways import gateway_of
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services.posting import post_transfers
from payments.models import CreditReceipt, Payment, PaymentAttempt, Refund
from payments.rules import states
from payments.rules.confirmation import CREDIT, Evidence, mismatches
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import StaleTransition, transition

CLOCK_TOLERANCE = timedelta(days=2)
RACES = 20


class EvidenceRefused(Refusal):
    """What the acquirer says does not fit what we asked for; nothing changes, a person looks."""

    message = _("收单机构的说法和这笔支付对不上，已转人工核对")

    def __init__(self, fields: list[str]) -> None:
        super().__init__()
        self.detail = ",".join(fields)


class Conflict(Refusal):
    """Too many hands on one payment; the acquirer sends again."""

    message = _("这笔支付正在处理，请稍后再看")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a piece of evidence led to."""

    attempt: PaymentAttempt
    is_new: bool
    is_surplus: bool


def confirm_attempt(*, evidence: Evidence, at: datetime) -> Confirmation:
    """Take verified evidence that an attempt was paid; a second time changes nothing.

    Attempt and payment go to PAID, the capture is posted and the fact written in one transaction. A second success
    on a paid payment is captured too and sent back at once (Practice 1). CLOSED → PAID raises an alert.
    Raises:
        EvidenceRefused: unknown number, wrong amount, currency, service provider, sub-merchant, other trade number.
        Conflict: the race was lost too often.
    """
    for _race in range(RACES):
        try:
            with transaction.atomic():
                return apply_evidence(evidence=evidence, at=at)
        except StaleTransition:
            continue
    raise Conflict


def apply_evidence(*, evidence: Evidence, at: datetime) -> Confirmation:
    """Do the work of confirm_attempt inside the caller's transaction.

    Raises:
        EvidenceRefused: see confirm_attempt.
        StaleTransition: the attempt moved while its payment was being locked; call again in a new transaction.
    """
    attempt = _locked_attempt(evidence.attempt_no)
    problems = mismatches(
        evidence,
        acquirer_code=attempt.acquirer_code,
        sp_ids=gateway_of(attempt.acquirer_code).sp_ids(),
        sub_mchid=attempt.sub_merchant.sub_mchid,
        amount_fen=attempt.amount_fen,
    )
    if not problems and attempt.status == "PAID" and attempt.acquirer_trade_no != evidence.acquirer_trade_no:
        problems = ["acquirer_trade_no"]
    if not problems and not attempt.created_at - CLOCK_TOLERANCE <= evidence.paid_at <= at + CLOCK_TOLERANCE:
        problems = ["paid_at"]
    if problems:
        raise EvidenceRefused(problems)
    if attempt.status == "PAID":
        return Confirmation(attempt, False, attempt.is_surplus)
    return _capture(attempt, evidence, at)


def _locked_attempt(attempt_no: str) -> PaymentAttempt:
    live = PaymentAttempt.objects.filter(payment=OuterRef("payment"), status__in=states.LIVE).exclude(pk=OuterRef("pk"))
    attempt = (
        PaymentAttempt.objects.select_for_update(of=("payment",))
        .select_related("payment__merchant", "sub_merchant")
        .annotate(has_live_sibling=Exists(live))
        .filter(attempt_no=attempt_no)
        .first()
    )
    if attempt is None:
        raise EvidenceRefused(["attempt_no"])
    return attempt


def _capture(attempt: PaymentAttempt, evidence: Evidence, at: datetime) -> Confirmation:
    payment = attempt.payment
    day = business_date(evidence.paid_at)
    actor = Actor("ACQUIRER", evidence.acquirer_code)
    was = attempt.status
    is_surplus = payment.status in states.PAID_EVER
    transition(
        attempt,
        "PAID",
        actor=actor,
        at=at,
        reason=evidence.source,
        acquirer_trade_no=evidence.acquirer_trade_no,
        paid_at=evidence.paid_at,
        business_date=day,
        payer_token=blind_index(evidence.payer, "payments.payer") if evidence.payer else None,
        funding=evidence.funding,
        next_query_at=None,
        is_surplus=is_surplus,
    )
    merchant_no = payment.merchant.merchant_no
    legs = [
        Leg(
            memo_due(attempt.acquirer_code, merchant_no),
            memo_earned(attempt.acquirer_code, merchant_no),
            attempt.amount_fen,
        )
    ]
    post_transfers(subject=attempt.uid, kind=Kind.CAPTURE, legs=legs, on=day)
    _note_credit(payment, attempt)
    if was in ("CLOSED", "FAILED") or payment.status in ("CLOSED", "FAILED"):
        _alert(actor, "payments.payment.late_success", attempt, at, {"was": was, "payment_was": payment.status})
    if is_surplus:
        _send_back(attempt, actor, at)
    else:
        _mark_paid(payment, attempt, actor, at)
    if getattr(attempt, "has_live_sibling", False):
        # Whoever else could still be paid for this bill is closed now, not at its expiry.
        payment.attempts.filter(status__in=states.LIVE).update(next_query_at=at)
    return Confirmation(attempt, True, is_surplus)


def _mark_paid(payment: Payment, attempt: PaymentAttempt, actor: Actor, at: datetime) -> None:
    transition(
        payment,
        "PAID",
        actor=actor,
        at=at,
        paid_at=attempt.paid_at,
        business_date=attempt.business_date,
        paid_attempt=attempt,
    )
    emit(
        "payments.payment.paid",
        key=payment.payment_no,
        payload={
            "payment_no": payment.payment_no,
            "attempt_no": attempt.attempt_no,
            "merchant_no": payment.merchant.merchant_no,
            "order_no": payment.order_no,
            "amount_fen": payment.amount_fen,
            "paid_at": attempt.paid_at,
            "business_date": attempt.business_date,
        },
        at=at,
    )


def _send_back(attempt: PaymentAttempt, actor: Actor, at: datetime) -> None:
    refund = Refund.objects.create(
        status=states.REFUND.initial,
        refund_no=new_no("REF"),
        uid=new_uuid(),
        payment_id=attempt.payment_id,
        attempt=attempt,
        acquirer_code=attempt.acquirer_code,
        kind="SURPLUS",
        amount_fen=attempt.amount_fen,
        reason=str(_("重复支付，自动退回")),
        requested_by=f"{actor.kind}:{actor.ref}",
        requested_at=at,
        next_look_at=at,
    )
    _alert(actor, "payments.payment.paid_twice", attempt, at, {"refund_no": refund.refund_no})


def _note_credit(payment: Payment, attempt: PaymentAttempt) -> None:
    """Add to the day's credit-card receipts of the small merchant's ID (R5), whatever shop took them."""
    merchant = payment.merchant
    if attempt.funding != CREDIT or merchant.kind != "MICRO":
        return
    if merchant.legal_person_id is None or attempt.business_date is None:
        return
    row, is_new = CreditReceipt.objects.get_or_create(
        acquirer_code=attempt.acquirer_code,
        person_id=merchant.legal_person_id,
        business_date=attempt.business_date,
        defaults={"amount_fen": attempt.amount_fen},
    )
    if not is_new:
        CreditReceipt.objects.filter(pk=row.pk).update(amount_fen=F("amount_fen") + attempt.amount_fen)


def _alert(actor: Actor, action: str, attempt: PaymentAttempt, at: datetime, detail: dict[str, str]) -> None:
    record(
        actor=actor,
        action=action,
        subject=f"attempt:{attempt.attempt_no}",
        at=at,
        detail={"payment_no": attempt.payment.payment_no, "amount_fen": attempt.amount_fen, **detail},
    )

"""Profit sharing: the acquirer executes, we instruct under one number that never changes (R3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors.dated_rules import value_or_none
from payments.gateways import gateway_of
from payments.models import PaymentAttempt, ProfitSharing, SharingLine, SharingReceiver
from payments.rules import states
from payments.rules.profit_sharing import MAX_RECEIVERS, MAX_REQUESTS, Room, splittable_fen
from payments.selectors.profit_sharings import returned_fen, split_fen
from payments.services.payment_states import lock_payment
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.money import bps_of, format_yuan
from silk_road_ebao.kernel.refusals import Refusal


class NotShareable(Refusal):
    """The payment was not paid as one that may be split."""

    message = _("这笔支付没有约定分账")


class ReceiverUnknown(Refusal):
    """A receiver that is not bound for this merchant (R3)."""

    message = _("分账接收方没有签约或没有在收单机构登记")


class RatioExceeded(Refusal):
    """More than may be split (R3)."""

    message = _("最多还能分 %(left)s 元")


class AlreadyUnfrozen(Refusal):
    """The rest is the merchant's already."""

    message = _("这笔剩余的钱已经解冻给商户")


class ReturnTooLarge(Refusal):
    """More than this split still holds."""

    message = _("最多还能回退 %(left)s 元")


class ReturnRidesOnRefund(Refusal):
    """The acquirer takes a split back within a refund only."""

    message = _("这家收单机构的分账随退款一起退回，请直接办理退款")


@transaction.atomic
def request_split(
    *, attempt_no: str, lines: list[tuple[SharingReceiver, int]], actor: Actor, at: datetime, is_last: bool = False
) -> ProfitSharing:
    """Write an instruction to split a paid attempt; a sweep sends it. Amounts in fen.

    Raises:
        NotShareable, AlreadyUnfrozen, ReceiverUnknown, RatioExceeded (R3).
    """
    attempt = _locked_attempt(attempt_no)
    if any(row.sub_merchant_id != attempt.sub_merchant_id or row.status != "BOUND" for row, _fen in lines):
        raise ReceiverUnknown
    if not 1 <= len(lines) <= MAX_RECEIVERS or attempt.sharings.filter(purpose="SPLIT").count() >= MAX_REQUESTS:
        raise ReceiverUnknown
    total = sum(amount_fen for _row, amount_fen in lines)
    left = room_fen(attempt=attempt, at=at)
    if total <= 0 or total > left or any(amount_fen <= 0 for _row, amount_fen in lines):
        raise RatioExceeded(left=format_yuan(left))
    sharing = _write(attempt, "SPLIT", total, at, is_last=is_last)
    SharingLine.objects.bulk_create(
        SharingLine(sharing=sharing, receiver=receiver, amount_fen=amount_fen) for receiver, amount_fen in lines
    )
    if is_last:
        _write(attempt, "UNFREEZE", 0, at)
    record(
        actor=actor,
        action="payments.sharing.request",
        subject=f"sharing:{sharing.sharing_no}",
        at=at,
        detail={"attempt_no": attempt_no, "total_fen": total},
    )
    return sharing


@transaction.atomic
def request_unfreeze(*, attempt_no: str, actor: Actor, at: datetime) -> ProfitSharing:
    """Write an instruction to release what is left to the merchant, under its own number; raises NotShareable."""
    attempt = _locked_attempt(attempt_no, may_be_unfrozen=True)
    known = attempt.sharings.filter(purpose="UNFREEZE").exclude(status="FAILED").first()
    if known is not None:
        return known
    sharing = _write(attempt, "UNFREEZE", 0, at)
    record(actor=actor, action="payments.sharing.unfreeze", subject=f"sharing:{sharing.sharing_no}", at=at)
    return sharing


@transaction.atomic
def request_split_return(
    *, sharing_no: str, amount_fen: int, actor: Actor, at: datetime, receiver: SharingReceiver | None = None
) -> ProfitSharing:
    """Write an instruction to take a finished split back (回退) by itself. Fen, one receiver (the first unless named).

    Raises:
        NotShareable: the split is not finished. ReturnTooLarge. ReturnRidesOnRefund.
    """
    split = ProfitSharing.objects.select_related("attempt__payment").get(sharing_no=sharing_no, purpose="SPLIT")
    if gateway_of(split.acquirer_code).capabilities.split_return_rides:
        raise ReturnRidesOnRefund
    lock_payment(payment_no=split.attempt.payment.payment_no)
    split.refresh_from_db(fields=["status", "returned_fen"])
    if split.status != "FINISHED":
        raise NotShareable
    lines = split.lines.order_by("pk")
    line = lines.filter(receiver=receiver).first() if receiver else lines.first()
    left = line.amount_fen - returned_fen(split, line.receiver_id) if line else 0
    if line is None or not 0 < amount_fen <= left:
        raise ReturnTooLarge(left=format_yuan(max(0, left)))
    back = _write(split.attempt, "RETURN", amount_fen, at, of=split)
    SharingLine.objects.create(sharing=back, receiver_id=line.receiver_id, amount_fen=amount_fen)
    record(
        actor=actor,
        action="payments.sharing.return",
        subject=f"sharing:{back.sharing_no}",
        at=at,
        detail={"of": sharing_no, "amount_fen": amount_fen},
    )
    return back


def _locked_attempt(attempt_no: str, *, may_be_unfrozen: bool = False) -> PaymentAttempt:
    attempt = PaymentAttempt.objects.select_related("payment", "sub_merchant").get(attempt_no=attempt_no)
    attempt.payment = lock_payment(payment_no=attempt.payment.payment_no)
    if attempt.status != "PAID" or not attempt.is_shared or attempt.is_surplus:
        raise NotShareable
    if not may_be_unfrozen and attempt.sharings.filter(purpose="UNFREEZE").exclude(status="FAILED").exists():
        raise AlreadyUnfrozen
    return attempt


def room_fen(*, attempt: PaymentAttempt, at: datetime) -> int:
    """Return what may still be split off an attempt whose payment is locked, in fen (R3)."""
    return splittable_fen(_room(attempt, at))


def _room(attempt: PaymentAttempt, at: datetime) -> Room:
    """Take the acquirer's own ratio, and the dated usual ceiling where it did not say."""
    sub_merchant, payment = attempt.sub_merchant, attempt.payment
    usual = value_or_none("split.max_bps", at) or 0
    ratio = sub_merchant.max_sharing_bps if sub_merchant.max_sharing_bps is not None else usual
    fee = attempt.fee_fen if attempt.fee_fen is not None else bps_of(attempt.amount_fen, sub_merchant.rate_bps)
    back = payment.refunded_fen + payment.refunding_fen
    return Room(attempt.amount_fen, fee, back, split_fen(attempt), ratio)


def _write(
    attempt: PaymentAttempt,
    purpose: str,
    total_fen: int,
    at: datetime,
    *,
    of: ProfitSharing | None = None,
    is_last: bool = False,
) -> ProfitSharing:
    return ProfitSharing.objects.create(
        status=states.SHARING.initial,
        sharing_no=new_no("SHR"),
        uid=new_uuid(),
        attempt=attempt,
        acquirer_code=attempt.acquirer_code,
        purpose=purpose,
        of=of,
        is_last=is_last,
        total_fen=total_fen,
        requested_at=at,
        next_look_at=at,
    )

"""What comes back from a split when its payment is refunded: planned with the refund, under the payment's lock."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from payments.gateways import gateway_of
from payments.gateways.protocol import SplitLine
from payments.models import Payment, ProfitSharing, Refund, SharingLine
from payments.rules import states
from payments.rules.profit_sharing import Shares, shares_of_refund
from payments.selectors.profit_sharings import HeldLine, held_lines
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.states import transition

READY, WAITING, BROKEN = "READY", "WAITING", "BROKEN"


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """Who gives back what for one refund. Fen."""

    lines: tuple[HeldLine, ...]
    shares: Shares

    @property
    def total_fen(self) -> int:
        """Return what all receivers give back together."""
        return sum(self.shares.by_receiver)


def plan_returns(*, payment: Payment, amount_fen: int) -> ReturnPlan:
    """Share a refund of a locked payment among the receivers of its splits; nothing is written."""
    lines = tuple(held_lines(payment))
    return ReturnPlan(lines, shares_of_refund(amount_fen, [line.part for line in lines]))


def write_returns(*, refund: Refund, plan: ReturnPlan, at: datetime) -> None:
    """Write the instructions of a plan, one number per split and receiver, inside the refund's transaction.

    Where the acquirer takes splits back within the refund itself they wait for its outcome and are sent with it.
    """
    if not plan.total_fen:
        return
    rides = gateway_of(refund.acquirer_code).capabilities.split_return_rides
    for line, back_fen in zip(plan.lines, plan.shares.by_receiver, strict=True):
        if back_fen:
            _write(refund, line.sharing_id, line.receiver_id, back_fen, None if rides else at)


def _write(
    refund: Refund, split_id: int | None, receiver_id: int, back_fen: int, look_at: datetime | None
) -> ProfitSharing:
    back = ProfitSharing.objects.create(
        status=states.SHARING.initial,
        sharing_no=new_no("SHR"),
        uid=new_uuid(),
        attempt=refund.attempt,
        acquirer_code=refund.acquirer_code,
        purpose="RETURN",
        of_id=split_id,
        refund=refund,
        total_fen=back_fen,
        requested_at=refund.requested_at,
        next_look_at=look_at,
    )
    SharingLine.objects.create(sharing=back, receiver_id=receiver_id, amount_fen=back_fen)
    return back


def returns_gate(*, refund: Refund) -> str:
    """Tell whether a refund may be sent: READY, WAITING for its splits, BROKEN when one does not come back."""
    found, returns = READY, list(_returns(refund).select_related("of"))
    rides = bool(returns) and gateway_of(refund.acquirer_code).capabilities.split_return_rides
    for back in returns:
        if back.of is None or back.of.status == "FAILED":
            continue  # nothing was split, so nothing has to come back
        if back.status == "FAILED":
            return BROKEN
        if (back.of if rides else back).status != "FINISHED":
            found = WAITING
    return found


def riding_lines(*, refund: Refund) -> tuple[SplitLine, ...]:
    """List what the receivers give back within the refund itself; the same at every repeat."""
    if not _returns(refund).exists() or not gateway_of(refund.acquirer_code).capabilities.split_return_rides:
        return ()
    rows = SharingLine.objects.filter(sharing__refund=refund, sharing__of__status="FINISHED")
    return tuple(
        SplitLine(row.receiver.account_type, row.receiver.account, row.receiver.name, row.amount_fen, "退款退分账")
        for row in rows.select_related("receiver").order_by("pk")
    )


def end_riding_returns(*, refund: Refund, at: datetime) -> None:
    """Let the returns that rode on a refund end as it ended, inside its transaction; the day is the refund's."""
    if not _returns(refund).exists() or not gateway_of(refund.acquirer_code).capabilities.split_return_rides:
        return
    took_part = riding_lines(refund=refund) if refund.status == "SUCCEEDED" else ()
    for back in _returns(refund).exclude(status="FINISHED").select_related("of"):
        if not took_part or back.of is None or back.of.status != "FINISHED":
            if back.status != "FAILED":
                transition(back, "FAILED", actor=SYSTEM, at=at, reason=refund.refund_no, finished_at=at)
            continue
        done = back if back.status != "FAILED" else _write_again(refund, back)
        fields = {"requested_at": refund.refunded_at or at, "finished_at": at, "next_look_at": None}
        transition(done, "FINISHED", actor=SYSTEM, at=at, reason=refund.refund_no, **fields)
        note_finished(sharing=done, at=at)


def _write_again(refund: Refund, failed: ProfitSharing) -> ProfitSharing:
    """Give a return whose refund was taken for failed and came through all the same a row of its own."""
    line = failed.lines.get()
    return _write(refund, failed.of_id, line.receiver_id, line.amount_fen, None)


def note_finished(*, sharing: ProfitSharing, at: datetime) -> None:
    """Leave the fact that fees are posted from; a return lessens its split. Inside the caller's transaction."""
    if sharing.purpose == "RETURN" and sharing.of_id is not None:
        ProfitSharing.objects.filter(pk=sharing.of_id).update(returned_fen=F("returned_fen") + sharing.total_fen)
    emit(
        "payments.sharing.finished",
        key=sharing.sharing_no,
        payload={
            "sharing_no": sharing.sharing_no,
            "purpose": sharing.purpose,
            "attempt_no": sharing.attempt.attempt_no,
            "total_fen": sharing.total_fen,
        },
        at=at,
    )


def _returns(refund: Refund) -> QuerySet[ProfitSharing]:
    return ProfitSharing.objects.filter(refund=refund, purpose="RETURN").order_by("pk")

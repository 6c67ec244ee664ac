"""Send instructions to split, unfreeze and take back, and ask what became of them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from payments.gateways import gateway_of
from payments.gateways.protocol import (
    FAILED,
    FINISHED,
    NOT_FOUND,
    PENDING,
    AcquirerGateway,
    Answer,
    SplitLine,
    SplitOrder,
)
from payments.gateways.wording import order_of
from payments.models import ProfitSharing
from payments.rules.attempt import REFUND_DELAYS_S, next_look
from payments.services.acquirer_lines import AcquirerDown, enter_line, note_line
from payments.services.acquirer_messages import archive_exchanges
from payments.services.crash_points import crash_point
from payments.services.sharing_returns import note_finished
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.states import StaleTransition, transition

LEASE = timedelta(seconds=90)


def push_sharing(*, sharing_no: str, at: datetime) -> ProfitSharing:
    """Send an instruction or ask about one that was sent; a time-out leaves it UNKNOWN under its own number."""
    sharing = ProfitSharing.objects.select_related("attempt__sub_merchant", "attempt__payment", "of").get(
        sharing_no=sharing_no
    )
    if sharing.status in ("FINISHED", "FAILED") or _rides(sharing) or _waits_for_split(sharing):
        _look_later(sharing, at)
        return sharing
    if sharing.purpose == "RETURN" and sharing.of is not None and sharing.of.status == "FAILED":
        return _drop(sharing, at)
    if sharing.sent_at is None:
        _note_sent(sharing, at)
    crash_point(name="sharing.committed")
    gateway = gateway_of(sharing.acquirer_code)
    order = _order_of(sharing)
    answer = _send(gateway, sharing, order) if sharing.status == "REQUESTED" else _ask(gateway, sharing, order)
    if answer.state == NOT_FOUND:
        answer = _send(gateway, sharing, order)
    crash_point(name="sharing.called")
    return _record(sharing, answer, at)


def _note_sent(sharing: ProfitSharing, at: datetime) -> None:
    """Note the first sending; what waited past midnight counts on the day the acquirer gets it, as its bill says."""
    moved = at if business_date(at) != business_date(sharing.requested_at) else sharing.requested_at
    if ProfitSharing.objects.filter(pk=sharing.pk, sent_at=None).update(sent_at=at, requested_at=moved):
        sharing.sent_at, sharing.requested_at = at, moved


def _rides(sharing: ProfitSharing) -> bool:
    """Tell whether an instruction is sent with its refund and not by itself."""
    return sharing.refund_id is not None and gateway_of(sharing.acquirer_code).capabilities.split_return_rides


def _waits_for_split(sharing: ProfitSharing) -> bool:
    """Tell whether an unfreezing or a return must wait for the splits before it."""
    if sharing.purpose == "RETURN":
        return sharing.of is not None and sharing.of.status not in ("FINISHED", "FAILED")
    return sharing.purpose == "UNFREEZE" and (
        sharing.attempt.sharings.filter(purpose="SPLIT", pk__lt=sharing.pk)
        .exclude(status__in=("FINISHED", "FAILED"))
        .exists()
    )


@transaction.atomic
def _drop(sharing: ProfitSharing, at: datetime) -> ProfitSharing:
    """End a return whose split was refused: there is nothing to take back."""
    fields = {"next_look_at": None, "finished_at": at}
    return transition(sharing, "FAILED", actor=SYSTEM, at=at, reason="SPLIT_FAILED", **fields)


def _send(gateway: AcquirerGateway, sharing: ProfitSharing, order: SplitOrder) -> Answer:
    if sharing.purpose == "SPLIT":
        return gateway.split(order)
    return gateway.unfreeze(order) if sharing.purpose == "UNFREEZE" else gateway.take_back(order)


def _ask(gateway: AcquirerGateway, sharing: ProfitSharing, order: SplitOrder) -> Answer:
    return gateway.query_take_back(order) if sharing.purpose == "RETURN" else gateway.query_split(order)


def _order_of(sharing: ProfitSharing) -> SplitOrder:
    lines = tuple(
        SplitLine(row.receiver.account_type, row.receiver.account, row.receiver.name, row.amount_fen, "分账")
        for row in sharing.lines.select_related("receiver").order_by("pk")
    )
    return SplitOrder(
        sharing_no=sharing.sharing_no,
        order=order_of(sharing.attempt),
        lines=lines,
        is_last=sharing.is_last if sharing.purpose == "SPLIT" else _rode(sharing),
        of_no=sharing.of.sharing_no if sharing.of else "",
        text={"SPLIT": "分账", "UNFREEZE": "解冻剩余资金", "RETURN": "退款前回退"}[sharing.purpose],
    )


def _rode(sharing: ProfitSharing) -> bool:
    """Tell whether the last split has ended the freeze already."""
    return sharing.attempt.sharings.filter(purpose="SPLIT", is_last=True, status="FINISHED").exists()


def _record(sharing: ProfitSharing, answer: Answer, at: datetime) -> ProfitSharing:
    code = sharing.acquirer_code
    note_line(acquirer_code=code, is_fault=answer.is_line_fault, error=answer.text, at=at)
    target = {FINISHED: "FINISHED", FAILED: "FAILED", PENDING: "PENDING"}.get(answer.state, "UNKNOWN")
    is_over = target in ("FINISHED", "FAILED")
    fields = {
        "next_look_at": None if is_over else next_look(at, sharing.looks, REFUND_DELAYS_S),
        "looks": F("looks") + 1,
        "failure_text": "" if target == "FINISHED" else f"{answer.code} {answer.text}".strip()[:255],
    }
    if answer.acquirer_no:
        fields["acquirer_sharing_no"] = answer.acquirer_no
    if is_over:
        fields["finished_at"] = at
    try:
        with transaction.atomic():
            if sharing.status == target or not sharing.STATES.allows(sharing.status, target):
                ProfitSharing.objects.filter(pk=sharing.pk).update(**fields)
            else:
                transition(sharing, target, actor=SYSTEM, at=at, reason=answer.code, **fields)
                if target == "FINISHED":
                    note_finished(sharing=sharing, at=at)
            archive_exchanges(acquirer_code=code, exchanges=answer.exchanges, verdict="ACCEPTED", at=at)
    except StaleTransition:
        sharing.refresh_from_db()
    return sharing


def _look_later(sharing: ProfitSharing, at: datetime) -> None:
    if sharing.next_look_at is not None and sharing.status not in ("FINISHED", "FAILED"):
        ProfitSharing.objects.filter(pk=sharing.pk).update(next_look_at=next_look(at, 1))


def push_due_sharings(*, acquirer_code: str, at: datetime, limit: int = 15) -> int:
    """Push every instruction of an acquirer that is due, under SKIP LOCKED leases; returns how many."""
    pushed = 0
    for sharing_no in _claim_due(acquirer_code, at, limit):
        try:
            enter_line(acquirer_code=acquirer_code, at=at)
        except AcquirerDown:
            break
        push_sharing(sharing_no=sharing_no, at=at)
        pushed += 1
    return pushed


@transaction.atomic
def _claim_due(acquirer_code: str, at: datetime, limit: int) -> list[str]:
    due = list(
        ProfitSharing.objects.select_for_update(skip_locked=True)
        .filter(acquirer_code=acquirer_code, next_look_at__lte=at)
        .order_by("next_look_at")
        .values_list("pk", "sharing_no")[:limit]
    )
    ProfitSharing.objects.filter(pk__in=[pk for pk, _no in due]).update(next_look_at=at + LEASE)
    return [sharing_no for _pk, sharing_no in due]

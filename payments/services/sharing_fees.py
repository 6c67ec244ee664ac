"""Our fee, split off by the acquirer where the contract says so; the rest goes to the merchant at once."""

from datetime import datetime, timedelta

from django.db import transaction

from payments.models import PaymentAttempt
from payments.rules.tariff import returned_fee
from payments.selectors.profit_sharings import bound_receivers, paid_to_split, returns_split_fee
from payments.selectors.split_fees import split_fee_fen
from payments.services.payment_states import lock_payment
from payments.services.profit_sharings import (
    AlreadyUnfrozen,
    NotShareable,
    request_split,
    request_unfreeze,
    room_fen,
)
from silk_road_ebao.kernel.actors import SYSTEM

SPLIT_WAIT = timedelta(seconds=60)
"""WeChat Pay splits no sooner than a minute after the payment."""
RECENT = timedelta(hours=2)
FREEZE_LAPSES = timedelta(days=30)


def split_due_fees(*, at: datetime, since: timedelta = RECENT, limit: int = 200) -> int:
    """Instruct the split of our fee for every paid attempt that may be split and was not; returns how many."""
    done = 0
    for attempt in paid_to_split(since=since, wait=SPLIT_WAIT, at=at, limit=limit):
        try:
            split_fee(attempt=attempt, at=at)
        except (NotShareable, AlreadyUnfrozen):
            continue  # somebody else was faster
        done += 1
    return done


@transaction.atomic
def split_fee(*, attempt: PaymentAttempt, at: datetime) -> None:
    """Instruct the split of our fee off one paid attempt and release the rest to the merchant.

    Less than the fee is split where the acquirer's ratio or a refund leaves less; the rest of the fee is invoiced.
    With other receivers bound the freeze stays until their own instructions come, or it lapses.
    Raises:
        NotShareable, AlreadyUnfrozen.
    """
    payment = lock_payment(payment_no=attempt.payment.payment_no)
    attempt.payment = payment
    if attempt.sharings.filter(purpose__in=("SPLIT", "UNFREEZE")).exists():
        raise AlreadyUnfrozen
    receivers = list(bound_receivers(attempt.sub_merchant))
    ours = next((row for row in receivers if row.is_platform), None)
    fee_fen = split_fee_fen(attempt)
    gone_fen = payment.refunded_fen + payment.refunding_fen
    if gone_fen and returns_split_fee(payment):
        fee_fen -= returned_fee(fee_fen, payment.amount_fen, 0, gone_fen)
    take_fen = min(fee_fen, room_fen(attempt=attempt, at=at))
    is_alone = all(row.is_platform for row in receivers)
    if ours is not None and take_fen > 0:
        request_split(attempt_no=attempt.attempt_no, lines=[(ours, take_fen)], actor=SYSTEM, at=at, is_last=is_alone)
    elif is_alone:
        request_unfreeze(attempt_no=attempt.attempt_no, actor=SYSTEM, at=at)

"""What is learnt of a day after its books are posted reaches the first open statement."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from payments.models import (
    BusinessDay,
    Discrepancy,
    PaymentAttempt,
    ReconciliationLine,
    Refund,
    SettlementAdjustment,
    SettlementLine,
)
from payments.rules.business_day import has_reached
from payments.rules.discrepancy import REFUND, STATUS_OVER
from payments.services.discrepancies import write_adjustment
from payments.services.reconciliations import reconcile_trades
from silk_road_ebao.kernel.actors import Actor


def adjust_late_trades(*, actor: Actor, at: datetime) -> int:
    """Take in what was learnt of a day after it was posted: a payment confirmed late, a counted refund that failed.

    Such a trade has a case waiting. Its day is joined anew, which ends the case, and the difference reaches the first
    open statement. Gives how many adjustments were written; again writes none.
    """
    paid = PaymentAttempt.objects.filter(attempt_no=OuterRef("subject_no"), status="PAID")
    failed = Refund.objects.filter(refund_no=OuterRef("subject_no"), status="FAILED")
    cases = Discrepancy.objects.filter(status__in=("OPEN", "CARRIED", "PROPOSED")).filter(
        Q(Exists(paid), kind=STATUS_OVER) | Q(Exists(failed), kind=REFUND)
    )
    written = 0
    for acquirer_code, day in sorted(set(cases.values_list("acquirer_code", "day"))):
        row = BusinessDay.objects.filter(date=day).first()
        if row is None or not has_reached(row.reached, "POSTED"):
            continue
        batch = reconcile_trades(acquirer_code=acquirer_code, day=day, actor=actor, at=at)
        written += adjust_posted_day(
            acquirer_code=acquirer_code, day=day, source_no=f"{acquirer_code}-{day:%Y%m%d}-{batch.runs}",
            reason=f"{day} 晚到的账", actor=actor, at=at,
        )  # fmt: skip
    return written


@transaction.atomic
def adjust_posted_day(*, acquirer_code: str, day: date, source_no: str, reason: str, actor: Actor, at: datetime) -> int:
    """Write for every sub-merchant what a posted day comes to now, less what its statement and later mends said.

    Gives how many adjustments were written.
    """
    posted = {row.sub_merchant_id: row for row in SettlementLine.objects.filter(day=day, acquirer_code=acquirer_code)}
    mended = {
        row["sub_merchant"]: row
        for row in SettlementAdjustment.objects.filter(origin_day=day, sub_merchant__acquirer_code=acquirer_code)
        .values("sub_merchant")
        .annotate(fen=Sum("amount_fen"), captured=Sum("captured_fen"))
        .order_by()
    }
    lines = ReconciliationLine.objects.filter(
        reconciliation__day=day, reconciliation__acquirer_code=acquirer_code, reconciliation__kind="TRADE"
    ).select_related("sub_merchant")
    written = 0
    for line in lines:
        known = posted.get(line.sub_merchant_id)
        earlier = mended.get(line.sub_merchant_id, {"fen": 0, "captured": 0})
        captured = _traded(line) - (_traded(known) if known else 0) - earlier["captured"]
        net = _traded(line) - line.fee_fen - (_traded(known) - known.fee_fen if known else 0) - earlier["fen"]
        if net:
            write_adjustment(
                sub_merchant=line.sub_merchant, amount_fen=net, reason=reason, source_no=source_no, actor=actor, at=at,
                origin_day=day, captured_fen=captured,
            )  # fmt: skip
            written += 1
    return written


def _traded(line: ReconciliationLine | SettlementLine) -> int:
    return line.gross_fen - line.refunded_fen

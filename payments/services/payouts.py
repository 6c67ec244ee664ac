"""What acquirers really paid, matched with our statements to the fen."""

from collections.abc import Sequence
from datetime import date, datetime

import structlog
from django.db import connection, transaction

from payments.gateways.settlement_files import (
    Payout,
    SettlementFileError,
    fetch_settlement_file,
    read_settlement_file,
)
from payments.models import Discrepancy, SettlementLine
from payments.rules.discrepancy import CAUSES, PAYOUT
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no

log = structlog.get_logger(__name__)

NOTE = """
UPDATE payments_settlementline l SET paid_fen = x.fen, paid_date = x.paid_on
FROM unnest(%s::text[], %s::bigint[], %s::date[]) AS x (sub_mchid, fen, paid_on)
JOIN payments_submerchant s ON s.acquirer_code = %s AND s.sub_mchid = x.sub_mchid
WHERE l.sub_merchant_id = s.id AND l.day = %s
"""


def fetch_payouts(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> int:
    """Fetch an acquirer's settlement file and match it; gives how many lines agree, 0 while there is no file.

    A file that is not there or cannot be read leaves the lines unmatched; the next close of a day or a person looks.
    """
    try:
        content = fetch_settlement_file(acquirer_code, day)
        if content is None:
            return 0
        payouts = read_settlement_file(content, day)
    except (OSError, SettlementFileError) as fault:
        log.warning("settlement file not taken", acquirer=acquirer_code, day=day.isoformat(), error=str(fault))
        return 0
    return match_payouts(acquirer_code=acquirer_code, day=day, payouts=payouts, actor=actor, at=at)


@transaction.atomic
def match_payouts(*, acquirer_code: str, day: date, payouts: Sequence[Payout], actor: Actor, at: datetime) -> int:
    """Note what was paid on every line of a day and open a case for each that differs; gives how many agree.

    A payout of nothing to someone without a line is no difference; one of something is.
    """
    columns = [[p.sub_mchid, p.amount_fen, p.paid_date] for p in payouts]
    with connection.cursor() as cursor:
        values = [list(column) for column in zip(*columns, strict=True)] if columns else [[], [], []]
        cursor.execute(NOTE, [*values, acquirer_code, day])
    lines = {
        line.sub_merchant.sub_mchid: line
        for line in SettlementLine.objects.filter(day=day, acquirer_code=acquirer_code).select_related("sub_merchant")
    }
    said = {payout.sub_mchid: payout.amount_fen for payout in payouts}
    agreed = 0
    for sub_mchid in sorted({*lines, *said}):
        line, theirs = lines.get(sub_mchid), said.get(sub_mchid, 0)
        ours = line.payout_fen if line else 0
        if ours == theirs:
            agreed += line is not None
            continue
        Discrepancy.objects.get_or_create(
            acquirer_code=acquirer_code, day=day, kind=PAYOUT, subject_no=sub_mchid, cause=CAUSES[PAYOUT],
            defaults={
                "status": "OPEN", "discrepancy_no": new_no("DSC"), "sub_mchid": sub_mchid, "ours_fen": ours,
                "theirs_fen": theirs, "merchant_id": line.sub_merchant.merchant_id if line else None, "opened_at": at,
            },
        )  # fmt: skip
    return agreed

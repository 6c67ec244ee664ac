"""Batches of account activity: taken whole or not at all."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, SettlementAccount
from accounts.services.account_usages import UsageReport, record_account_usages
from banking.models import AccountActivity, AccountActivityBatch
from banking.rules.account_activity import RowFault, period_faults, row_faults
from banking.selectors.account_activities import accounts_by_no
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal

Rows = Sequence[Mapping[str, Any]]
"""Each with account_no, business_date, in_fen, out_fen, balance_fen."""


class BatchRefused(Refusal):
    """Some rows cannot be taken, so none is; `faults` names every one."""

    message = _("批次没有收下，请按行号改正后整批重报")

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__()
        self.faults = faults


class BatchKnown(Refusal):
    """The bank has used this batch reference before."""

    message = _("这个批次号已经报过：%(batch_no)s")
    field = "batch_ref"


@transaction.atomic
def take_batch(
    *, bank: Institution, batch_ref: str, period_from: date, period_until: date, rows: Rows, actor: Actor, at: datetime
) -> AccountActivityBatch:
    """Take a day or a month of activity of this bank's accounts; fen, outside the bound account.

    A later batch about the same account and day replaces the earlier figures; both batches stay on record.

    Args:
        actor: PARTNER whose `ref` is the bank's code.

    Raises:
        BatchRefused: with every fault and its row number; nothing is written.
        BatchKnown: the reference was used before, be it with the same rows.
    """
    if known := AccountActivityBatch.objects.filter(bank=bank, batch_ref=batch_ref).first():
        raise BatchKnown(batch_no=known.batch_no)
    accounts = accounts_by_no(bank, (row["account_no"] for row in rows))
    faults = period_faults(period_from, period_until, business_date(at)) or row_faults(
        rows, period_from=period_from, period_until=period_until, known=accounts.keys()
    )
    if faults:
        raise BatchRefused(faults)
    batch = _write_batch(bank, batch_ref, period_from, period_until, rows, at)
    _write_rows(batch, rows, accounts)
    reports = [
        UsageReport(
            account=accounts[row["account_no"]],
            day=row["business_date"],
            in_fen=row["in_fen"],
            out_fen=row["out_fen"],
            balance_fen=row["balance_fen"],
        )
        for row in rows
    ]
    record_account_usages(reports=reports, actor=actor, at=at)
    record(
        actor=actor,
        action="banking.account_activity.take",
        subject=batch.batch_no,
        at=at,
        detail={"batch_ref": batch_ref, "rows": len(rows)},
    )
    return batch


def _write_batch(
    bank: Institution, batch_ref: str, period_from: date, period_until: date, rows: Rows, at: datetime
) -> AccountActivityBatch:
    try:
        with transaction.atomic():
            return AccountActivityBatch.objects.create(
                batch_no=new_no("ACB"),
                bank=bank,
                batch_ref=batch_ref,
                period_from=period_from,
                period_until=period_until,
                row_count=len(rows),
                in_fen=sum(row["in_fen"] for row in rows),
                out_fen=sum(row["out_fen"] for row in rows),
                received_at=at,
            )
    except IntegrityError:  # the same reference at the same moment
        known = AccountActivityBatch.objects.get(bank=bank, batch_ref=batch_ref)
        raise BatchKnown(batch_no=known.batch_no) from None


def _write_rows(batch: AccountActivityBatch, rows: Rows, accounts: Mapping[str, SettlementAccount]) -> None:
    AccountActivity.objects.bulk_create(
        (
            AccountActivity(
                batch=batch,
                row_no=number,
                account=accounts[row["account_no"]],
                business_date=row["business_date"],
                in_fen=row["in_fen"],
                out_fen=row["out_fen"],
                balance_fen=row["balance_fen"],
            )
            for number, row in enumerate(rows, start=1)
        ),
        batch_size=1000,
    )

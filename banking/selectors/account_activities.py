"""Reads of account activity batches."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Institution, SettlementAccount
from banking.models import AccountActivityBatch


def batches_of(bank: Institution) -> QuerySet[AccountActivityBatch]:
    """List a bank's batches, the oldest first."""
    return AccountActivityBatch.objects.filter(bank=bank).order_by("id")


def accounts_by_no(bank: Institution, account_nos: Iterable[str]) -> dict[str, SettlementAccount]:
    """Find this bank's accounts among the numbers; a closed account counts, its last days may be reported."""
    rows = SettlementAccount.objects.filter(bank=bank, account_no__in=set(account_nos))
    return {row.account_no: row for row in rows}

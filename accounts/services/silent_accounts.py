"""Accounts without a transaction for six months: back before their bank (R11)."""

from datetime import datetime

from django.db import transaction

from accounts.models import SettlementAccount
from accounts.selectors.persons import needs_reverification
from accounts.services.verification_requests import tell_waiting
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.audit import record


@transaction.atomic
def note_account_activity(*, account: SettlementAccount, at: datetime) -> None:
    """Move an account's last transaction forward; it never moves back."""
    rows = SettlementAccount.objects.filter(pk=account.pk)
    rows.filter(last_active_at__isnull=True).update(last_active_at=at)
    rows.filter(last_active_at__lt=at).update(last_active_at=at)


def ask_to_verify_silent_accounts(*, at: datetime) -> int:
    """Put accounts without a transaction for six months back before their bank (R11); returns how many."""
    count = 0
    live = SettlementAccount.objects.filter(status="ACTIVE", verification="VERIFIED").order_by("id")
    for account in live.iterator(chunk_size=500):
        latest = max(filter(None, (account.last_active_at, account.verified_at, account.added_at)))
        if needs_reverification(latest, at):
            count += _ask_again(account, at)
    return count


@transaction.atomic
def _ask_again(account: SettlementAccount, at: datetime) -> int:
    asked = SettlementAccount.objects.filter(pk=account.pk, verification="VERIFIED").update(verification="PENDING")
    if asked:
        record(
            actor=SYSTEM,
            action="accounts.settlement_account.silent",
            subject=account.account_no,
            at=at,
            detail={},
        )
        tell_waiting(account=account, at=at)
    return asked

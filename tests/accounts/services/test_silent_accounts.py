"""Six months without a transaction: verified again before use (R11)."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.selectors.settlement_accounts import (
    is_usable,
    payee_account_of,
)
from accounts.services.merchants import note_merchants_traded
from accounts.services.settlement_accounts import (
    report_verification,
)
from accounts.services.silent_accounts import ask_to_verify_silent_accounts, note_account_activity
from tests.accounts.factories import SettlementAccountFactory
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db


def test_r11_a_silent_account_is_verified_again_before_use():
    used = datetime(2026, 5, 23, 4, tzinfo=UTC)
    account = SettlementAccountFactory(added_at=used, verified_at=used, last_active_at=used)
    before, after = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert is_usable(account, before)
    assert payee_account_of(account.owner_merchant, after) is None
    assert ask_to_verify_silent_accounts(at=before) == 0
    assert ask_to_verify_silent_accounts(at=after) == 1
    account.refresh_from_db()
    assert account.verification == "PENDING"
    report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=after)

    assert payee_account_of(account.owner_merchant, after) == account


def test_activity_keeps_an_account_awake(at):
    old = at - timedelta(days=400)
    account = SettlementAccountFactory(added_at=old, verified_at=old)

    note_account_activity(account=account, at=at - timedelta(days=1))
    note_account_activity(account=account, at=old)

    account.refresh_from_db()
    assert is_usable(account, at)


def test_r11_a_days_trade_keeps_merchant_account_and_owner_awake(at):
    old = at - timedelta(days=400)
    account = SettlementAccountFactory(added_at=old, verified_at=old)
    merchant = account.owner_merchant
    assert payee_account_of(merchant, at) is None

    note_merchants_traded(merchant_ids=[merchant.pk], at=at)
    note_merchants_traded(merchant_ids=[merchant.pk], at=old)

    merchant.refresh_from_db()
    merchant.legal_person.refresh_from_db()
    assert payee_account_of(merchant, at) == account
    assert merchant.last_active_at == merchant.legal_person.last_active_at == at

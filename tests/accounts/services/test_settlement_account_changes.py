"""Change of a merchant's account: four eyes, a hold, a word to the old contact."""

from datetime import timedelta

import pytest

from accounts.models import Notice, SettlementAccount
from accounts.selectors.settlement_accounts import (
    payee_account_of,
)
from accounts.services.operators import RoleMissing
from accounts.services.settlement_account_changes import (
    NothingToChange,
    propose_account_change,
    release_held_accounts,
    review_account_change,
    stop_account_change,
)
from accounts.services.settlement_accounts import (
    ChangeNeedsFourEyes,
    add_settlement_account,
    close_settlement_account,
    report_verification,
)
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.models import Approval, OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory, OperatorFactory, SettlementAccountFactory
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db


def _propose(old, at, nth=2):
    merchant = old.owner_merchant
    assert merchant is not None
    return propose_account_change(
        merchant=merchant, account_no=numbers.card(nth), holder_name=merchant.legal_name, actor=SYSTEM, at=at
    )


def test_a_change_waits_for_four_eyes_even_when_the_bank_has_verified_it(at):
    old = SettlementAccountFactory()
    with pytest.raises(ChangeNeedsFourEyes):
        add_settlement_account(
            owner=old.owner_merchant,
            account_no=numbers.card(2),
            holder_name=old.owner_merchant.legal_name,
            actor=SYSTEM,
            at=at,
        )

    new = _propose(old, at)
    report_verification(account_no=new.account_no, result="VERIFIED", actor=CCB, at=at)
    release_held_accounts(at=at + timedelta(days=30))

    new.refresh_from_db()
    assert (new.status, new.verification) == ("PROPOSED", "VERIFIED")
    assert payee_account_of(old.owner_merchant, at) == old


def test_closing_the_payee_first_does_not_go_round_the_four_eyes(at):
    old = SettlementAccountFactory()
    merchant = old.owner_merchant
    close_settlement_account(account=old, actor=SYSTEM, at=at, reason="不用了")

    with pytest.raises(ChangeNeedsFourEyes):
        add_settlement_account(
            owner=merchant, account_no=numbers.card(2), holder_name=merchant.legal_name, actor=SYSTEM, at=at
        )
    new = _propose(old, at)
    report_verification(account_no=new.account_no, result="VERIFIED", actor=CCB, at=at)

    assert payee_account_of(merchant, at) is None


def test_a_change_takes_effect_after_its_hold_and_the_old_contact_is_told(maker, checker, at):
    old = SettlementAccountFactory()
    new = _propose(old, at)
    approval = review_account_change(account=new, actor=maker, at=at)
    assert approval.diff["from"].endswith(old.masked)
    assert numbers.card(2) not in str(approval.diff)
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=maker, at=at)

    approve(approval_no=approval.approval_no, checker=checker, at=at)
    report_verification(account_no=new.account_no, result="VERIFIED", actor=CCB, at=at)

    end = at + timedelta(hours=24)
    notice = Notice.objects.get()
    assert notice.phone_sealed is not None
    assert notice.phone_sealed.open() == old.owner_merchant.legal_person.phone_sealed.open()
    assert "尾号" in notice.text
    assert release_held_accounts(at=end - timedelta(seconds=1)) == 0
    assert payee_account_of(old.owner_merchant, end) == old
    assert release_held_accounts(at=end) == 1
    assert release_held_accounts(at=end) == 0
    old.refresh_from_db()
    assert old.status == "CLOSED"
    assert payee_account_of(old.owner_merchant, end) == SettlementAccount.objects.get(pk=new.pk)
    phases = OutboxFact.objects.filter(topic="accounts.settlement_account.changed").order_by("id")
    assert [fact.payload["phase"] for fact in phases] == ["HELD", "EFFECTIVE"]


def test_a_change_not_verified_by_the_bank_never_takes_effect(maker, checker, at):
    old = SettlementAccountFactory()
    new = _propose(old, at)
    approve(approval_no=review_account_change(account=new, actor=maker, at=at).approval_no, checker=checker, at=at)

    assert release_held_accounts(at=at + timedelta(days=30)) == 0

    assert payee_account_of(old.owner_merchant, at) == old


def test_a_hijacked_change_is_stopped_during_its_hold(maker, checker, at):
    old = SettlementAccountFactory()
    new = _propose(old, at)
    approve(approval_no=review_account_change(account=new, actor=maker, at=at).approval_no, checker=checker, at=at)
    new.refresh_from_db()

    stop_account_change(account=new, actor=maker, at=at, reason="店主说不是他办的")

    assert release_held_accounts(at=at + timedelta(days=30)) == 0
    assert payee_account_of(old.owner_merchant, at) == old
    _propose(old, at, nth=3)


def test_a_change_is_one_at_a_time_and_reviewed_by_makers_only(at):
    old = SettlementAccountFactory()
    new = _propose(old, at)
    risk = Actor("OPERATOR", OperatorFactory(roles=["RISK"]).operator_no)

    with pytest.raises(ChangeNeedsFourEyes):
        _propose(old, at, nth=3)
    with pytest.raises(RoleMissing):
        review_account_change(account=new, actor=risk, at=at)

    assert not Approval.objects.exists()
    assert SettlementAccount.objects.count() == 2


def test_a_merchant_without_a_payee_has_nothing_to_change(at):
    merchant = MerchantFactory()

    with pytest.raises(NothingToChange):
        propose_account_change(
            merchant=merchant, account_no=numbers.card(2), holder_name=merchant.legal_name, actor=SYSTEM, at=at
        )

    assert not SettlementAccount.objects.exists()

"""Settlement accounts: added by their owner, verified by their bank, changed by four eyes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Institution, Notice, SettlementAccount
from accounts.rules.allowance import Allowance
from accounts.selectors.settlement_accounts import (
    awaiting_verification,
    is_usable,
    payee_account_of,
    remaining_allowance,
)
from accounts.services.account_usages import UsageRefused, record_account_usage
from accounts.services.merchants import note_merchants_traded
from accounts.services.numbers import NumberRefused
from accounts.services.operators import RoleMissing
from accounts.services.settlement_account_changes import (
    NothingToChange,
    propose_account_change,
    release_held_accounts,
    review_account_change,
    stop_account_change,
)
from accounts.services.settlement_accounts import (
    AccountTaken,
    BankDiffers,
    BankUnknown,
    ChangeNeedsFourEyes,
    HolderDiffers,
    NotThisBank,
    TooManyAtBank,
    add_settlement_account,
    close_settlement_account,
    report_verification,
)
from accounts.services.silent_accounts import ask_to_verify_silent_accounts, note_account_activity
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.models import Approval, AuditEvent, OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory, OperatorFactory, PersonFactory, SettlementAccountFactory
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db

ICBC = Actor("PARTNER", "ICBC", "工商银行")


def test_the_bank_is_known_by_the_card_and_the_number_shows_six_and_four(at):
    merchant = MerchantFactory()

    account = add_settlement_account(
        owner=merchant, account_no=" 6217 0000 0000 0000 012", holder_name=merchant.legal_name, actor=SYSTEM, at=at
    )

    assert (account.bank.code, account.masked) == ("CCB", "6217 00** **** 0012")
    assert (account.status, account.verification) == ("PROPOSED", "PENDING")
    assert payee_account_of(merchant, at) is None


def test_a_company_account_without_a_known_prefix_names_its_bank(at):
    merchant = MerchantFactory(kind="COMPANY")

    account = add_settlement_account(
        owner=merchant,
        account_no="30280101040012345",
        holder_name=merchant.legal_name,
        bank_code="XJRCU",
        actor=SYSTEM,
        at=at,
    )

    assert account.bank.code == "XJRCU"


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"account_no": numbers.card(1)[:-1] + "0"}, NumberRefused, "account_no"),
        ({"account_no": "abc"}, NumberRefused, "account_no"),
        ({"account_no": "30280101040012345"}, BankUnknown, "bank"),
        ({"bank_code": "ICBC"}, BankDiffers, "bank"),
        ({"holder_name": "别人"}, HolderDiffers, "holder_name"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_audited(given, refusal, field, at):
    merchant = MerchantFactory()
    content = {"account_no": numbers.card(1), "holder_name": merchant.legal_name} | given

    with pytest.raises(refusal) as caught:
        add_settlement_account(owner=merchant, **content, actor=SYSTEM, at=at)

    assert caught.value.field == field
    assert not SettlementAccount.objects.exists()
    assert AuditEvent.objects.get(action="accounts.settlement_account.add.refused").detail["field"] == field


def test_a_number_is_registered_once_and_again_after_closing(at):
    one, other = MerchantFactory(), MerchantFactory()
    account = add_settlement_account(
        owner=one, account_no=numbers.card(1), holder_name=one.legal_name, actor=SYSTEM, at=at
    )

    with pytest.raises(AccountTaken):
        add_settlement_account(
            owner=other, account_no=numbers.card(1), holder_name=other.legal_name, actor=SYSTEM, at=at
        )
    close_settlement_account(account=account, actor=SYSTEM, at=at, reason="填错")

    add_settlement_account(owner=other, account_no=numbers.card(1), holder_name=other.legal_name, actor=SYSTEM, at=at)


def test_r2_the_holder_of_a_company_account_is_the_company_alone(at):
    company, stall = MerchantFactory(kind="COMPANY"), MerchantFactory(kind="INDIVIDUAL")

    with pytest.raises(HolderDiffers):
        add_settlement_account(
            owner=company, account_no=numbers.card(1), holder_name=company.legal_person.full_name, actor=SYSTEM, at=at
        )

    add_settlement_account(
        owner=stall, account_no=numbers.card(1), holder_name=stall.legal_person.full_name, actor=SYSTEM, at=at
    )


def test_only_its_own_bank_verifies_an_account(at):
    merchant = MerchantFactory()
    account = add_settlement_account(
        owner=merchant, account_no=numbers.card(1), holder_name=merchant.legal_name, actor=SYSTEM, at=at
    )

    for stranger in (ICBC, SYSTEM, Actor("OPERATOR", "CCB"), Actor("STAFF", "CCB")):
        with pytest.raises(NotThisBank):
            report_verification(account_no=account.account_no, result="VERIFIED", actor=stranger, at=at)

    assert list(awaiting_verification(account.bank)) == [account]
    assert not awaiting_verification(Institution.objects.get(code="ICBC")).exists()
    told = report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)
    assert (told.status, told.verification) == ("ACTIVE", "VERIFIED")
    assert not awaiting_verification(account.bank).exists()
    assert OutboxFact.objects.get(topic="accounts.settlement_account.changed").payload["phase"] == "VERIFIED"


def test_a_refused_account_is_never_the_payee(at):
    account = SettlementAccountFactory()

    report_verification(account_no=account.account_no, result="REFUSED", note="户名不符", actor=CCB, at=at)

    account.refresh_from_db()
    assert (account.status, account.verification, account.verification_note) == ("SUSPENDED", "REFUSED", "户名不符")
    assert payee_account_of(account.owner_merchant, at) is None


def test_a_persons_class_ii_accounts_at_one_bank_are_five_at_most(at):
    person = PersonFactory()

    def add(nth, account_class):
        return add_settlement_account(
            owner=person,
            account_no=numbers.card(nth),
            holder_name=person.full_name,
            account_class=account_class,
            actor=SYSTEM,
            at=at,
        )

    for nth in range(5):
        add(nth, "II")

    with pytest.raises(TooManyAtBank):
        add(6, "II")
    add(7, "I")
    with pytest.raises(TooManyAtBank):
        add(8, "I")
    assert SettlementAccount.objects.filter(owner_person=person).count() == 6


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


def test_r11_a_silent_account_is_verified_again_before_use():
    used = datetime(2026, 5, 23, 4, tzinfo=UTC)
    account = SettlementAccountFactory(added_at=used, verified_at=used, last_active_at=used)
    before, after = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert is_usable(account, before)
    assert payee_account_of(account.owner_merchant, after) is None
    assert ask_to_verify_silent_accounts(at=before) == 0
    assert ask_to_verify_silent_accounts(at=after) == 1
    assert list(awaiting_verification(account.bank)) == [account]
    report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=after)

    assert payee_account_of(account.owner_merchant, after) == account


def test_activity_keeps_an_account_awake(at):
    old = at - timedelta(days=400)
    account = SettlementAccountFactory(added_at=old, verified_at=old)

    note_account_activity(account=account, at=at - timedelta(days=1))
    note_account_activity(account=account, at=old)

    account.refresh_from_db()
    assert is_usable(account, at)


@pytest.mark.parametrize(
    ("account_class", "mode", "day", "expected"),
    [
        ("II", "COUNTER", date(2026, 11, 23), Allowance(1_000_000, 1_000_000)),
        ("II", "ONLINE", date(2026, 11, 23), Allowance(0, 1_000_000)),
        ("III", "ONLINE", date(2017, 6, 1), Allowance(100_000, 500_000)),
        ("III", "ONLINE", date(2018, 1, 9), Allowance(100_000, 500_000)),
        ("III", "ONLINE", date(2018, 1, 10), Allowance(200_000, 200_000)),
        ("I", "COUNTER", date(2026, 11, 23), Allowance(None, None)),
    ],
)
def test_r13_limits_come_from_the_dated_table_by_opening_mode_and_date(account_class, mode, day, expected):
    account = SettlementAccountFactory(
        owner_merchant=None, owner_person=PersonFactory(), account_class=account_class, opening_mode=mode
    )

    assert remaining_allowance(account, datetime(day.year, day.month, day.day, 4, tzinfo=UTC)) == expected


def test_r13_reported_flows_of_the_day_and_the_year_lessen_the_allowance(at):
    account = SettlementAccountFactory(owner_merchant=None, owner_person=PersonFactory(), account_class="II")

    def report(day, in_fen, out_fen):
        record_account_usage(
            account_no=account.account_no,
            day=day,
            in_fen=in_fen,
            out_fen=out_fen,
            balance_fen=0,
            actor=CCB,
            at=at,
        )

    report(date(2025, 12, 31), 0, 999_999)
    report(date(2026, 1, 1), 0, 19_500_000)
    report(date(2026, 11, 23), 300_000, 400_000)
    report(date(2026, 11, 23), 300_000, 100_000)

    assert remaining_allowance(account, at) == Allowance(700_000, 400_000)
    assert remaining_allowance(account, at + timedelta(days=1)) == Allowance(1_000_000, 400_000)
    assert remaining_allowance(account, datetime(2027, 1, 1, 4, tzinfo=UTC)) == Allowance(1_000_000, 1_000_000)


@pytest.mark.parametrize(("out_fen", "days_ahead"), [(-1, 0), (0, 1)])
def test_usage_that_cannot_be_is_refused(out_fen, days_ahead, at):
    account = SettlementAccountFactory()

    with pytest.raises(UsageRefused):
        record_account_usage(
            account_no=account.account_no,
            day=date(2026, 11, 23) + timedelta(days=days_ahead),
            in_fen=0,
            out_fen=out_fen,
            balance_fen=0,
            actor=CCB,
            at=at,
        )

    assert not account.usages.exists()


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

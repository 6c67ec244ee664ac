"""Settlement accounts: added by their owner, verified by their bank alone."""

import pytest

from accounts.models import SettlementAccount
from accounts.selectors.settlement_accounts import (
    payee_account_of,
)
from accounts.services.numbers import NumberRefused
from accounts.services.settlement_accounts import (
    AccountTaken,
    BankDiffers,
    BankUnknown,
    HolderDiffers,
    NotThisBank,
    TooManyAtBank,
    add_settlement_account,
    close_settlement_account,
    report_verification,
)
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory, PersonFactory, SettlementAccountFactory
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

    theirs = add_settlement_account(
        owner=stall, account_no=numbers.card(1), holder_name=stall.legal_person.full_name, actor=SYSTEM, at=at
    )
    assert theirs.holder_basis == "OPERATOR"
    assert SettlementAccount.objects.count() == 1


def test_only_its_own_bank_verifies_an_account(at):
    merchant = MerchantFactory()
    account = add_settlement_account(
        owner=merchant, account_no=numbers.card(1), holder_name=merchant.legal_name, actor=SYSTEM, at=at
    )

    for stranger in (ICBC, SYSTEM, Actor("OPERATOR", "CCB"), Actor("STAFF", "CCB")):
        with pytest.raises(NotThisBank):
            report_verification(account_no=account.account_no, result="VERIFIED", actor=stranger, at=at)

    account.refresh_from_db()
    assert account.verification == "PENDING"
    told = report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)
    assert (told.status, told.verification) == ("ACTIVE", "VERIFIED")
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

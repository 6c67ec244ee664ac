"""Accounts on the page: added, changed, stopped, with what Class II may still take."""

import re
from datetime import timedelta

import pytest

from accounts.models import Consent, SettlementAccount
from accounts.services.consents import withdraw_consent
from accounts.services.settlement_accounts import report_verification
from accounts.services.silent_accounts import ask_to_verify_silent_accounts
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import ConsentFactory, SettlementAccountFactory
from tests.accounts.opening import CCB
from tests.accounts.visitors import text

pytestmark = pytest.mark.django_db


def test_a_shop_adds_its_account_and_sees_the_banks_word(owner, at):
    card = numbers.card(12)
    answer = owner.post(
        "/me/shop/accounts/add/", {"account_no": card, "holder_name": owner.merchant.legal_name, "bank": ""}
    )

    account = SettlementAccount.objects.get()
    assert answer["Location"] == f"/me/shop/accounts/{account.account_no}/"
    assert "没有你的授权，银行看不到这个账户" in text(owner.get(answer["Location"]))
    report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)
    page = text(owner.get("/me/shop/accounts/"))
    assert "已验证" in page
    assert account.masked in page
    assert card not in page


def test_another_account_goes_the_way_of_a_change_and_can_be_stopped(owner):
    SettlementAccountFactory(owner_merchant=owner.merchant)

    page = text(owner.get("/me/shop/accounts/add/"))
    given = {"account_no": numbers.card(13), "holder_name": owner.merchant.legal_name}
    answer = owner.post("/me/shop/accounts/add/", given)
    number = answer["Location"].split("/")[-2]

    assert "两位工作人员复核" in page
    assert "24 小时" in page
    assert SettlementAccount.objects.get(account_no=number).status == "PROPOSED"
    owner.post(f"/me/shop/accounts/{number}/stop/")
    assert SettlementAccount.objects.get(account_no=number).status == "CLOSED"


def test_r13_a_class_ii_account_shows_what_is_left_today(owner):
    account = SettlementAccountFactory(owner_person=owner.person, owner_merchant=None, account_class="II")

    page = text(owner.get(f"/me/self/accounts/{account.account_no}/"))

    assert "10,000" in page.replace('<span class="amount__fen">', "")


def test_r14_the_bank_hears_of_an_account_only_after_the_owners_own_tick(owner):
    """R14: no tick beforehand; without it the account stands there and nothing goes to the bank."""
    given = {"account_no": numbers.card(14), "holder_name": owner.merchant.legal_name, "bank": ""}
    page = text(owner.get("/me/shop/accounts/add/"))

    answer = owner.post("/me/shop/accounts/add/", given)
    untold = text(owner.get(answer["Location"]))
    number = answer["Location"].split("/")[-2]
    owner.post(f"/me/shop/accounts/{number}/agree/")

    assert not re.search(r'name="agreed"[^>]*checked', page)
    assert "授权书：核实账户" in page
    assert "没有你的授权，银行看不到这个账户" in untold
    assert not Consent.objects.exists()
    assert not OutboxFact.objects.filter(topic="accounts.settlement_account.waiting").exists()
    owner.post(f"/me/shop/accounts/{number}/agree/", {"agreed": "on"})
    consent = Consent.objects.get()
    assert (consent.status, consent.recipient.code, consent.purpose) == ("ACTIVE", "CCB", "ACCOUNT_VERIFICATION")
    assert consent.kinds == ["SETTLEMENT_ACCOUNT"]
    fact = OutboxFact.objects.get(topic="accounts.settlement_account.waiting")
    assert fact.payload == {"account_no": number, "bank": "CCB"}
    assert "只有银行说了算" in text(owner.get(answer["Location"]))


def test_r14_the_tick_on_the_form_is_a_signed_consent_and_tells_the_bank_at_once(owner):
    given = {"account_no": numbers.card(15), "holder_name": "阿依古丽", "bank": "", "agreed": "on"}

    owner.post("/me/self/accounts/add/", given | {"account_class": "II", "opening_mode": "ONLINE"})

    consent = Consent.objects.get()
    assert (consent.status, consent.subject_person) == ("ACTIVE", owner.person)
    assert consent.signature_hash
    assert OutboxFact.objects.filter(topic="accounts.settlement_account.waiting").count() == 1


def test_r14_after_a_withdrawal_the_bank_is_not_asked_again(owner, at):
    """R14, R11: a silent account comes back before its bank only while the consent holds."""
    long_ago = at - timedelta(days=300)
    account = SettlementAccountFactory(owner_merchant=owner.merchant, added_at=long_ago, verified_at=long_ago)
    consent = ConsentFactory(
        subject_person=None, subject_merchant=owner.merchant, recipient=account.bank, purpose="ACCOUNT_VERIFICATION",
        kinds=["SETTLEMENT_ACCOUNT"],
    )  # fmt: skip
    withdraw_consent(consent=consent, subject=owner.merchant, actor=SYSTEM, at=at)

    assert ask_to_verify_silent_accounts(at=at) == 1

    account.refresh_from_db()
    assert account.verification == "PENDING"
    assert not OutboxFact.objects.filter(topic="accounts.settlement_account.waiting").exists()


def test_r14_the_list_and_the_account_say_what_to_do_where_the_bank_may_not_know_of_it(owner):
    """R14: a missing consent is named where it stops the account, with the way to give it."""
    given = {"account_no": numbers.card(16), "holder_name": owner.merchant.legal_name, "bank": ""}
    page = owner.post("/me/shop/accounts/add/", given)["Location"]

    untold = text(owner.get("/me/shop/accounts/"))
    owner.post(f"{page}agree/", {"agreed": "on"})

    assert "还没授权，银行看不到，没法核实。点开这个账户" in untold
    assert "还没授权" not in text(owner.get("/me/shop/accounts/"))


def test_r14_after_a_withdrawal_the_page_of_a_verified_account_says_it_works_and_how_to_agree_again(owner, at):
    account = SettlementAccountFactory(owner_merchant=owner.merchant)
    page = f"/me/shop/accounts/{account.account_no}/"

    untold = owner.get(page).content.decode()
    owner.post(f"{page}agree/", {"agreed": "on"})

    assert "已经核实过，照常能用" in untold
    assert 'name="agreed"' in untold
    assert "银行现在看不到" not in text(owner.get(page))
    assert Consent.objects.get().status == "ACTIVE"

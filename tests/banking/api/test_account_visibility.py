"""R14: an account its holder has not let the bank know of is in no list, under no number, at no address."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Consent, SettlementAccount
from accounts.services.consents import withdraw_consent
from accounts.services.settlement_accounts import close_settlement_account
from banking.models import PartnerEvent
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.clock import frozen, now
from silk_road_ebao.kernel.models import IdempotencyRecord
from silk_road_ebao.kernel.outbox import deliver_due
from tests.accounts import numbers
from tests.accounts.factories import ConsentFactory, MembershipFactory, MerchantFactory, SettlementAccountFactory
from tests.accounts.visitors import known, text
from tests.banking.factories import consent_to, let_verify, personal_account, told_account

pytestmark = pytest.mark.django_db

VERIFICATIONS = "/settlement-account-verifications"


def _listed(bank, query=""):
    return [row["account_no"] for row in bank.get(VERIFICATIONS, query).json()["data"]]


def _withdraw(consent):
    person = consent.subject_person
    withdraw_consent(consent=consent, subject=person, actor=Actor("PERSON", person.person_no), at=now())


def test_r14_an_account_is_listed_from_the_consent_until_its_withdrawal(bank, ccb):
    account = personal_account(ccb)
    before = _listed(bank)
    consent = let_verify(account)
    during = _listed(bank)

    _withdraw(consent)

    assert (before, during) == ([], [account.account_no])
    assert _listed(bank) == []
    assert _listed(bank, "?verification=VERIFIED") == []


def test_r14_a_consent_to_another_bank_for_another_use_or_for_other_data_lists_nothing(bank, ccb, icbc):
    account = personal_account(ccb)
    person = account.owner_person
    consent_to(icbc, person, purpose="ACCOUNT_VERIFICATION", kinds=["SETTLEMENT_ACCOUNT"])
    consent_to(ccb, person, purpose="CREDIT_APPLICATION", kinds=["SETTLEMENT_ACCOUNT"])
    consent_to(ccb, person, purpose="ACCOUNT_VERIFICATION", kinds=["IDENTITY"])

    assert _listed(bank) == []


def test_r14_a_consent_of_another_customer_lists_only_his_own_account(bank, ccb):
    personal_account(ccb)
    theirs = told_account(ccb)

    assert _listed(bank) == [theirs.account_no]


def test_r14_a_consent_for_a_range_of_days_does_not_cover_an_account_that_has_none(bank, ccb):
    consent = let_verify(personal_account(ccb))
    Consent.objects.filter(pk=consent.pk).update(data_from=date(2026, 1, 1), data_until=date(2026, 6, 30))

    assert _listed(bank) == []


def test_r14_the_account_leaves_the_list_at_the_second_the_consent_ends(bank, ccb):
    account = told_account(ccb)
    ends = Consent.objects.get().expires_at

    with frozen(ends - timedelta(seconds=1)):
        assert _listed(bank) == [account.account_no]
    with frozen(ends):
        assert _listed(bank) == []


def test_r14_a_shops_account_is_listed_under_the_shops_consent(bank, ccb):
    account = SettlementAccountFactory(bank=ccb, status="PROPOSED", verification="PENDING", verified_at=None)
    ConsentFactory(
        subject_person=None, subject_merchant=account.owner_merchant, recipient=ccb, purpose="ACCOUNT_VERIFICATION",
        kinds=["SETTLEMENT_ACCOUNT"], expires_at=now() + timedelta(days=9),
    )  # fmt: skip

    assert _listed(bank) == [account.account_no]


def test_r14_a_number_known_from_before_opens_nothing_after_the_withdrawal(bank, ccb):
    account = personal_account(ccb)
    consent = let_verify(account)
    path = f"{VERIFICATIONS}/{account.account_no}"
    assert bank.post(f"{path}/result", {"result": "VERIFIED"}, key="result-0001").status_code == 200
    _withdraw(consent)

    answers = [
        bank.get(path),
        bank.get(f"{path}/particulars"),
        bank.post(f"{path}/result", {"result": "VERIFIED"}, key="result-0001"),
        bank.post(f"{path}/result", {"result": "REFUSED"}, key="result-0002"),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (403, "CONSENT_MISSING")
        assert account.masked not in answer.content.decode()
    account.refresh_from_db()
    assert account.verification == "VERIFIED"


def test_r14_a_word_about_an_account_the_bank_may_not_know_of_is_refused_and_changes_nothing(bank, ccb):
    account = personal_account(ccb)

    answer = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", {"result": "VERIFIED"})

    assert (answer.status_code, answer.json()["code"]) == (403, "CONSENT_MISSING")
    account.refresh_from_db()
    assert (account.verification, account.status) == ("PENDING", "PROPOSED")
    assert IdempotencyRecord.objects.get().status == 403


@pytest.mark.django_db(transaction=True)
def test_r14_the_end_of_an_account_the_bank_never_knew_of_is_not_told_to_it(ccb, at):
    account = SettlementAccountFactory(bank=ccb)

    close_settlement_account(account=account, actor=SYSTEM, at=at, reason="owner")
    deliver_due()

    assert not PartnerEvent.objects.exists()


def test_the_list_asks_as_often_for_a_hundred_accounts_as_for_one(bank, ccb):
    told_account(ccb)
    bank.get(VERIFICATIONS)
    with CaptureQueriesContext(connection) as one:
        bank.get(VERIFICATIONS, "?limit=200")
    for _ in range(99):
        told_account(ccb)

    with CaptureQueriesContext(connection) as hundred:
        rows = _listed(bank, "?limit=200")

    assert len(rows) == 100
    assert len(hundred) == len(one)


@pytest.fixture
def owner():
    """An owner in her shop, with her browser."""
    client, user, person = known(41, full_name="阿依古丽")
    client.merchant = MerchantFactory(legal_person=person, name="阿依古丽蔬菜")
    MembershipFactory(merchant=client.merchant, user=user)
    return client


@pytest.mark.django_db(transaction=True)
def test_from_the_holders_tick_to_the_banks_word_and_back(bank, ccb, owner):
    """The whole way: added untold, agreed on the page, listed and told, verified by the bank, seen by the holder."""
    given = {"account_no": numbers.card(21), "holder_name": owner.merchant.legal_name, "bank": ""}
    page = owner.post("/me/shop/accounts/add/", given)["Location"]
    account = SettlementAccount.objects.get()
    deliver_due()
    untold = (_listed(bank), PartnerEvent.objects.count())

    owner.post(f"{page}agree/", {"agreed": "on"})
    deliver_due()
    listed = _listed(bank)
    told = bank.get("/events", "?type=settlement_account.verification_requested").json()["data"]
    answer = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", {"result": "VERIFIED"})

    assert untold == ([], 0)
    assert listed == [account.account_no]
    assert [event["data"] for event in told] == [{"account_no": account.account_no}]
    assert answer.status_code == 200
    assert "已验证" in text(owner.get("/me/shop/accounts/"))

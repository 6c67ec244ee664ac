"""What a bank reads under a consent: its kinds, its days, and nothing after its withdrawal."""

from datetime import timedelta

import pytest

from accounts.models import Disclosure
from accounts.selectors.consents import latest_text
from accounts.services.consents import request_consent, withdraw_consent
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import frozen, now
from tests.accounts.factories import PersonFactory
from tests.banking.factories import (
    consent_to,
    let_verify,
    personal_account,
)

pytestmark = pytest.mark.django_db

VERIFICATIONS = "/settlement-account-verifications"


def _withdraw(consent):
    person = consent.subject_person
    withdraw_consent(consent=consent, subject=person, actor=Actor("PERSON", person.person_no), at=now())


def test_r14_without_consent_or_after_its_withdrawal_the_number_is_not_shown(bank, ccb):
    account = personal_account(ccb)
    path = f"{VERIFICATIONS}/{account.account_no}/particulars"
    before = bank.get(path)
    consent = let_verify(account)
    assert bank.get(path).status_code == 200
    _withdraw(consent)

    after = bank.get(path)

    for answer in (before, after):
        assert answer.status_code == 403
        assert answer.json()["code"] == "CONSENT_MISSING"
        assert account.account_no_sealed.open() not in answer.content.decode()
    assert Disclosure.objects.count() == 1


def test_r14_a_verified_consent_is_403_the_moment_after_its_withdrawal_even_for_a_key_used_before(bank, ccb):
    consent = consent_to(ccb, PersonFactory())
    path = f"/consents/{consent.consent_no}/verify"
    first = bank.post(path, key="verify-0001")
    assert bank.post(path, key="verify-0001").content == first.content

    _withdraw(consent)

    for key in ("verify-0001", "verify-0002"):
        answer = bank.post(path, key=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "CONSENT_MISSING")
    assert first.json()["in_force"] is True
    assert Disclosure.objects.count() == 1
    assert bank.get(f"/consents/{consent.consent_no}").json()["status"] == "REVOKED"


def test_r14_a_consent_covers_its_kinds_only_and_ends_on_its_day(bank, ccb):
    consent = consent_to(ccb, PersonFactory(), kinds=["IDENTITY"])
    path = f"/consents/{consent.consent_no}/verify"

    assert bank.post(path, {"kinds": ["IDENTITY"]}).status_code == 200
    assert bank.post(path, {"kinds": ["IDENTITY", "TRADE_DETAIL"]}).status_code == 403
    with frozen(consent.expires_at):
        assert bank.post(path).status_code == 403
        assert bank.get(f"/consents/{consent.consent_no}").json()["status"] == "EXPIRED"
    assert Disclosure.objects.count() == 1


def test_r15_an_assessment_of_a_person_is_refused_even_under_consent(bank, ccb):
    consent = consent_to(ccb, PersonFactory(), kinds=["ASSESSMENT", "IDENTITY"])

    answer = bank.post(f"/consents/{consent.consent_no}/verify")

    assert (answer.status_code, answer.json()["code"]) == (403, "CHANNEL_NOT_PERMITTED")
    assert not Disclosure.objects.exists()


def test_a_consent_that_was_only_asked_for_is_not_shown(bank, ccb):
    person = PersonFactory()
    consent = request_consent(
        subject=person,
        recipient=ccb,
        kinds=["IDENTITY"],
        text=latest_text("CREDIT_APPLICATION"),
        expires_at=now() + timedelta(days=1),
        actor=Actor("PERSON", person.person_no),
        at=now(),
    )

    assert bank.get(f"/consents/{consent.consent_no}").status_code == 404
    assert bank.get("/consents").json()["data"] == []

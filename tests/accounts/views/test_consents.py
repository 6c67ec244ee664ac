"""Consents on the page: one's own tick, one tap to withdraw."""

import pytest

from accounts.models import (
    Consent,
)
from tests.accounts.factories import (
    ConsentFactory,
)
from tests.accounts.visitors import text

pytestmark = pytest.mark.django_db


def test_r14_no_box_is_ticked_beforehand_and_without_the_tick_nothing_is_written(owner):
    address = "/me/shop/consents/new/?recipient=CCB&purpose=CREDIT_APPLICATION"

    page = text(owner.get(address))
    refused = owner.post(address, {"kinds": ["IDENTITY"], "months": "3"})
    empty = owner.post(address, {"months": "3", "agreed": "on"})

    assert "checked" not in page
    assert "是否放款由银行决定" in page
    assert "2026-11 版" in page
    assert "亲手勾选" in text(refused)
    assert "请勾选要提供的资料" in text(empty)
    assert not Consent.objects.exists()


def test_r14_a_consent_is_given_and_withdrawn_by_one_tap(owner):
    address = "/me/shop/consents/new/?recipient=CCB&purpose=CREDIT_APPLICATION"

    owner.post(address, {"kinds": ["IDENTITY", "TRADE_SUMMARY"], "months": "3", "agreed": "on"})
    consent = Consent.objects.get()
    assert (consent.status, sorted(consent.kinds)) == ("ACTIVE", ["IDENTITY", "TRADE_SUMMARY"])
    assert "撤回" in text(owner.get("/me/shop/consents/"))
    owner.post(f"/me/shop/consents/{consent.consent_no}/withdraw/")

    assert Consent.objects.get().status == "REVOKED"


def test_a_consent_asked_for_is_given_by_ones_own_tick_only(owner):
    consent = ConsentFactory(subject_person=owner.person, status="REQUESTED", signature_hash="", given_at=None)
    address = f"/me/self/consents/{consent.consent_no}/"

    assert "checked" not in text(owner.get(address))
    owner.post(f"{address}give/")
    assert Consent.objects.get().status == "REQUESTED"
    # the factory's text says its purpose, and its hash fits
    owner.post(f"{address}give/", {"agreed": "on"})

    assert Consent.objects.get().status == "ACTIVE"

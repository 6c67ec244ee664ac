"""A bank sees what waits for it and says what fits."""

import pytest

from accounts.models import Disclosure
from silk_road_ebao.kernel.models import AuditEvent, IdempotencyRecord
from tests.accounts import numbers
from tests.banking.factories import (
    let_verify,
    personal_account,
    told_account,
)

pytestmark = pytest.mark.django_db

VERIFICATIONS = "/settlement-account-verifications"


def test_the_list_shows_what_waits_and_masks_it(bank, ccb, account):
    told_account(ccb, verification="VERIFIED", status="ACTIVE")

    page = bank.get(VERIFICATIONS).json()

    assert [row["account_no"] for row in page["data"]] == [account.account_no]
    assert page["data"][0]["masked_number"] == account.masked
    assert page["data"][0]["masked_holder"] == account.holder_name[0] + "**"
    assert page["next_cursor"] is None
    assert page["has_more"] is False
    assert not Disclosure.objects.exists()


def test_a_bank_reports_that_an_account_fits(bank, account):
    response = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", {"result": "VERIFIED"})

    assert response.status_code == 200
    assert response.json()["verification"] == "VERIFIED"
    account.refresh_from_db()
    assert (account.verification, account.status) == ("VERIFIED", "ACTIVE")
    assert bank.get(VERIFICATIONS).json()["data"] == []


def test_a_bank_reports_that_an_account_does_not_fit(bank, account):
    given = {"result": "REFUSED", "note": "户名不符"}

    response = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", given)

    assert response.json()["verification"] == "REFUSED"
    account.refresh_from_db()
    assert (account.verification, account.verification_note) == ("REFUSED", "户名不符")


@pytest.mark.parametrize(
    "given", [{}, {"result": "PENDING"}, {"result": True}, {"result": ["VERIFIED"]}, {"result": "VERIFIED", "note": 5}]
)
def test_any_other_word_is_refused(bank, account, given):
    response = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", given)

    assert response.status_code == 400
    account.refresh_from_db()
    assert account.verification == "PENDING"
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize(
    "note", [f"卡号 {numbers.card(77)}", "电话 13912345678", "11010519491231002X", "6217001234567890"]
)
def test_r25_numbers_of_people_are_refused_in_any_text(bank, account, note):
    response = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", {"result": "REFUSED", "note": note})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/note"
    assert note not in response.content.decode()


def test_r16_number_and_name_in_full_are_shown_under_consent_and_each_reading_is_logged(bank, ccb):
    account = personal_account(ccb)
    consent = let_verify(account)

    answers = [bank.get(f"{VERIFICATIONS}/{account.account_no}/particulars") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json()["account_number"] == account.account_no_sealed.open()
    assert answers[0].json()["holder_name"] == account.holder_name
    logged = Disclosure.objects.filter(consent=consent, recipient=ccb, what=account.account_no)
    assert {row.disclosure_no for row in logged} == {answer.json()["disclosure_no"] for answer in answers}
    assert AuditEvent.objects.filter(action="kernel.sealed.reveal").count() == 3

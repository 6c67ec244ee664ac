"""One key, one effect, one answer."""

import json
import threading

import pytest
from django.db import connection

from accounts.models import CreditAccount, SettlementAccount
from banking.models import AccountActivityBatch
from silk_road_ebao.kernel.idempotency import fingerprint_of, once
from silk_road_ebao.kernel.models import IdempotencyRecord
from tests.banking.factories import activity, credit_report, personal_account, played
from tests.banking.partner import ROOT

pytestmark = pytest.mark.django_db

BATCHES = "/account-activity/batches"


@pytest.fixture
def account(ccb):
    return personal_account(ccb, verification="VERIFIED", status="ACTIVE")


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with space"])
def test_a_write_without_a_proper_key_is_refused(bank, account, key):
    response = bank.post(BATCHES, activity([(account.account_no, 1, 5, 0, 5)]), key=key)

    assert response.status_code == 400
    assert response.json()["code"] == "IDEMPOTENCY_KEY_MISSING"
    assert not AccountActivityBatch.objects.exists()


def test_the_same_key_gives_the_same_answer_to_the_byte_and_no_second_effect(bank, account):
    report = activity([(account.account_no, 1, 5, 0, 5)])
    first = bank.post(BATCHES, report, key="oct-0001")

    again = bank.post(BATCHES, report, key="oct-0001")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert AccountActivityBatch.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(bank, account):
    bank.post(BATCHES, activity([(account.account_no, 1, 5, 0, 5)]), key="oct-0001")

    response = bank.post(BATCHES, activity([(account.account_no, 1, 6, 0, 6)], batch_ref="OCT-2"), key="oct-0001")

    assert response.status_code == 422
    assert response.json()["code"] == "KEY_REUSED"
    assert AccountActivityBatch.objects.count() == 1


def test_the_same_key_at_another_address_is_refused(bank, account):
    bank.post(BATCHES, activity([(account.account_no, 1, 5, 0, 5)]), key="oct-0001")

    response = bank.post("/sandbox/scenarios/consent-given", key="oct-0001")

    assert response.status_code == 422


def test_a_key_in_use_at_this_moment_answers_409_with_a_time_to_come_back(bank, account):
    body = json.dumps(activity([(account.account_no, 1, 5, 0, 5)])).encode()
    print_ = fingerprint_of("POST", ROOT + BATCHES, body)

    with once(scope="partner:CCB", key="oct-0001", fingerprint=print_):
        response = bank.post(BATCHES, body, key="oct-0001")

    assert response.status_code == 409
    assert response.json()["code"] == "IN_FLIGHT"
    assert response["Retry-After"] == "1"
    assert not AccountActivityBatch.objects.exists()


def test_two_banks_may_use_the_same_key(bank, other_bank):
    assert bank.post("/sandbox/scenarios/consent-given", key="the-same-key").status_code == 201
    assert other_bank.post("/sandbox/scenarios/consent-given", key="the-same-key").status_code == 201


def test_a_refusal_of_the_service_is_kept_too(bank, ccb, account):
    report = activity([("SAC00000000000000000000", 1, 5, 0, 5)])
    first = bank.post(BATCHES, report, key="oct-0001")
    SettlementAccount.objects.filter(pk=account.pk).update(account_no="SAC00000000000000000000")

    again = bank.post(BATCHES, report, key="oct-0001")

    assert first.status_code == again.status_code == 422
    assert again.content == first.content
    assert again["Content-Type"] == "application/problem+json"
    assert not AccountActivityBatch.objects.exists()


def test_a_body_that_could_not_be_read_leaves_the_key_free(bank, account):
    assert bank.post(BATCHES, {"rows": []}, key="oct-0001").status_code == 400
    assert not IdempotencyRecord.objects.exists()

    assert bank.post(BATCHES, activity([(account.account_no, 1, 5, 0, 5)]), key="oct-0001").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_six_parallel_writes_with_one_key_have_one_effect(bank, ccb):
    made = played(ccb, "account-verified")
    report = activity([(made["account_no"], 1, 5, 0, 5)])
    start, seen = threading.Barrier(6), []

    def write():
        start.wait()
        for _ in range(40):
            response = bank.post(BATCHES, report, key="six-at-once")
            if response.status_code != 409:
                break
        seen.append((response.status_code, response.content))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 6
    assert {status for status, _body in seen} == {201}
    assert len({body for _status, body in seen}) == 1
    assert AccountActivityBatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_six_parallel_reports_with_six_keys_still_make_one_credit_account(bank, ccb):
    made = played(ccb, "account-verified")
    report = credit_report(made["customer_no"])
    start, seen = threading.Barrier(6), []

    def write(number):
        start.wait()
        seen.append(bank.post("/credit-accounts/reports", report, key=f"credit-{number:04d}").status_code)
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(seen) == {200}
    assert CreditAccount.objects.count() == 1

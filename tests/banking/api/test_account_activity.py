"""Batches of account activity: whole or not at all, each fault by its row."""

from datetime import timedelta

import pytest

from accounts.models import AccountUsage
from accounts.selectors.settlement_accounts import remaining_allowance
from banking.models import AccountActivity, AccountActivityBatch
from tests.banking.factories import (
    activity,
    personal_account,
)

pytestmark = pytest.mark.django_db

BATCHES = "/account-activity/batches"


def test_a_month_of_activity_is_taken_and_counts_for_the_allowance(bank, account):
    rows = [(account.account_no, day, 100_000, 40_000, 60_000 * day) for day in range(1, 32)]

    response = bank.post(BATCHES, activity(rows))

    assert response.status_code == 201
    told = response.json()
    assert (told["row_count"], told["in_fen"], told["out_fen"]) == (31, 3_100_000, 1_240_000)
    assert bank.get(f"{BATCHES}/{told['batch_no']}").json() == told
    assert AccountUsage.objects.filter(account=account).count() == AccountActivity.objects.count() == 31
    account.refresh_from_db()
    assert account.last_active_at.isoformat() == "2026-10-30T16:00:00+00:00"
    at = account.last_active_at + timedelta(hours=1)
    assert remaining_allowance(account, at).in_fen == 1_000_000 - 100_000


def test_a_later_batch_replaces_the_figures_and_both_stay_on_record(bank, account):
    bank.post(BATCHES, activity([(account.account_no, 1, 100, 0, 100)]))

    bank.post(BATCHES, activity([(account.account_no, 1, 250, 0, 250)], batch_ref="OCT-1-corrected"))

    assert AccountUsage.objects.get().in_fen == 250
    assert AccountActivity.objects.count() == 2


def test_a_batch_reference_is_never_used_twice(bank, account):
    report = activity([(account.account_no, 1, 100, 0, 100)])
    first = bank.post(BATCHES, report)

    again = bank.post(BATCHES, report)

    assert again.status_code == 409
    assert again.json()["code"] == "BATCH_KNOWN"
    assert first.json()["batch_no"] in again.json()["detail"]
    assert AccountActivityBatch.objects.count() == 1


def test_one_faulty_row_refuses_the_whole_batch_and_every_fault_has_its_row(bank, icbc, account):
    foreign = personal_account(icbc)
    rows = [
        (account.account_no, 1, 100, 0, 100),
        (foreign.account_no, 1, 100, 0, 100),
        (account.account_no, 1, 200, 0, 200),
        (account.account_no, 2, 100, 0, 100),
    ]
    report = activity(rows)
    report["rows"][3]["business_date"] = "2026-11-02"

    response = bank.post(BATCHES, report)

    assert response.status_code == 422
    assert response.json()["code"] == "BATCH_REFUSED"
    found = [(fault["row"], fault["code"], fault["pointer"]) for fault in response.json()["errors"]]
    assert found == [
        (2, "ACCOUNT_UNKNOWN", "/rows/1/account_no"),
        (3, "ROW_TWICE", "/rows/2/business_date"),
        (4, "DAY_OUTSIDE_PERIOD", "/rows/3/business_date"),
    ]
    assert not AccountActivityBatch.objects.exists()
    assert not AccountUsage.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("in_fen", -1),
        ("in_fen", "100"),
        ("in_fen", True),
        ("in_fen", None),
        ("in_fen", 10**12),
        ("business_date", "01/10/2026"),
        ("business_date", 20261001),
        ("business_date", "0001-01-01"),
        ("account_no", "6217001234567890128"),
        ("account_no", ["SAC00000000000000000000"]),
        ("fee_fen", 1),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_number(bank, account, field, value):
    report = activity([(account.account_no, 1, 1, 0, 1), (account.account_no, 2, 1, 0, 1)])
    report["rows"][1][field] = value

    response = bank.post(BATCHES, report)

    assert response.status_code == 400
    assert [(fault["row"], fault["pointer"]) for fault in response.json()["errors"]] == [(2, f"/rows/1/{field}")]
    assert not AccountActivityBatch.objects.exists()


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        ("2026-10-31", "2026-10-01", "PERIOD_REVERSED"),
        ("2026-09-30", "2026-10-31", "PERIOD_TOO_LONG"),
        ("2099-10-01", "2099-10-02", "DAY_IN_FUTURE"),
    ],
)
def test_a_period_that_cannot_be_is_refused(bank, account, begins, ends, code):
    report = activity([(account.account_no, 1, 1, 0, 1)], period_from=begins, period_until=ends)

    response = bank.post(BATCHES, report)

    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == code
    assert not AccountActivityBatch.objects.exists()

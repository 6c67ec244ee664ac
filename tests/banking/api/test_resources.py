"""Every resource does its work, and its refusals write nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccountUsage, CreditAccount, CreditActivation, Disclosure, SettlementAccount
from accounts.selectors.consents import latest_text
from accounts.selectors.settlement_accounts import remaining_allowance
from accounts.services.consents import request_consent, withdraw_consent
from banking.models import AccountActivity, AccountActivityBatch
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import frozen, now
from silk_road_ebao.kernel.models import AuditEvent, IdempotencyRecord
from tests.accounts import numbers
from tests.accounts.factories import PersonFactory
from tests.banking.factories import (
    activity,
    consent_to,
    credit_report,
    let_verify,
    personal_account,
    played,
    told_account,
)

pytestmark = pytest.mark.django_db

VERIFICATIONS = "/settlement-account-verifications"
BATCHES = "/account-activity/batches"
REPORTS = "/credit-accounts/reports"


@pytest.fixture
def account(ccb):
    return told_account(ccb)


def _withdraw(consent):
    person = consent.subject_person
    withdraw_consent(consent=consent, subject=person, actor=Actor("PERSON", person.person_no), at=now())


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


@pytest.mark.parametrize(
    "raw",
    [
        b'{"result":"VERIFIED","result":"REFUSED"}',
        b'{"result":NaN}',
        b'{"result":1.0}',
        b'{"result":1e2}',
        b'{"result":9007199254740993}',
        b'{"result":-9007199254740993}',
        b'{"result":"\\ud800"}',
        b'{"result":"\\u0000"}',
        b'{"\\u0000":1}',
        b'["VERIFIED"]',
        b'"VERIFIED"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"1" * 5000,
    ],
)
def test_json_that_two_readers_could_understand_differently_is_refused(bank, account, raw):
    response = bank.post(f"{VERIFICATIONS}/{account.account_no}/result", raw)

    assert response.status_code == 400
    assert response.json()["code"] == "MALFORMED_JSON"
    account.refresh_from_db()
    assert account.verification == "PENDING"


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_other_content_types_are_refused(bank, account, kind):
    path = f"{VERIFICATIONS}/{account.account_no}/result"

    response = bank.post(path, b'{"result":"VERIFIED"}', headers={"Content-Type": kind})

    assert response.status_code == 415
    account.refresh_from_db()
    assert account.verification == "PENDING"


def test_a_credit_account_is_reported_in_bands_with_its_days_of_use(bank, account):
    customer = account.owner_person.person_no
    day = now().date().isoformat()

    first = bank.post(REPORTS, credit_report(customer, active_dates=[day]))
    second = bank.post(REPORTS, credit_report(customer, usage_band="30_70", active_dates=[day, "2026-11-01"]))

    assert first.status_code == second.status_code == 200
    assert first.json()["state"] == "ACTIVE"
    assert second.json()["credit_account_no"] == first.json()["credit_account_no"]
    assert (second.json()["usage_band"], second.json()["active_days"]) == ("30_70", 2)
    shown = bank.get(f"/credit-accounts/{first.json()['credit_account_no']}").json()
    assert shown == second.json()


def test_a_report_about_somebody_who_is_no_customer_of_the_bank_is_404_as_one_about_nobody(bank):
    stranger = PersonFactory()

    for number in (stranger.person_no, "PER00000000000000000000", "MER00000000000000000000", "ORD00000000000000000000"):
        response = bank.post(REPORTS, credit_report(number))
        assert (response.status_code, response.json()["code"]) == (404, "CUSTOMER_UNKNOWN")

    assert not CreditAccount.objects.exists()


def test_an_illegal_transition_is_409_and_changes_nothing(bank, account):
    customer = account.owner_person.person_no
    bank.post(REPORTS, credit_report(customer, state="CLOSED"))

    response = bank.post(REPORTS, credit_report(customer, state="ACTIVE"))

    assert (response.status_code, response.json()["code"]) == (409, "ILLEGAL_TRANSITION")
    assert CreditAccount.objects.get().status == "CLOSED"
    assert not CreditActivation.objects.exists()


def test_the_same_reference_for_another_customer_is_409(bank, ccb, account):
    bank.post(REPORTS, credit_report(account.owner_person.person_no))

    response = bank.post(REPORTS, credit_report(personal_account(ccb).owner_person.person_no))

    assert (response.status_code, response.json()["code"]) == (409, "HOLDER_CHANGED")
    assert CreditAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bank_reference", "6217 0012 3456 7890 128"),
        ("bank_reference", ""),
        ("limit_band", "12345.67"),
        ("limit_band", 5_000_000),
        ("kind", "LOAN"),
        ("state", "MINE"),
        ("reported_at", "2026-11-23T10:00:00"),
        ("reported_at", "0001-01-01T00:00:00+08:00"),
        ("active_dates", "2026-11-01"),
        ("limit_fen", 5_000_000),
    ],
)
def test_a_credit_report_that_cannot_be_read_is_refused_at_its_field(bank, account, field, value):
    response = bank.post(REPORTS, credit_report(account.owner_person.person_no, **{field: value}))

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"].startswith(f"/{field}")
    assert not CreditAccount.objects.exists()


def test_a_day_to_come_in_a_credit_report_is_refused_and_nothing_is_written(bank, account):
    report = credit_report(account.owner_person.person_no, active_dates=["2099-01-01"])

    response = bank.post(REPORTS, report)

    assert response.status_code == 422
    assert not CreditAccount.objects.exists()


def test_an_unknown_version_parameter_or_repeated_parameter_is_refused(bank):
    assert bank.get("/whoami", headers={"Ebao-Version": "2020-01-01"}).json()["code"] == "VERSION_UNKNOWN"
    assert bank.get("/whoami", headers={"Ebao-Version": "2026-11-01"}).status_code == 200
    for query in ("?ordering=id", "?bank=ICBC", "?bank__code=ICBC", "?limit=1&limit=2", "?format=api", "?cursor=%00"):
        assert bank.get(VERIFICATIONS, query).status_code == 400, query


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=201", "?limit=-1", "?limit=x", "?limit=٣", "?cursor=!", "?cursor=MQ", "?verification=MINE"],
)
def test_pages_are_capped_and_cursors_are_ours(bank, query):
    if "٣" in query:
        query = "?limit=%D9%A3"

    response = bank.get(VERIFICATIONS, query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] in query


def test_a_list_is_walked_page_by_page_without_loss(bank, ccb):
    made = [told_account(ccb).account_no for _ in range(7)]
    seen, query = [], "?limit=3"

    for _ in range(3):
        page = bank.get(VERIFICATIONS, query).json()
        seen += [row["account_no"] for row in page["data"]]
        query = f"?limit=3&cursor={page['next_cursor']}"

    assert seen == made
    assert page["has_more"] is False


def test_a_list_costs_the_same_queries_for_one_row_and_twenty(bank, ccb):
    costs = []
    for more in (1, 19):
        for _ in range(more):
            played(ccb, "account-waiting")
        bank.get(VERIFICATIONS)
        for path in (VERIFICATIONS, "/consents", "/credit-accounts", BATCHES):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                bank.get(path)
            costs.append((path, len(queries)))

    assert costs[:4] == costs[4:]


def test_scenarios_exist_in_the_demo_only(bank, settings):
    settings.DEMO = False

    response = bank.post("/sandbox/scenarios/account-waiting")

    assert (response.status_code, response.json()["code"]) == (404, "NO_SUCH_SCENARIO")
    assert not SettlementAccount.objects.exists()


def test_only_banks_report_on_accounts(bank):
    type(bank.institution).objects.filter(pk=bank.institution.pk).update(kind="CREDIT_AGENCY")

    for response in (bank.get(VERIFICATIONS), bank.get("/credit-accounts"), bank.post(BATCHES), bank.post(REPORTS)):
        assert (response.status_code, response.json()["code"]) == (403, "FORBIDDEN")
    assert bank.get("/consents").status_code == 200

"""Credit accounts as banks report them, and what all resources share: bodies, pages, refusals that write nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CreditAccount, CreditActivation, SettlementAccount
from silk_road_ebao.kernel.clock import now
from tests.accounts.factories import PersonFactory
from tests.banking.factories import (
    credit_report,
    personal_account,
    played,
    told_account,
)

pytestmark = pytest.mark.django_db

VERIFICATIONS = "/settlement-account-verifications"
BATCHES = "/account-activity/batches"
REPORTS = "/credit-accounts/reports"


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

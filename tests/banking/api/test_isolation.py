"""Bank B never sees what is bank A's: not by number, list, filter, ordering, cursor or count."""

import re

import pytest
from rest_framework import serializers

from accounts.models import SettlementAccount
from banking.api import description
from banking.api.base import PartnerView
from banking.api.serializers import StrictInput
from banking.models import PartnerEvent
from banking.services.partner_events import tell_partner
from banking.urls import urlpatterns
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.masking import find_secret
from tests.banking.factories import activity, credit_report, played, told_account

pytestmark = pytest.mark.django_db

LISTS = {
    "/events": ("type=consent.given",),
    "/settlement-account-verifications": ("verification=PENDING", "verification=VERIFIED", "account_class=II"),
    "/account-activity/batches": ("batch_ref=OCT-1", "period_from=2026-10-01"),
    "/credit-accounts": ("state=ACTIVE", "kind=CREDIT_CARD", "bank_reference=card-7f3a"),
    "/consents": ("status=ACTIVE", "purpose=ACCOUNT_VERIFICATION"),
}
PUBLIC = {"health", "keys", "openapi", "docs", "file", "nothing"}
OURS_ALONE = {"whoami", "scenario"}


@pytest.fixture
def theirs(bank, ccb):
    """Everything the API knows, belonging to CCB."""
    made = played(ccb, "account-waiting")
    told_account(ccb, verification="VERIFIED", status="ACTIVE")
    batch = bank.post("/account-activity/batches", activity([(made["account_no"], 1, 5, 0, 5)])).json()
    credit = bank.post("/credit-accounts/reports", credit_report(made["customer_no"])).json()
    tell_partner(institution=ccb, type="consent.given", data={"consent_no": "x"}, source="a", at=now())
    return {
        "account_no": made["account_no"],
        "consent_no": made["consent_no"],
        "customer_no": made["customer_no"],
        "batch_no": batch["batch_no"],
        "credit_account_no": credit["credit_account_no"],
    }


def _routes():
    """Give every address of the API with its view."""
    return [
        (entry.name, str(entry.pattern), entry.callback.cls)
        for entry in urlpatterns
        if issubclass(getattr(entry.callback, "cls", type), PartnerView)
    ]


def _bodies(theirs):
    return {
        "result": {"result": "VERIFIED"},
        "batches": activity([(theirs["account_no"], 1, 5, 0, 5)]),
        "credit-reports": credit_report(theirs["customer_no"]),
        "consent-verify": {},
    }


def test_every_object_of_another_bank_is_404_at_every_address(bank, other_bank, theirs):
    tried = 0
    for name, route, view in _routes():
        if "<number:" not in route:
            continue
        path = "/" + re.sub(r"<number:(\w+)>", lambda found: theirs[found[1]], route).removeprefix("v1/")
        for method in ("get", "post"):
            if not hasattr(view, method):
                continue
            body = [_bodies(theirs)[name]] if method == "post" else []
            foreign, own = (getattr(who, method)(path, *body) for who in (other_bank, bank))
            assert (foreign.status_code, own.status_code) == (404, 200), (method, path)
            assert foreign.json()["code"] == "NOT_FOUND"
            tried += 1

    assert tried == 7


def test_writes_that_name_another_banks_object_in_the_body_find_nothing(other_bank, theirs):
    batch = other_bank.post("/account-activity/batches", _bodies(theirs)["batches"])
    credit = other_bank.post("/credit-accounts/reports", _bodies(theirs)["credit-reports"])

    assert (batch.status_code, batch.json()["errors"][0]["code"]) == (422, "ACCOUNT_UNKNOWN")
    assert (credit.status_code, credit.json()["code"]) == (404, "CUSTOMER_UNKNOWN")


def test_every_list_of_another_bank_is_empty_by_every_filter_and_every_cursor(bank, other_bank, theirs):
    lists = {f"/{route.removeprefix('v1/')}" for _name, route, view in _routes() if view.query}
    assert lists == set(LISTS)

    for path, filters in LISTS.items():
        mine = bank.get(path, "?limit=1").json()
        assert mine["data"], path
        cursors = [f"cursor={mine['next_cursor']}"] if mine["next_cursor"] else []
        for query in ("", *filters, *cursors, "limit=200"):
            answer = other_bank.get(path, f"?{query}" if query else "").json()
            assert (answer["data"], answer["has_more"]) == ([], False), (path, query)


@pytest.mark.parametrize(
    "name", ["ordering", "order_by", "sort", "bank", "institution", "recipient", "bank__code", "id", "pk", "count"]
)
def test_lists_cannot_be_ordered_widened_or_counted(bank, name):
    for path in LISTS:
        answer = bank.get(path, f"?{name}=-id")
        assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_PARAMETER")
        assert "count" not in bank.get(path).json()


def test_every_filter_the_schema_names_is_allowed_and_tried_above():
    for path, methods in description.description()["paths"].items():
        named = {p["name"] for p in methods.get("get", {}).get("parameters", []) if p["in"] == "query"}
        tried = {filter_.split("=")[0] for filter_ in LISTS.get(path.removeprefix("/partner/v1"), ())}
        assert named - {"cursor", "limit"} == tried, path


def test_every_address_is_signed_for_but_the_ones_that_belong_to_nobody():
    for name, _route, view in _routes():
        assert bool(view.authentication_classes) is (name not in PUBLIC), name


def _inputs():
    """Find every serializer that a write reads, those inside included."""
    found = []
    for _name, _route, view in _routes():
        if hasattr(view, "post"):
            found.append(view.Input)
    for outer in list(found):
        found += [
            type(field.child) for field in outer().fields.values() if isinstance(field, serializers.ListSerializer)
        ]
    return found


def test_every_input_refuses_names_it_does_not_know():
    extra = ("status", "institution", "bank", "bank_id", "merchant_id", "fee_bps", "verification", "id", "actor", "at")

    assert len(_inputs()) == 6
    for reader in _inputs():
        assert issubclass(reader, StrictInput), reader
        for name in extra:
            given = reader(data={name: "1"})
            assert not given.is_valid()
            assert given.errors[name][0].code == "unknown_field", (reader, name)


def test_smuggled_names_change_nothing(bank, theirs):
    for name, path, body in (
        ("result", f"/settlement-account-verifications/{theirs['account_no']}/result", {"result": "VERIFIED"}),
        ("batches", "/account-activity/batches", activity([(theirs["account_no"], 2, 5, 0, 5)], batch_ref="OCT-2")),
        ("credit", "/credit-accounts/reports", credit_report(theirs["customer_no"])),
        ("consent", f"/consents/{theirs['consent_no']}/verify", {}),
        ("scenario", "/sandbox/scenarios/consent-given", {}),
    ):
        for extra in ("status", "institution", "fee_bps"):
            answer = bank.post(path, {**body, extra: "ICBC"})
            assert answer.status_code == 400, (name, extra)
            assert answer.json()["errors"][0]["code"] == "UNKNOWN_FIELD"


ASSESSED = re.compile(r"assess|score|rating|grade|risk_level|评估|评分", re.IGNORECASE)


def test_r15_no_answer_of_any_endpoint_has_a_place_for_an_assessment():
    """R15: assessments of natural persons never leave by this API."""
    schemas = description.description()["components"]["schemas"]
    names = [f"{schema}.{name}" for schema, told in schemas.items() for name in told.get("properties", {})]

    assert len(names) > 60
    assert [name for name in names if ASSESSED.search(name)] == []
    assert [path for path in description.description()["paths"] if ASSESSED.search(path)] == []


def test_r12_no_answer_but_the_particulars_holds_a_number_of_a_person(bank, theirs):
    account = SettlementAccount.objects.get(account_no=theirs["account_no"])
    kept = (account.account_no_sealed.open(), account.holder_name, account.owner_person.id_sealed.open())

    for path in (
        *LISTS,
        f"/consents/{theirs['consent_no']}",
        f"/settlement-account-verifications/{account.account_no}",
    ):
        text = bank.get(path).content.decode()
        assert not any(secret in text for secret in kept), path
        assert find_secret(text) == "", path


def test_no_view_is_left_out_of_the_schema():
    described = set(description.description()["paths"])
    routes = {
        "/partner/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        for name, route, view in _routes()
        if issubclass(view, PartnerView) and name not in {"openapi", "nothing"}
    }

    assert described == routes


def test_the_other_bank_has_no_events(other_bank, theirs):
    assert PartnerEvent.objects.count() == 1
    assert other_bank.get("/events").json() == {"data": [], "has_more": False, "next_cursor": "0"}

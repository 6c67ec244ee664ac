"""The ledger's pages in the console: complete, and without a way to write."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from payments.ledger.models import Book, JournalLine, LedgerAccount, Proof
from payments.ledger.services.proof import record_proof
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DUE, capture, value

MODELS = (LedgerAccount, JournalLine, Book, Proof)


@pytest.fixture
def request_of_root(rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = get_user_model()(is_superuser=True, is_staff=True, is_active=True)
    return request


def page(model, request):
    return admin.site._registry[model].get_changelist_instance(request)


@pytest.mark.parametrize("model", MODELS)
def test_not_even_a_superuser_can_write(request_of_root, model):
    page_of = admin.site._registry[model]

    assert not page_of.has_add_permission(request_of_root)
    assert not page_of.has_change_permission(request_of_root)
    assert not page_of.has_delete_permission(request_of_root)
    assert page_of.has_view_permission(request_of_root)
    assert page_of.get_actions(request_of_root) == {}


@pytest.mark.parametrize("count", [1, 20])
def test_lists_cost_the_same_queries_whatever_they_hold(
    accounts, request_of_root, count, django_assert_max_num_queries
):
    for number in range(count):
        capture(1, merchant=f"MER{number}")

    for model in MODELS:
        with django_assert_max_num_queries(3):
            changes = page(model, request_of_root)
            shown = [
                [
                    getattr(changes.model_admin, name, lambda row, n=name: getattr(row, n))(row)
                    for name in changes.model_admin.list_display
                ]
                for row in changes.result_list
            ]
        assert shown or model in (Book, Proof)


def test_accounts_show_their_balances_in_yuan(accounts, request_of_root):
    capture(123_450)

    row = next(a for a in page(LedgerAccount, request_of_root).result_list if a.code == DUE.text)

    assert admin.site._registry[LedgerAccount].balance(row) == "¥1,234.50"


def test_the_journal_is_searched_by_subject(accounts, rf, request_of_root):
    capture(1, subject=new_uuid())
    subject = new_uuid()
    capture(2, subject=subject)

    for term, amounts in ((str(subject), [2]), ("nonsense", []), ("", [2, 1])):
        request = rf.get("/admin/", {"q": term})
        request.user = request_of_root.user
        assert [line.amount for line in page(JournalLine, request).result_list] == amounts


def test_a_proof_page_escapes_what_it_shows(db):
    proof = record_proof(deep=False, actor=SYSTEM, at=datetime(2026, 11, 2, tzinfo=UTC))
    proof.findings = [{"proof": "<b>", "what": "w", "expected": "e", "found": "f"}]

    assert "&lt;b&gt;" in admin.site._registry[Proof].found(proof)
    assert value("SELECT count(*) FROM ledger_proof") == 1

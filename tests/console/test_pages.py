"""Console pages are read-only, hide sealed columns and show refusals as messages."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import BinaryField
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from silk_road_ebao.console.operator_admin import OperatorAdmin, hidden_names
from silk_road_ebao.kernel import clock, outbox
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.models import OutboxDelivery, OutboxFact

pytestmark = pytest.mark.django_db
ALL = ("MAKER", "CHECKER", "RISK", "AUDITOR")
PAGES = [page for page in admin.site._registry.values() if isinstance(page, OperatorAdmin)]


def name(page) -> str:
    return page.opts.label_lower


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_list_opens_and_nothing_can_be_added_there(page, sit_down):
    client = sit_down(*ALL)
    info = (page.opts.app_label, page.opts.model_name)

    listed = client.get(reverse("admin:{}_{}_changelist".format(*info)))
    add = client.get(reverse("admin:{}_{}_add".format(*info)))

    assert listed.status_code == 200
    assert add.status_code == 403


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_sealed_column_or_bytes_are_shown(page, rf):
    request = rf.get("/")
    hidden = {field.name for field in page.model._meta.concrete_fields if isinstance(field, (SealedField, BinaryField))}

    assert set(hidden_names(page.model)) == hidden
    assert not hidden & {str(field) for field in page.get_fields(request)}
    assert not hidden & {str(column) for column in page.list_display}


def test_the_audit_trail_is_for_auditors_and_checkers(sit_down):
    url = reverse("admin:kernel_auditevent_changelist")

    assert sit_down("MAKER").get(url).status_code == 403
    assert sit_down("AUDITOR").get(url).status_code == 200


def test_a_list_costs_the_same_queries_for_one_row_and_twenty(sit_down):
    client = sit_down("AUDITOR")
    url = reverse("admin:kernel_auditevent_changelist")
    record(actor=SYSTEM, action="tests.a", subject="s", at=clock.now())
    client.get(url)

    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url)
    for _ in range(20):
        record(actor=SYSTEM, action="tests.a", subject="s", at=clock.now())
    with CaptureQueriesContext(connection) as twenty:
        client.get(url)

    assert len(twenty) == len(one)


@pytest.fixture
def dead():
    fact = OutboxFact.objects.create(topic="tests.topic", key="k1", payload={}, at=clock.now())
    return OutboxDelivery.objects.create(
        fact=fact, handler="tests.handler", attempts=10, due_at=clock.now(), dead_at=clock.now(), last_error="x"
    )


def test_a_dead_letter_is_put_back_into_the_queue_by_its_button(sit_down, dead, monkeypatch):
    monkeypatch.setattr(outbox, "nudge", lambda: None)

    sit_down("MAKER").post(reverse("admin:kernel_outboxdelivery_press", args=[dead.pk, "redeliver"]))

    dead.refresh_from_db()
    assert dead.dead_at is None


def test_a_refusal_is_shown_as_a_message_and_the_other_rows_go_on(sit_down, dead, monkeypatch):
    monkeypatch.setattr(outbox, "nudge", lambda: None)
    alive = OutboxDelivery.objects.create(fact=dead.fact, handler="tests.other", due_at=clock.now())
    ticked = {"action": "redeliver", "_selected_action": [alive.pk, dead.pk]}

    page = sit_down("MAKER").post(reverse("admin:kernel_outboxdelivery_changelist"), ticked, follow=True)

    dead.refresh_from_db()
    assert "这条投递没有失败" in page.content.decode()
    assert dead.dead_at is None


def test_nothing_can_be_deleted_in_bulk(sit_down, dead):
    ticked = {"action": "delete_selected", "_selected_action": [dead.pk], "post": "yes"}

    sit_down(*ALL).post(reverse("admin:kernel_outboxdelivery_changelist"), ticked)

    assert OutboxDelivery.objects.filter(pk=dead.pk).exists()


def test_the_sidebar_only_leads_to_pages_that_exist(sit_down):
    client = sit_down(*ALL)
    groups = client.get("/admin/").context["sidebar_navigation"]

    assert groups
    for group in groups:
        for item in group["items"]:
            assert client.get(item["link"]).status_code == 200, item["link"]


def test_the_sidebar_marks_the_one_place_where_the_operator_is(sit_down):
    client = sit_down(*ALL)
    groups = client.get("/admin/").context["sidebar_navigation"]

    for link in [item["link"] for group in groups for item in group["items"]]:
        shown = client.get(link).context["sidebar_navigation"]
        assert [item["link"] for group in shown for item in group["items"] if item["active"]] == [link]


def test_no_page_of_django_or_its_guests_shows_what_ours_hide():
    for label in ("auth_group", "mfa_authenticator", "axes_accessattempt", "account_emailaddress"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{label}_changelist")

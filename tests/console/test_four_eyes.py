"""The console shows a frozen diff and lets only another person decide."""

import pytest
from django.urls import reverse

from silk_road_ebao.console.four_eyes import diff_lines
from silk_road_ebao.kernel import approvals, clock
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.models import Approval

pytestmark = pytest.mark.django_db
DONE = []


@pytest.fixture
def asked(monkeypatch):
    """Ask for a change whose service only notes that it was carried out."""
    DONE.clear()
    monkeypatch.setitem(approvals._verbs, "tests.change", approvals._Verb(lambda **given: DONE.append(given), None))

    def ask(maker: Actor) -> Approval:
        return approvals.request_approval(
            verb="tests.change",
            subject="MER1",
            diff={"账号": {"from": "6217 00** **** 1234", "to": "6222 02** **** 9999"}},
            maker=maker,
            at=clock.now(),
        )

    return ask


def press(client, approval, name, **more):
    url = reverse("admin:kernel_approval_press", args=[approval.pk, name])
    answer = client.post(url, more)
    approval.refresh_from_db()
    return answer


def test_a_checker_sees_what_is_now_and_what_will_be(sit_down, asked):
    approval = asked(Actor("OPERATOR", "OPR1", "经办"))

    page = sit_down("CHECKER").get(reverse("admin:kernel_approval_change", args=[approval.pk])).content.decode()

    assert "<del>6217 00** **** 1234</del>" in page
    assert "<ins>6222 02** **** 9999</ins>" in page
    assert "press/approve/" in page


def test_a_checker_approves_and_the_change_is_carried_out(sit_down, asked):
    approval = asked(Actor("OPERATOR", "OPR1", "经办"))

    press(sit_down("CHECKER"), approval, "approve")

    assert approval.status == "APPROVED"
    assert [given["subject"] for given in DONE] == ["MER1"]


def test_the_maker_cannot_approve_his_own_request_whatever_he_presses(sit_down, asked):
    client = sit_down("MAKER", "CHECKER")
    approval = asked(Actor("OPERATOR", client.operator.operator_no, client.operator.name))

    page = press(client, approval, "approve")
    told = client.get(page["Location"]).content.decode()

    assert approval.status == "PENDING"
    assert DONE == []
    assert "不能复核自己提交的申请" in told


def test_without_the_role_the_button_is_neither_shown_nor_pressed(sit_down, asked):
    client = sit_down("AUDITOR")
    approval = asked(Actor("OPERATOR", "OPR1", "经办"))

    page = client.get(reverse("admin:kernel_approval_change", args=[approval.pk])).content.decode()
    answer = press(client, approval, "approve")

    assert "press/approve/" not in page
    assert answer.status_code == 404
    assert approval.status == "PENDING"


def test_turning_down_needs_a_reason(sit_down, asked):
    client = sit_down("CHECKER")
    approval = asked(Actor("OPERATOR", "OPR1", "经办"))

    press(client, approval, "reject")
    assert approval.status == "PENDING"

    press(client, approval, "reject", reason="户名不一致")
    assert approval.status == "REJECTED"
    assert approval.decision_note == "户名不一致"


def test_a_button_is_pressed_by_post_only(sit_down, asked):
    client = sit_down("CHECKER")
    approval = asked(Actor("OPERATOR", "OPR1", "经办"))

    answer = client.get(reverse("admin:kernel_approval_press", args=[approval.pk, "approve"]))
    approval.refresh_from_db()

    assert answer.status_code == 404
    assert approval.status == "PENDING"


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        ({"a": {"from": 1, "to": 2}}, [("a", "1", "2")]),
        ({"a": [1, None]}, [("a", "1", "—")]),
        ({"a": True}, [("a", "", "是")]),
        ({"before": {"a": 1}, "after": {"a": 2, "b": 3}}, [("a", "1", "2"), ("b", "—", "3")]),
    ],
)
def test_every_usual_form_of_a_diff_is_laid_out(diff, lines):
    assert [(line.name, line.before, line.after) for line in diff_lines(diff)] == lines

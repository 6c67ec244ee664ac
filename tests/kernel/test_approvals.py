import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from silk_road_ebao.kernel import approvals
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve, approves, reject, request_approval, withdraw
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.models import Approval, AuditEvent, StatusChange
from silk_road_ebao.kernel.refusals import Refusal
from tests.kernel.test_masking import CARD
from tests.kernel.trial import AT, CHECKER, MAKER, at_once

VERB = "trial.price.change"


class TooDear(Refusal):
    message = "价格太高"


@pytest.fixture
def prices(monkeypatch):
    """A price list whose changes need four eyes; gives the list."""
    monkeypatch.setattr(approvals, "_verbs", {})
    known = {"tomato": 120}

    @approves(VERB, snapshot=lambda subject: {"fen": known[subject]})
    def change(*, subject, diff, approval_no, actor, at):
        if diff["fen"] > 1000:
            raise TooDear
        known[subject] = diff["fen"]

    return known


def ask(fen=150, maker=MAKER):
    return request_approval(verb=VERB, subject="tomato", diff={"fen": fen}, maker=maker, at=AT)


def test_a_change_is_carried_out_once_another_has_approved_it(db, prices):
    asked = ask()
    before = dict(prices)

    done = approve(approval_no=asked.approval_no, checker=CHECKER, at=AT)

    assert (before, prices) == ({"tomato": 120}, {"tomato": 150})
    assert (done.status, done.checker_ref, done.decided_at) == ("APPROVED", "op-2", AT)
    assert StatusChange.objects.get().public_no == asked.approval_no
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "actor_ref")) == [
        ("kernel.approval.request", "op-1"),
        ("kernel.approval.approve", "op-2"),
    ]


@pytest.mark.parametrize("decide", [approve, lambda **a: reject(**a, reason="不同意")])
def test_nobody_decides_on_their_own_request(db, prices, decide):
    asked = ask()

    with pytest.raises(approvals.SamePerson):
        decide(approval_no=asked.approval_no, checker=Actor("OPERATOR", "op-1", "换个名字"), at=AT)

    assert prices == {"tomato": 120}
    assert Approval.objects.get().status == "PENDING"
    assert AuditEvent.objects.count() == 1


def test_the_database_refuses_two_eyes_as_well(db, prices):
    asked = ask()

    with pytest.raises(IntegrityError, match="approval_four_eyes"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            status="APPROVED", checker_kind="OPERATOR", checker_ref="op-1", decided_at=AT
        )
    with pytest.raises(IntegrityError, match="approval_decided_by_someone"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(status="APPROVED")

    assert Approval.objects.get().status == "PENDING"


@pytest.mark.parametrize(
    "change",
    ["diff = '{\"fen\": 999}'", "subject = 'pepper'", "maker_ref = 'op-3'", "snapshot_hash = ''", "verb = 'x'"],
)
def test_what_was_asked_for_is_frozen(db, prices, change):
    """Approving after an edit: the edit itself is refused."""
    ask()

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE kernel_approval SET {change}")

    assert Approval.objects.get().diff == {"fen": 150}


def test_a_decision_is_not_reopened_nor_deleted_in_sql(db, prices):
    reject(approval_no=ask().approval_no, checker=CHECKER, reason="太贵", at=AT)

    for statement in ("UPDATE kernel_approval SET decision_note = 'x'", "DELETE FROM kernel_approval"):
        with pytest.raises(DatabaseError, match=r"frozen|deleted"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert (Approval.objects.get().status, Approval.objects.get().decision_note) == ("REJECTED", "太贵")


def test_a_subject_that_changed_meanwhile_is_not_approved(db, prices):
    asked = ask()
    prices["tomato"] = 130

    with pytest.raises(approvals.SubjectChanged):
        approve(approval_no=asked.approval_no, checker=CHECKER, at=AT)

    assert prices == {"tomato": 130}
    assert Approval.objects.get().status == "PENDING"


def test_what_the_service_refuses_stays_open(db, prices):
    asked = ask(fen=2000)

    with pytest.raises(TooDear):
        approve(approval_no=asked.approval_no, checker=CHECKER, at=AT)

    assert Approval.objects.get().status == "PENDING"
    assert not StatusChange.objects.exists()
    assert AuditEvent.objects.count() == 1


def test_a_decided_request_is_not_decided_again(db, prices):
    asked = ask()
    approve(approval_no=asked.approval_no, checker=CHECKER, at=AT)

    for again in (
        lambda: approve(approval_no=asked.approval_no, checker=CHECKER, at=AT),
        lambda: reject(approval_no=asked.approval_no, checker=CHECKER, reason="x", at=AT),
        lambda: withdraw(approval_no=asked.approval_no, maker=MAKER, at=AT),
    ):
        with pytest.raises(approvals.ApprovalDecided):
            again()

    assert StatusChange.objects.count() == 1


def test_one_request_for_a_subject_waits_at_a_time(db, prices):
    ask()

    with pytest.raises(approvals.ApprovalOpen):
        ask(fen=160)

    assert Approval.objects.get().diff == {"fen": 150}


def test_only_the_maker_withdraws_and_may_then_ask_again(db, prices):
    asked = ask()
    with pytest.raises(approvals.NotTheMaker):
        withdraw(approval_no=asked.approval_no, maker=CHECKER, at=AT)

    withdraw(approval_no=asked.approval_no, maker=MAKER, at=AT)

    assert ask(fen=160).status == "PENDING"
    assert Approval.objects.filter(status="WITHDRAWN").count() == 1


def test_a_rejection_says_why(db, prices):
    asked = ask()

    with pytest.raises(approvals.ReasonMissing):
        reject(approval_no=asked.approval_no, checker=CHECKER, reason="  ", at=AT)

    assert Approval.objects.get().status == "PENDING"


def test_unknown_verbs_numbers_and_unmasked_diffs_are_refused(db, prices):
    with pytest.raises(approvals.UnknownVerb):
        request_approval(verb="trial.nothing", subject="x", diff={}, maker=MAKER, at=AT)
    with pytest.raises(SecretInClear):
        request_approval(verb=VERB, subject="tomato", diff={"card": CARD}, maker=MAKER, at=AT)
    with pytest.raises(approvals.ApprovalNotFound):
        approve(approval_no="APV0", checker=CHECKER, at=AT)

    assert not Approval.objects.exists()
    assert not AuditEvent.objects.exists()


def test_two_checkers_at_once_carry_it_out_once(transactional_db, monkeypatch):
    done = []
    monkeypatch.setattr(approvals, "_verbs", {})
    approves(VERB)(lambda **_: done.append(1))
    asked = ask()

    ends = at_once(
        6, lambda n: approve(approval_no=asked.approval_no, checker=Actor("OPERATOR", f"checker-{n}"), at=AT)
    )

    assert len(done) == 1
    assert sum(isinstance(end, Approval) for end in ends) == 1
    assert sum(isinstance(end, approvals.ApprovalDecided) for end in ends) == 5

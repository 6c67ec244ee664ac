"""An institution's own limits and papers are master data: one operator asks, another signs, then they count."""

from datetime import date, timedelta

import pytest

from accounts.models import Institution, InstitutionLimit, InstitutionPaper
from accounts.selectors.institutions import limit_of, may_be_offered
from accounts.services.institution_limits import LimitEndsFirst, request_limit
from accounts.services.institution_papers import PaperEndsFirst, PaperKnown, request_paper
from accounts.services.institutions import LimitOverlaps, record_paper, set_limit
from accounts.services.operators import RoleMissing
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import ApprovalOpen, SamePerson, SubjectChanged, approve
from silk_road_ebao.kernel.models import Approval, AuditEvent

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def ccb():
    return Institution.objects.get(code="CCB")


@pytest.fixture
def ask(ccb, maker, at):
    def ask(**more):
        given = {"name": "transfer.daily", "value": 7, "unit": "fen", "valid_from": NEW_YEAR, "source": "补充协议"}
        return request_limit(institution=ccb, **(given | {"actor": maker, "at": at} | more))

    return ask


@pytest.fixture
def hand_in(ccb, maker, at):
    def hand_in(**more):
        given = {"kind": "CONTRACT", "reference": "HT 1", "valid_from": date(2026, 1, 1), "valid_until": None}
        return request_paper(institution=ccb, **(given | {"source": "原件", "actor": maker, "at": at} | more))

    return hand_in


def _open_value(ccb, at, begins=date(2026, 1, 1)):
    return set_limit(
        institution=ccb, name="transfer.daily", value=5, unit="fen", valid_from=begins, source="协议", actor=SYSTEM,
        at=at,
    )  # fmt: skip


def test_a_limit_counts_after_the_second_signature_and_ends_the_open_one_before_it(ask, ccb, checker, at):
    _open_value(ccb, at)
    approval = ask()
    after = at.replace(year=2027)
    asked = limit_of(ccb, "transfer.daily", after)

    approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert asked == 5
    assert limit_of(ccb, "transfer.daily", at) == 5
    assert limit_of(ccb, "transfer.daily", after) == 7
    assert AuditEvent.objects.filter(action="accounts.institution.set_limit").count() == 2


def test_nobody_signs_his_own_limit_and_the_second_must_be_a_checker(ask, maker, at):
    approval = ask()

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=maker, at=at)
    with pytest.raises(RoleMissing):
        approve(approval_no=approval.approval_no, checker=SYSTEM, at=at)
    with pytest.raises(RoleMissing):
        ask(actor=SYSTEM, name="other")

    assert not InstitutionLimit.objects.exists()
    assert Approval.objects.get().status == "PENDING"


def test_a_limit_over_days_that_have_one_or_that_ends_before_it_begins_is_not_even_asked(ask, ccb, at):
    _open_value(ccb, at)

    with pytest.raises(LimitOverlaps):
        ask(valid_from=date(2025, 6, 1))
    with pytest.raises(LimitOverlaps):
        ask(valid_from=date(2026, 11, 23))
    with pytest.raises(LimitEndsFirst):
        ask(valid_until=NEW_YEAR)

    assert not Approval.objects.exists()
    assert InstitutionLimit.objects.get().valid_until is None


def test_a_limit_signed_too_late_or_over_other_values_than_were_seen_changes_nothing(ask, ccb, checker, at):
    _open_value(ccb, at)
    late = ask()
    with pytest.raises(LimitOverlaps):
        approve(approval_no=late.approval_no, checker=checker, at=at.replace(year=2027))
    with pytest.raises(ApprovalOpen):
        ask(value=8)
    InstitutionLimit.objects.update(value=6)

    with pytest.raises(SubjectChanged):
        approve(approval_no=late.approval_no, checker=checker, at=at)

    assert InstitutionLimit.objects.get().valid_until is None


def test_a_bank_is_offered_only_after_the_second_signature_on_its_papers(hand_in, ccb, checker, at):
    contract = hand_in(valid_until=NEW_YEAR)
    listing = hand_in(kind="PARTNER_LISTING", reference="2026 年第 1 期")
    approve(approval_no=listing.approval_no, checker=checker, at=at)
    before = may_be_offered(ccb, at)

    approve(approval_no=contract.approval_no, checker=checker, at=at)

    assert before is False
    assert may_be_offered(ccb, at)
    paper = InstitutionPaper.objects.get(kind="CONTRACT")
    assert (paper.reference, paper.valid_until, paper.source) == ("HT 1", NEW_YEAR, "原件")


def test_nobody_signs_his_own_paper_and_a_known_or_reversed_one_is_not_even_asked(hand_in, ccb, maker, at):
    record_paper(
        institution=ccb, kind="LICENCE", reference="B1", valid_from=at.date(), valid_until=None, actor=SYSTEM, at=at
    )
    approval = hand_in()

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=maker, at=at)
    with pytest.raises(RoleMissing):
        hand_in(actor=SYSTEM, reference="HT 2")
    with pytest.raises(PaperKnown):
        hand_in(kind="LICENCE", reference="B1")
    with pytest.raises(PaperEndsFirst):
        hand_in(reference="HT 3", valid_until=date(2026, 1, 1))

    assert InstitutionPaper.objects.get().kind == "LICENCE"
    assert Approval.objects.count() == 1


def test_a_paper_entered_elsewhere_meanwhile_is_not_signed_twice(hand_in, ccb, checker, at):
    approval = hand_in()
    record_paper(
        institution=ccb, kind="CONTRACT", reference="HT 1", valid_from=at.date(), valid_until=None, actor=SYSTEM, at=at
    )

    with pytest.raises(SubjectChanged):
        approve(approval_no=approval.approval_no, checker=checker, at=at + timedelta(minutes=1))

    assert InstitutionPaper.objects.get().valid_from == at.date()

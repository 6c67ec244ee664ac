"""Corrections of a merchant in service: nothing counts before the second signature."""

import pytest

from accounts.models import ListEntry, MerchantChange, MerchantDocument
from accounts.services.merchant_changes import (
    ChangeOpen,
    LicenceNeeded,
    NothingChanges,
    NotInService,
    propose_merchant_change,
    review_merchant_change,
    withdraw_merchant_change,
)
from accounts.services.merchant_documents import DocumentRefused, PapersReviewed, hand_in_document
from accounts.services.onboardings import OnList
from accounts.services.operators import RoleMissing
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import SamePerson, SubjectChanged, approve, reject
from silk_road_ebao.kernel.models import OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant():
    return MerchantFactory(name="老招牌", legal_name="库尔勒市老名称经营部")


def _propose(merchant, at, **more):
    return propose_merchant_change(merchant=merchant, actor=SYSTEM, at=at, **more)


def test_two_operators_carry_a_correction_out_and_the_acquirers_hear_of_it(merchant, maker, checker, at):
    licence = numbers.png(3)
    change = _propose(
        merchant, at, name="新招牌", legal_name="库尔勒市新名称经营部", papers={"BUSINESS_LICENCE": licence}
    )
    merchant.refresh_from_db()
    assert (merchant.name, MerchantDocument.objects.count()) == ("老招牌", 0)

    approval = review_merchant_change(change=change, actor=maker, at=at)
    assert approval.diff["legal_name"] == {"from": "库尔勒市老名称经营部", "to": "库尔勒市新名称经营部"}
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=maker, at=at)
    assert not OutboxFact.objects.filter(topic="accounts.merchant.changed").exists()
    approve(approval_no=approval.approval_no, checker=checker, at=at)

    merchant.refresh_from_db()
    paper = MerchantDocument.objects.get(merchant=merchant)
    assert (merchant.name, merchant.legal_name, paper.kind) == ("新招牌", "库尔勒市新名称经营部", "BUSINESS_LICENCE")
    assert OutboxFact.objects.get(topic="accounts.merchant.changed").payload["merchant_no"] == merchant.merchant_no
    change.refresh_from_db()
    assert (change.status, change.papers.get().content_sealed) == ("APPROVED", None)


def test_a_correction_turned_down_leaves_everything_and_tells_why(merchant, maker, checker, at):
    change = _propose(merchant, at, address="别处")
    approval = review_merchant_change(change=change, actor=maker, at=at)

    reject(approval_no=approval.approval_no, checker=checker, reason="地址看不清", at=at)

    change.refresh_from_db()
    merchant.refresh_from_db()
    assert (change.status, change.rejection_reason, merchant.address) == (
        "REJECTED",
        "地址看不清",
        "库尔勒孔雀农贸市场",
    )


def test_the_checker_signs_what_the_maker_saw(merchant, maker, checker, at):
    change = _propose(merchant, at, address="别处")
    approval = review_merchant_change(change=change, actor=maker, at=at)
    MerchantChange.objects.filter(pk=change.pk).update(address="又一处")

    with pytest.raises(SubjectChanged):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    merchant.refresh_from_db()
    assert merchant.address == "库尔勒孔雀农贸市场"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, NothingChanges),
        ({"name": "老招牌"}, NothingChanges),
        ({"legal_name": "库尔勒市新名称经营部"}, LicenceNeeded),
        ({"papers": {"LEGAL_PERSON_ID": b"MZ" * 100}}, DocumentRefused),
    ],
)
def test_an_unfit_correction_writes_nothing(merchant, at, given, refusal):
    with pytest.raises(refusal):
        _propose(merchant, at, **given)

    assert not MerchantChange.objects.exists()


def test_one_correction_at_a_time_and_a_withdrawn_one_makes_room(merchant, at):
    first = _propose(merchant, at, address="一处")
    with pytest.raises(ChangeOpen):
        _propose(merchant, at, address="二处")

    withdraw_merchant_change(change=first, actor=SYSTEM, at=at)

    assert _propose(merchant, at, address="二处").status == "PROPOSED"


def test_a_merchant_not_yet_in_service_corrects_its_form_instead(at):
    with pytest.raises(NotInService):
        _propose(MerchantFactory(status="DRAFT"), at, address="别处")

    assert not MerchantChange.objects.exists()


def test_papers_of_a_merchant_in_service_are_not_replaced_without_review(merchant, at):
    """Four eyes: the side door is closed."""
    with pytest.raises(PapersReviewed):
        hand_in_document(merchant=merchant, kind="BUSINESS_LICENCE", content=numbers.png(), actor=SYSTEM, at=at)

    assert not MerchantDocument.objects.exists()


def test_a_new_name_on_a_list_is_not_carried_out(merchant, maker, checker, at):
    """R9."""
    ListEntry.objects.create(
        list_code="TEST", entry_key="1", name="库尔勒市坏名称经营部", listed_date=at.date(), imported_at=at
    )
    papers = {"BUSINESS_LICENCE": numbers.png(3)}
    change = _propose(merchant, at, legal_name="库尔勒市坏名称经营部", papers=papers)
    approval = review_merchant_change(change=change, actor=maker, at=at)

    with pytest.raises(OnList):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    merchant.refresh_from_db()
    assert merchant.legal_name == "库尔勒市老名称经营部"


def test_only_a_maker_reviews(merchant, checker, at):
    change = _propose(merchant, at, address="别处")

    with pytest.raises(RoleMissing):
        review_merchant_change(change=change, actor=checker, at=at)

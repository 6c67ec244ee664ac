"""The report, objections and disclosure: one byte is detected (R23), channels hold (R14–R17)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Consent, ConsentText, Disclosure, Institution, Merchant, MerchantDocument
from accounts.selectors.consents import ConsentMissing
from accounts.services.disclosures import ChannelNotPermitted
from supplychain.models import Assessment, AssessmentDocument, AssessmentObjection
from supplychain.services.assessment_documents import document_holds, issue_document, verify_document
from supplychain.services.assessment_inputs import state_need
from supplychain.services.assessment_objections import FindingMissing, decide_objection, raise_objection
from supplychain.services.assessments import NotIssued, assess_merchant, disclose_assessment
from supplychain.services.paper_checks import check_paper
from supplychain.views.assessment_words import report_text
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.supplychain.services.test_assessments import AT, FIRST, LAST, OPERATOR, compare_books
from tests.supplychain.world import open_market

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    open_market(tag="W", merchants=4, first=FIRST, last=LAST, daily=1)
    compare_books()
    return Merchant.objects.filter(merchant_no="WM1").get()


def authorise(shop, recipient, purpose="CREDIT_REPORT"):
    text = ConsentText.objects.create(purpose=purpose, version="t", body="x", sha256="1" * 64, published_at=AT)
    return Consent.objects.create(
        status="ACTIVE", consent_no=f"CON{purpose}", subject_merchant=shop, recipient=recipient, purpose=purpose,
        kinds=["ASSESSMENT"], text=text, text_sha256="1" * 64, signature_hash="2" * 64, requested_at=AT,
        given_at=AT - timedelta(hours=1), expires_at=AT + timedelta(days=90),
    )  # fmt: skip


def open_gates(shop):
    check_paper(merchant=shop, kind="STALL_CONTRACT", paper_ref="TW-1", is_matched=True, actor=OPERATOR, at=AT)
    MerchantDocument.objects.create(
        merchant=shop, kind="BUSINESS_LICENCE", sha256="0" * 64, media_type="image/png", size_bytes=1, uploaded_at=AT
    )
    return authorise(shop, Institution.objects.filter(kind="BANK").first())


def assessed(shop):
    return assess_merchant(merchant=shop, until=LAST, actor=OPERATOR, at=AT)


def test_one_changed_byte_of_the_report_is_detected_r23(shop):
    open_gates(shop)
    row = assessed(shop)
    document = issue_document(assessment=row, text=report_text(row), actor=OPERATOR, at=AT)
    again = issue_document(assessment=row, text=report_text(row), actor=OPERATOR, at=AT)
    content = bytes(document.pdf)

    assert content.startswith(b"%PDF")
    assert bytes(again.pdf) == content
    assert verify_document(content=content) == document
    assert document_holds(document=document)
    for place in (0, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1
        assert verify_document(content=bytes(changed)) is None
    document.pdf = content + b" "
    assert not document_holds(document=document)


def test_without_issue_there_is_no_report_and_no_disclosure(shop):
    row = assessed(shop)
    bank = Institution.objects.filter(kind="BANK").first()

    with pytest.raises(NotIssued):
        issue_document(assessment=row, text=report_text(row), actor=OPERATOR, at=AT)
    with pytest.raises(NotIssued):
        disclose_assessment(assessment=row, recipient=bank, purpose="CREDIT_REPORT", actor=OPERATOR, at=AT)

    assert not AssessmentDocument.objects.exists()
    assert not Disclosure.objects.exists()


def test_a_company_is_disclosed_by_consent_and_logged_a_sole_trader_never_to_a_bank_r15_r16(shop):
    consent = open_gates(shop)
    row = assessed(shop)
    assert row.outcome == "ISSUED"

    disclose_assessment(
        assessment=row, recipient=consent.recipient, purpose="CREDIT_REPORT", actor=OPERATOR, at=AT
    )  # fmt: skip
    assert Disclosure.objects.get().what == row.assessment_no

    Merchant.objects.filter(pk=shop.pk).update(kind="INDIVIDUAL")
    row = Assessment.objects.select_related("merchant").get(pk=row.pk)
    with pytest.raises(ChannelNotPermitted):
        disclose_assessment(
            assessment=row, recipient=consent.recipient, purpose="CREDIT_REPORT", actor=OPERATOR, at=AT
        )  # fmt: skip
    assert Disclosure.objects.count() == 1


def test_without_consent_for_the_recipient_nothing_leaves_r14(shop):
    consent = open_gates(shop)
    other = Institution.objects.filter(kind="BANK").exclude(pk=consent.recipient_id).first()
    row = assessed(shop)

    with pytest.raises(ConsentMissing):
        disclose_assessment(assessment=row, recipient=other, purpose="CREDIT_REPORT", actor=OPERATOR, at=AT)

    assert not Disclosure.objects.exists()


def test_an_upheld_objection_makes_a_new_version_and_the_old_one_stays_r17(shop):
    open_gates(shop)
    old = assessed(shop)
    objection = raise_objection(
        assessment=old, feature="documents", statement="发票都核对过", actor=OPERATOR, at=AT
    )  # fmt: skip
    with pytest.raises(FindingMissing):
        decide_objection(objection=objection, is_upheld=True, finding=" ", actor=OPERATOR, at=AT)
    assert AssessmentObjection.objects.get().status == "OPEN"
    check_paper(merchant=shop, kind="INVOICE", paper_ref="FP-1", is_matched=True, actor=OPERATOR, at=AT)

    decided = decide_objection(objection=objection, is_upheld=True, finding="发票已补核", actor=OPERATOR, at=AT)

    assert decided.status == "UPHELD"
    assert decided.result.supersedes == old
    assert Assessment.objects.get(pk=old.pk).authenticity == old.authenticity
    assert decided.result.window_until > old.window_until


def test_the_merchant_sees_his_own_assessment_only_and_anybody_may_check_a_report(shop, client):
    open_gates(shop)
    state_need(
        merchant=shop, requested_fen=100_00, own_funds_fen=0, loans_fen=0, other_sources_fen=0, margin_bps=1500,
        growth_bps=0, receivable_days=30, actor=OPERATOR, at=AT,
    )  # fmt: skip
    row = assessed(shop)
    owner = UserFactory()
    MembershipFactory(user=owner, merchant=shop, role="OWNER")
    stranger = UserFactory()
    MembershipFactory(user=stranger, merchant=Merchant.objects.get(merchant_no="WM2"), role="OWNER")
    report = reverse("supplychain:assessment_report", args=[row.assessment_no])

    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("supplychain:assessment"), {"no": row.assessment_no})
    assert page.status_code == 200
    assert str(row.authenticity) in page.content.decode()
    assert client.get(report)["Content-Type"] == "application/pdf"

    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(report).status_code == 404
    assert client.get(reverse("supplychain:assessment"), {"no": row.assessment_no}).status_code == 404

    client.logout()
    assert client.get(reverse("supplychain:assessment_verify")).status_code == 200

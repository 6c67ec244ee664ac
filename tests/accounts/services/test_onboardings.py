"""A merchant's form: filled in, judged at the door, handed in, given up."""

from datetime import timedelta

import pytest

from accounts.models import ListHit, Merchant, MerchantDocument, Onboarding, Stall
from accounts.selectors.onboardings import missing, open_onboarding
from accounts.services.list_entries import import_list
from accounts.services.markets import UnknownProvince
from accounts.services.merchant_documents import DocumentAltered
from accounts.services.merchants import move_merchant, request_resume
from accounts.services.numbers import NumberRefused
from accounts.services.onboarding_reviews import (
    review_onboarding,
    send_back_onboarding,
)
from accounts.services.onboardings import (
    ForeignProvince,
    OnboardingClosed,
    OnboardingOpen,
    OnList,
    StillMissing,
    UsccTaken,
    cancel_onboarding,
    save_onboarding,
    start_onboarding,
    submit_onboarding,
)
from accounts.services.stalls import StallAbroad, StallTaken
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from tests.accounts import numbers
from tests.accounts.factories import MarketFactory, UserFactory
from tests.accounts.opening import fill_in, open_merchant

pytestmark = pytest.mark.django_db


def test_the_form_says_what_is_missing_and_resumes_another_day(market, at):
    user = UserFactory()
    actor = Actor("PERSON", f"user-{user.pk}")
    form = start_onboarding(applicant=user, kind="INDIVIDUAL", actor=actor, at=at)
    everything = missing(form)

    left = save_onboarding(onboarding=form, actor=actor, at=at, name="古丽蔬菜", province="65")
    resumed = open_onboarding(user)
    later = save_onboarding(
        onboarding=form, actor=actor, at=at + timedelta(days=9), address="孔雀市场", uscc=numbers.credit_code(9)
    )

    assert everything[:4] == ["name", "legal_name", "uscc", "legal_person"]
    assert "BUSINESS_LICENCE" in everything
    assert left == [item for item in everything if item not in ("name", "province")]
    assert resumed is not None
    assert (resumed.onboarding_no, resumed.merchant.name) == (form.onboarding_no, "古丽蔬菜")
    assert "address" not in later
    assert "uscc" not in later


def test_an_incomplete_form_is_not_handed_in(at):
    user = UserFactory()
    actor = Actor("PERSON", f"user-{user.pk}")
    form = start_onboarding(applicant=user, kind="COMPANY", actor=actor, at=at)

    with pytest.raises(StillMissing) as caught:
        submit_onboarding(onboarding=form, actor=actor, at=at)

    assert caught.value.field == "name"
    assert str(caught.value).startswith("还差：招牌名称、登记名称")
    assert "营业执照照片" in str(caught.value)
    form.refresh_from_db()
    assert form.status == "DRAFT"


def test_a_user_has_one_unfinished_form(at):
    user = UserFactory()
    actor = Actor("PERSON", f"user-{user.pk}")
    start_onboarding(applicant=user, kind="COMPANY", actor=actor, at=at)

    with pytest.raises(OnboardingOpen):
        start_onboarding(applicant=user, kind="MICRO", actor=actor, at=at)

    assert Onboarding.objects.count() == Merchant.objects.count() == 1


def test_a_small_merchant_needs_no_licence(market, at):
    opened = fill_in(3, market, at, kind="MICRO", uscc=None)

    assert missing(opened.form) == []
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"uscc": numbers.credit_code(4)[:-1] + "0"}, NumberRefused, "uscc"),
        ({"uscc": numbers.credit_code(4, region="610102")}, ForeignProvince, "province"),
        ({"province": "61"}, ForeignProvince, "province"),
        ({"province": "99"}, UnknownProvince, "province"),
        ({"phone": "12345"}, NumberRefused, "phone"),
    ],
)
def test_bad_input_saves_nothing_of_the_form_and_is_audited(given, refusal, field, market, at):
    """R8 among them: a licence of another province than the place of business."""
    opened = fill_in(4, market, at)

    with pytest.raises(refusal) as caught:
        save_onboarding(onboarding=opened.form, actor=opened.actor, at=at, address="新地址", **given)

    assert caught.value.field == field
    assert any("一" <= letter <= "龥" for letter in str(caught.value))
    merchant = Merchant.objects.get(pk=opened.merchant.pk)
    assert (merchant.address, merchant.province, merchant.uscc) == ("孔雀农贸市场", "65", numbers.credit_code(4))
    attempt = AuditEvent.objects.get(action="accounts.onboarding.save.refused")
    assert attempt.detail == {"code": caught.value.code, "field": field}


def test_r8_a_market_of_another_province_is_refused(market, at):
    opened = fill_in(5, market, at)

    with pytest.raises(StallAbroad):
        save_onboarding(onboarding=opened.form, actor=opened.actor, at=at, market=MarketFactory(province="61"))

    opened.form.refresh_from_db()
    assert opened.form.market == market


def test_r8_a_merchant_that_moves_to_another_province_is_held(market, maker, checker, at):
    merchant = open_merchant(7, market, maker, checker, at).merchant

    move_merchant(merchant=merchant, province="65", address="别的街", actor=SYSTEM, at=at)
    assert merchant.status == "APPROVED"
    move_merchant(merchant=merchant, province="61", address="西安", actor=SYSTEM, at=at)

    merchant.refresh_from_db()
    assert (merchant.status, merchant.suspended_for) == ("SUSPENDED", "PROVINCE")
    approval = request_resume(merchant=merchant, reason="搬回来了", actor=maker, at=at)
    approve(approval_no=approval.approval_no, checker=checker, at=at)
    merchant.refresh_from_db()
    assert merchant.status == "APPROVED"


def test_r9_a_listed_legal_representative_blocks_the_form(market, at):
    opened = fill_in(8, market, at)
    import_list(
        list_code="PBOC", lines=_list_of(resident_id=numbers.resident_id(8)), source="测试", actor=SYSTEM, at=at
    )

    with pytest.raises(OnList) as caught:
        submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)

    assert "名单" not in str(caught.value)
    opened.form.refresh_from_db()
    assert opened.form.status == "DRAFT"
    assert not ListHit.objects.exists()


def test_r9_a_listed_enterprise_is_blocked_even_between_the_signatures(market, maker, checker, at):
    opened = fill_in(9, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=maker, at=at)
    import_list(list_code="PBOC", lines=_list_of(uscc=numbers.credit_code(9)), source="测试", actor=SYSTEM, at=at)

    with pytest.raises(OnList):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    opened.form.refresh_from_db()
    assert opened.form.status == "SUBMITTED"
    assert not OutboxFact.objects.filter(topic="accounts.merchant.approved").exists()


def _list_of(**cells):
    columns = ("entry_key", "name", "resident_id", "uscc", "reason", "listed_date", "delisted_date")
    row = {"entry_key": "1", "listed_date": "2026-01-01"} | cells
    return [",".join(columns), ",".join(row.get(column, "") for column in columns)]


def test_a_form_handed_in_cannot_be_edited_and_one_sent_back_can(market, maker, at):
    opened = fill_in(13, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    with pytest.raises(OnboardingClosed):
        save_onboarding(onboarding=opened.form, actor=opened.actor, at=at, name="改名")

    form = Onboarding.objects.get(pk=opened.form.pk)
    send_back_onboarding(onboarding=form, reason="执照照片看不清", actor=maker, at=at)
    left = save_onboarding(onboarding=form, actor=opened.actor, at=at, name="改名")

    form.refresh_from_db()
    assert left == []
    assert (form.status, form.rejection_reason) == ("DRAFT", "执照照片看不清")
    submit_onboarding(onboarding=form, actor=opened.actor, at=at)


def test_one_credit_code_one_merchant(market, maker, checker, at):
    open_merchant(14, market, maker, checker, at)

    with pytest.raises(UsccTaken):
        fill_in(15, market, at, uscc=numbers.credit_code(14))


def test_one_stall_one_merchant(market, maker, checker, at):
    open_merchant(16, market, maker, checker, at)
    opened = fill_in(17, market, at, stall_label="A16")
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=maker, at=at)

    with pytest.raises(StallTaken):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert Merchant.objects.get(pk=opened.merchant.pk).status == "SUBMITTED"
    assert Stall.objects.count() == 1


def test_a_canceled_form_frees_its_credit_code(market, at):
    opened = fill_in(18, market, at)

    cancel_onboarding(onboarding=opened.form, actor=opened.actor, at=at)

    assert Merchant.objects.get(pk=opened.merchant.pk).status == "LEFT"
    fill_in(19, market, at, uscc=numbers.credit_code(18))


def test_r23_a_paper_altered_after_it_was_handed_in_stops_the_form(market, at):
    opened = fill_in(22, market, at)
    other = MerchantDocument.objects.get(merchant=opened.merchant, kind="LEGAL_PERSON_ID")
    other.content_sealed = "AAAA"
    other.save()

    with pytest.raises(DocumentAltered):
        submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)

    opened.form.refresh_from_db()
    assert opened.form.status == "DRAFT"

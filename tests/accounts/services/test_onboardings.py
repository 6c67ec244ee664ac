"""A merchant's way in."""

import time
from datetime import timedelta

import pytest

from accounts.models import Institution, ListHit, Merchant, MerchantDocument, Onboarding, Stall
from accounts.selectors.onboardings import missing, open_onboarding
from accounts.selectors.settlement_accounts import payee_account_of
from accounts.services.list_entries import import_list
from accounts.services.markets import UnknownProvince
from accounts.services.merchant_documents import DocumentAltered
from accounts.services.merchants import move_merchant, request_resume
from accounts.services.numbers import NumberRefused
from accounts.services.onboarding_reviews import (
    NoAcquirerHere,
    NotApproved,
    record_acquirer_answer,
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
from accounts.services.operators import RoleMissing, revoke_role
from accounts.services.stalls import StallAbroad, StallTaken
from accounts.services.users import disable_user
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, SubjectChanged, approve
from silk_road_ebao.kernel.models import Approval, AuditEvent, OutboxFact
from silk_road_ebao.kernel.states import IllegalTransition
from tests.accounts import numbers
from tests.accounts.factories import MarketFactory, OperatorFactory, UserFactory
from tests.accounts.opening import add_payee, fill_in, open_merchant

pytestmark = pytest.mark.django_db


def test_two_operators_bring_a_merchant_into_service(market, maker, checker, at):
    opened = open_merchant(1, market, maker, checker, at)

    assert opened.merchant.status == "APPROVED"
    assert opened.merchant.onboarded_at == at
    assert opened.form.status == "APPROVED"
    stall = Stall.objects.get(merchant=opened.merchant)
    assert (stall.label, stall.signboard) == ("A1", "蔬菜1")
    fact = OutboxFact.objects.get(topic="accounts.merchant.approved")
    assert fact.payload == {"merchant_no": opened.merchant.merchant_no, "onboarding_no": opened.form.onboarding_no}
    account = add_payee(opened, 1, at)
    assert payee_account_of(opened.merchant, at) == account


def test_a_fifth_of_a_market_opens_in_seconds(market, maker, checker, at):
    began = time.monotonic()

    for nth in range(1, 41):
        add_payee(open_merchant(nth, market, maker, checker, at), nth, at)

    assert Merchant.objects.filter(status="APPROVED").count() == 40
    assert time.monotonic() - began < 20


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


def test_r8_no_acquirer_in_the_province_no_signature(market, maker, at):
    opened = fill_in(6, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    Institution.objects.filter(kind="ACQUIRER").update(province="61")

    with pytest.raises(NoAcquirerHere):
        review_onboarding(onboarding=opened.form, actor=maker, at=at)

    assert not Approval.objects.exists()


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


def test_one_operator_cannot_sign_twice(market, at):
    both = Actor("OPERATOR", OperatorFactory(roles=["MAKER", "CHECKER"]).operator_no)
    opened = fill_in(10, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=both, at=at)

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=both, at=at)

    assert Merchant.objects.get(pk=opened.merchant.pk).status == "SUBMITTED"


def test_a_checker_who_is_disabled_or_lost_the_role_signs_nothing(market, maker, at):
    disabled, revoked = OperatorFactory(roles=["CHECKER"]), OperatorFactory(roles=["CHECKER"])
    opened = fill_in(11, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=maker, at=at)
    disable_user(user=disabled.user, reason="离职", actor=SYSTEM, at=at)
    revoke_role(operator=revoked, role="CHECKER", actor=SYSTEM, at=at)

    for operator in (disabled, revoked):
        with pytest.raises(RoleMissing):
            approve(approval_no=approval.approval_no, checker=Actor("OPERATOR", operator.operator_no), at=at)

    approval.refresh_from_db()
    assert approval.status == "PENDING"


def test_what_changed_after_the_first_signature_is_not_signed(market, maker, checker, at):
    opened = fill_in(12, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=maker, at=at)
    Merchant.objects.filter(pk=opened.merchant.pk).update(legal_name="换了名字")

    with pytest.raises(SubjectChanged):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert Merchant.objects.get(pk=opened.merchant.pk).status == "SUBMITTED"


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


def test_the_acquirers_machine_is_mirrored_and_never_goes_back(market, maker, checker, at):
    form = open_merchant(20, market, maker, checker, at).form
    wechat = Institution.objects.get(code="WECHAT")

    def answer(state, minutes, **more):
        row = record_acquirer_answer(
            onboarding_no=form.onboarding_no,
            acquirer=wechat,
            state=state,
            actor=SYSTEM,
            at=at + timedelta(minutes=minutes),
            **more,
        )
        return str(row.status)

    assert answer("AUDITING", 1) == "AUDITING"
    assert answer("REJECTED", 2, reason="照片不清楚") == "REJECTED"
    assert answer("AUDITING", 3) == "AUDITING"
    assert answer("TO_BE_SIGNED", 4, sub_mchid="1900000109") == "TO_BE_SIGNED"
    assert answer("FINISHED", 5) == "FINISHED"
    assert answer("AUDITING", 3) == "FINISHED"
    with pytest.raises(IllegalTransition):
        answer("AUDITING", 6)
    assert form.acquirer_applications.get().sub_mchid == "1900000109"


def test_an_acquirer_cannot_answer_before_our_two_signatures(market, at):
    opened = fill_in(21, market, at)

    with pytest.raises(NotApproved):
        record_acquirer_answer(
            onboarding_no=opened.form.onboarding_no,
            acquirer=Institution.objects.get(code="WECHAT"),
            state="FINISHED",
            actor=SYSTEM,
            at=at,
        )

    assert not opened.form.acquirer_applications.exists()


def test_r23_a_paper_altered_after_it_was_handed_in_stops_the_form(market, at):
    opened = fill_in(22, market, at)
    other = MerchantDocument.objects.get(merchant=opened.merchant, kind="LEGAL_PERSON_ID")
    other.content_sealed = "AAAA"
    other.save()

    with pytest.raises(DocumentAltered):
        submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)

    opened.form.refresh_from_db()
    assert opened.form.status == "DRAFT"

"""Two operators sign a merchant's form; the acquirers answer."""

import time
from datetime import timedelta

import pytest

from accounts.models import Institution, Merchant, Stall
from accounts.selectors.settlement_accounts import payee_account_of
from accounts.services.onboarding_reviews import (
    NoAcquirerHere,
    NotApproved,
    record_acquirer_answer,
    review_onboarding,
)
from accounts.services.onboardings import (
    submit_onboarding,
)
from accounts.services.operators import RoleMissing, revoke_role
from accounts.services.users import disable_user
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, SubjectChanged, approve
from silk_road_ebao.kernel.models import Approval, OutboxFact
from silk_road_ebao.kernel.states import IllegalTransition
from tests.accounts.factories import OperatorFactory
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


def test_r8_no_acquirer_in_the_province_no_signature(market, maker, at):
    opened = fill_in(6, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    Institution.objects.filter(kind="ACQUIRER").update(province="61")

    with pytest.raises(NoAcquirerHere):
        review_onboarding(onboarding=opened.form, actor=maker, at=at)

    assert not Approval.objects.exists()


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

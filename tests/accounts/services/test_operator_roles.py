"""Who may do what at the console: changed by two others."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import Operator, OperatorGrant
from accounts.selectors.operators import holds_role, roles_of
from accounts.services.operator_roles import (
    LastOfRole,
    NothingChanged,
    OwnRoles,
    request_device_reset,
    request_role_change,
)
from accounts.services.operators import RoleMissing
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, SubjectChanged, approve
from silk_road_ebao.kernel.models import Approval, AuditEvent
from tests.accounts.factories import OperatorFactory

pytestmark = pytest.mark.django_db


def _operator(actor):
    return Operator.objects.get(operator_no=actor.ref)


def _ask(operator, roles, actor, at):
    return request_role_change(operator=operator, roles=roles, reason="换岗", actor=actor, at=at)


def test_a_change_of_roles_takes_two_others_and_counts_at_once(maker, checker, at):
    third = OperatorFactory(roles=["AUDITOR"])
    approval = _ask(third, ["RISK", "MAKER"], maker, at)

    assert roles_of(third.user) == {"AUDITOR"}
    assert approval.diff["roles"] == {"from": "审计", "to": "经办、风控"}
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=maker, at=at)
    approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert roles_of(third.user) == {"RISK", "MAKER"}
    assert OperatorGrant.objects.get(operator=third, role="RISK").granted_by == checker.ref
    assert OperatorGrant.objects.get(operator=third, role="AUDITOR").revoked_at == at
    assert AuditEvent.objects.filter(action__in=["accounts.operator.grant", "accounts.operator.revoke"]).count() == 3


def test_nobody_has_a_hand_in_his_own_roles(maker, checker, at):
    with pytest.raises(OwnRoles):
        _ask(_operator(maker), ["MAKER", "CHECKER"], maker, at)
    OperatorFactory(roles=["CHECKER"])
    approval = _ask(_operator(checker), ["CHECKER", "RISK"], maker, at)

    with pytest.raises(OwnRoles):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert not holds_role(checker, "RISK")
    assert not OperatorGrant.objects.filter(operator=_operator(maker), role="CHECKER").exists()


def test_only_a_maker_asks_and_only_for_a_change(maker, checker, at):
    third = OperatorFactory(roles=["AUDITOR"])

    with pytest.raises(RoleMissing):
        _ask(third, ["RISK"], checker, at)
    with pytest.raises(RoleMissing):
        _ask(third, ["RISK"], Actor("STAFF", "MER1/user-1"), at)
    with pytest.raises(NothingChanged):
        _ask(third, ["AUDITOR"], maker, at)

    assert not Approval.objects.exists()


def test_the_last_checker_stays(maker, checker, at):
    with pytest.raises(LastOfRole):
        _ask(_operator(checker), [], maker, at)
    disabled = OperatorFactory(roles=["CHECKER"])
    type(disabled.user).objects.filter(pk=disabled.user.pk).update(is_active=False)
    with pytest.raises(LastOfRole):
        _ask(_operator(checker), [], maker, at)

    assert holds_role(checker, "CHECKER")


def test_roles_changed_meanwhile_are_asked_for_again(maker, checker, at):
    third = OperatorFactory(roles=["AUDITOR"])
    approval = _ask(third, ["RISK"], maker, at)
    OperatorGrant.objects.create(operator=third, role="MAKER", granted_at=at, granted_by="test")

    with pytest.raises(SubjectChanged):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert roles_of(third.user) == {"AUDITOR", "MAKER"}


def test_a_lost_device_is_unbound_by_two_others(checker, at):
    risk = Actor("OPERATOR", OperatorFactory(roles=["RISK"]).operator_no)
    loser = OperatorFactory(roles=["MAKER"])
    TOTP.activate(loser.user, "JBSWY3DPEHPK3PXP")
    with pytest.raises(RoleMissing):
        request_device_reset(operator=loser, reason="丢了", actor=checker, at=at)
    with pytest.raises(OwnRoles):
        request_device_reset(operator=_operator(risk), reason="丢了", actor=risk, at=at)

    approval = request_device_reset(operator=loser, reason="手机掉进孔雀河", actor=risk, at=at)
    assert Authenticator.objects.filter(user=loser.user).exists()
    approve(approval_no=approval.approval_no, checker=checker, at=at)

    loser.user.refresh_from_db()
    assert not Authenticator.objects.filter(user=loser.user).exists()
    assert loser.user.sessions_valid_after == at

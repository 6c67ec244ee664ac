"""Change of an operator's roles and of a lost device: asked by one, agreed by another, never by himself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Operator, OperatorGrant, OperatorRole, User
from accounts.selectors.operators import operators_with
from accounts.services.operators import grant_role, require_role, revoke_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

CHANGE = "accounts.operator.change_roles"
RESET = "accounts.operator.reset_device"


class OwnRoles(Refusal):
    """Nobody has a hand in his own roles or device, neither as maker nor as checker."""

    message = _("自己的角色和动态码要由另外两位同事来改")
    field = "operator_no"


class NothingChanged(Refusal):
    """The operator has these roles already."""

    message = _("角色和现在一样，不用改")
    field = "roles"


class LastOfRole(Refusal):
    """Nobody else could do the work: four eyes would stand still."""

    message = _("“%(role)s”只剩这一位，先给别人加上再去掉")
    field = "roles"


def _live_roles(operator: Operator) -> list[str]:
    live = OperatorGrant.objects.filter(operator=operator, revoked_at__isnull=True)
    return sorted(live.values_list("role", flat=True))


def _named(roles: Iterable[str]) -> str:
    return "、".join(str(OperatorRole(role).label) for role in sorted(roles)) or "—"


def _snapshot_operator(subject: str) -> dict[str, Any]:
    """Return the operator's roles as they stand."""
    operator = Operator.objects.select_related("user").get(operator_no=subject)
    return {"roles": _live_roles(operator), "is_active": operator.user.is_active}


@transaction.atomic
def request_role_change(
    *, operator: Operator, roles: Iterable[str], reason: str, actor: Actor, at: datetime
) -> Approval:
    """Ask (MAKER) that an operator have exactly these roles from now on.

    Raises:
        RoleMissing, OwnRoles, NothingChanged, LastOfRole, ApprovalOpen
        ValueError: an unknown role.
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    wanted, held = sorted({OperatorRole(role).value for role in roles}), _live_roles(operator)
    _refuse_own(operator, actor)
    if wanted == held:
        raise NothingChanged
    _refuse_last(operator, set(held) - set(wanted))
    diff = {
        "name": operator.name,
        "roles": {"from": _named(held), "to": _named(wanted)},
        "codes": " ".join(wanted),
        "reason": reason,
    }
    return request_approval(verb=CHANGE, subject=operator.operator_no, diff=diff, maker=actor, at=at)


def _refuse_own(operator: Operator, actor: Actor) -> None:
    if actor.ref == operator.operator_no:
        raise OwnRoles


def _refuse_last(operator: Operator, lost: set[str]) -> None:
    for role in sorted(lost & {OperatorRole.MAKER, OperatorRole.CHECKER}):
        if not operators_with(role).exclude(pk=operator.pk).exists():
            raise LastOfRole(role=OperatorRole(role).label)


@approves(CHANGE, snapshot=_snapshot_operator)
def change_roles(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> Operator:
    """Carry out the second signature (CHECKER); every later request goes by the new roles.

    Raises:
        RoleMissing, OwnRoles, LastOfRole
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    list(OperatorGrant.objects.select_for_update().filter(revoked_at__isnull=True).order_by("pk").values_list("pk"))
    operator = Operator.objects.get(operator_no=subject)
    _refuse_own(operator, actor)
    wanted, held = set(diff["codes"].split()), set(_live_roles(operator))
    _refuse_last(operator, held - wanted)
    for role in sorted(held - wanted):
        revoke_role(operator=operator, role=role, actor=actor, at=at)
    for role in sorted(wanted - held):
        grant_role(operator=operator, role=role, actor=actor, at=at)
    return operator


@transaction.atomic
def request_device_reset(*, operator: Operator, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask (RISK) that an operator who lost his device bind another at the next sign-in.

    Raises:
        RoleMissing, OwnRoles, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.RISK)
    _refuse_own(operator, actor)
    diff = {"name": operator.name, "reason": reason}
    return request_approval(verb=RESET, subject=operator.operator_no, diff=diff, maker=actor, at=at)


@approves(RESET, snapshot=_snapshot_operator)
def reset_device(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> Operator:
    """Carry out the second signature (CHECKER): device and recovery codes are gone, every session ends.

    Raises:
        RoleMissing, OwnRoles
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    operator = Operator.objects.get(operator_no=subject)
    _refuse_own(operator, actor)
    Authenticator.objects.filter(user_id=operator.user_id).delete()
    User.objects.filter(pk=operator.user_id).update(sessions_valid_after=at)
    record(actor=actor, action=RESET, subject=subject, at=at, detail={"approval_no": approval_no})
    return operator

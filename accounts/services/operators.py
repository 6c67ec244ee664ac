"""Operators and their roles."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Operator, OperatorGrant, OperatorRole, User
from accounts.selectors.operators import holds_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal


class UsernameTaken(Refusal):
    """Another operator bears the name."""

    message = _("这个用户名已经有人用了")
    field = "username"


class RoleMissing(Refusal):
    """The actor is not an operator in service with the role."""

    message = _("这一步要由有“%(role)s”角色的运营人员来做")


def require_role(*, actor: Actor, role: str) -> None:
    """Refuse whoever does not hold the role at this moment: disabled, revoked, or no operator at all.

    Raises:
        RoleMissing
    """
    if not holds_role(actor, role):
        raise RoleMissing(role=OperatorRole(role).label)


def require_any_role(*, actor: Actor, roles: tuple[str, ...]) -> None:
    """Refuse whoever holds none of the roles at this moment.

    Raises:
        RoleMissing: names the first.
    """
    if not any(holds_role(actor, role) for role in roles):
        raise RoleMissing(role=OperatorRole(roles[0]).label)


@transaction.atomic
def add_operator(*, username: str, password: str, name: str, roles: list[str], actor: Actor, at: datetime) -> Operator:
    """Make an operator with roles; the console asks for a second factor at the first sign-in.

    Raises:
        UsernameTaken
        ValueError: an unknown role.
    """
    user = User(username=username, display_name=name, is_staff=True, joined_at=at)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken from None
    operator = Operator.objects.create(operator_no=new_no("OPR"), user=user, name=name, created_at=at)
    record(
        actor=actor, action="accounts.operator.add", subject=operator.operator_no, at=at, detail={"username": username}
    )
    for role in roles:
        grant_role(operator=operator, role=role, actor=actor, at=at)
    return operator


@transaction.atomic
def grant_role(*, operator: Operator, role: str, actor: Actor, at: datetime) -> OperatorGrant:
    """Give an operator a role; granting it twice changes nothing.

    Raises:
        ValueError: an unknown role.
    """
    grant, is_new = OperatorGrant.objects.get_or_create(
        operator=operator,
        role=OperatorRole(role).value,
        revoked_at=None,
        defaults={"granted_at": at, "granted_by": actor.ref},
    )
    if is_new:
        record(
            actor=actor, action="accounts.operator.grant", subject=operator.operator_no, at=at, detail={"role": role}
        )
    return grant


@transaction.atomic
def revoke_role(*, operator: Operator, role: str, actor: Actor, at: datetime) -> None:
    """Take a role away; what was begun under it can no longer be approved under it."""
    live = OperatorGrant.objects.filter(operator=operator, role=role, revoked_at__isnull=True)
    if live.update(revoked_at=at):
        record(
            actor=actor, action="accounts.operator.revoke", subject=operator.operator_no, at=at, detail={"role": role}
        )

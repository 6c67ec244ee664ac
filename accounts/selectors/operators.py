"""Reads of operators and their roles."""

from django.db.models import QuerySet

from accounts.models import Operator, User
from silk_road_ebao.kernel.actors import Actor


def roles_of(user: User) -> frozenset[str]:
    """Return the live roles of an operator; none for anybody else or when disabled."""
    if not user.is_active or not user.is_staff:
        return frozenset()
    live = Operator.objects.filter(user=user, grants__revoked_at__isnull=True)
    return frozenset(live.exclude(grants__role=None).values_list("grants__role", flat=True))


def holds_role(actor: Actor, role: str) -> bool:
    """Say whether the actor is an operator in service who holds the role now."""
    return (
        actor.kind == "OPERATOR"
        and Operator.objects.filter(
            operator_no=actor.ref,
            user__is_active=True,
            user__is_staff=True,
            grants__role=role,
            grants__revoked_at__isnull=True,
        ).exists()
    )


def operators_with(role: str) -> QuerySet[Operator]:
    """List operators in service who hold the role."""
    return Operator.objects.filter(user__is_active=True, grants__role=role, grants__revoked_at__isnull=True).order_by(
        "operator_no"
    )


def operators_in_service() -> QuerySet[Operator]:
    """List operators who may sign in."""
    return Operator.objects.filter(user__is_active=True).order_by("operator_no")


def operator_by_no(operator_no: str) -> Operator:
    """Find an operator; raises Operator.DoesNotExist."""
    return Operator.objects.select_related("user").get(operator_no=operator_no)

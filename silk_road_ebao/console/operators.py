"""Who sits at the console: the operator behind a request, as actor and with roles."""

from typing import Any

from django.http import HttpRequest

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal

FACTOR_KEY = "console.second_factor"


class NotAnOperator(Refusal):
    """The user has no operator's record."""


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether this session passed the second factor as the user it belongs to."""
    return bool(request.user.pk) and request.session.get(FACTOR_KEY) == request.user.pk


def actor_of(request: HttpRequest) -> Actor:
    """Name the operator as the actor of a service.

    Raises:
        NotAnOperator
    """
    operator = _operator(request)
    if operator is None:
        raise NotAnOperator
    return Actor("OPERATOR", operator.operator_no, operator.name)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Give the operator's live roles; read once per request."""
    found: frozenset[str] | None = getattr(request, "_console_roles", None)
    if found is None:
        operator = _operator(request)
        live = operator.grants.filter(revoked_at__isnull=True) if operator else ()
        found = frozenset(grant.role for grant in live)
        request._console_roles = found  # type: ignore[attr-defined]
    return found


def _operator(request: HttpRequest) -> Any:
    # The operator's table stands on a higher floor; the user brings it along.
    return getattr(request.user, "operator", None) if request.user.is_authenticated else None

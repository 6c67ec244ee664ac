"""The trace of what was tried and refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal

Service = TypeVar("Service", bound=Callable[..., Any])


def audited(*, action: str) -> Callable[[Service], Service]:
    """Record a refusal of the service below in the audit trail, after its transaction has rolled back.

    Stands above ``@transaction.atomic``. Only the refusal's code and field are kept, never what was typed.
    """

    def wrap(service: Service) -> Service:
        @wraps(service)
        def attempt(**given: Any) -> Any:
            try:
                return service(**given)
            except Refusal as refusal:
                record(
                    actor=given["actor"],
                    action=f"{action}.refused",
                    subject=action,
                    at=given["at"],
                    detail={"code": refusal.code, "field": refusal.field},
                )
                raise

        return attempt  # type: ignore[return-value]  # the wrapper keeps the service's keywords

    return wrap

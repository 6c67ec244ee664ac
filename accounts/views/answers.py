"""What pages of accounts share: their frame, and an object that is not yours does not exist."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from accounts.selectors.merchants import memberships_of
from silk_road_ebao.kernel.refusals import Refusal

T = TypeVar("T")


def found(selector: Callable[..., T], *given: Any) -> T:
    """Return what the scoped selector finds; raises Http404 for what does not exist or is somebody else's."""
    try:
        return selector(*given)
    except ObjectDoesNotExist:
        raise Http404 from None


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Show a page of accounts: with the shop's navigation for whoever has a shop, plain for a consumer."""
    user = request.user
    has_shop = hasattr(request, "merchant") or (isinstance(user, User) and memberships_of(user).exists())
    frame = "base.html" if has_shop else "plain.html"
    shown = {"frame": frame, "side": getattr(request, "side", "self"), "has_shop": has_shop, **(context or {})}
    response = render(request, template, shown, status=status)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def go(name: str, *args: Any) -> HttpResponseRedirect:
    """Lead on to a page after a POST."""
    return HttpResponseRedirect(reverse(f"accounts:{name}", args=args))


def signature_of(request: HttpRequest) -> str:
    """Say by which session of whom something was agreed; only the hash over it is kept."""
    return f"user-{request.user.pk} session {request.session.session_key}"


def told(request: HttpRequest, service: Callable[[], object], done: Any) -> bool:
    """Run a service and say what came of it: the sentence, or the refusal; gives whether it was done."""
    try:
        service()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, str(done))
    return True

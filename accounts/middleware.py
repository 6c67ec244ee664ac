"""Sessions end at once when somebody is disabled or changes his password."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from silk_road_ebao.kernel.clock import now

BEGAN_AT = "accounts.session_began_at"


class SessionValidityMiddleware:
    """Ends a session that began before its user's stamp; a session without a beginning gets one at its first answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check before the view, stamp after it: whoever signs in within the view is stamped, too."""
        if request.user.is_authenticated and not _is_valid(request):
            logout(request)
        response = self.get_response(request)
        if request.user.is_authenticated and BEGAN_AT not in request.session:
            request.session[BEGAN_AT] = now().isoformat()
        return response


def _is_valid(request: HttpRequest) -> bool:
    stamp = getattr(request.user, "sessions_valid_after", None)
    if stamp is None:
        return True
    began = request.session.get(BEGAN_AT)
    return began is not None and datetime.fromisoformat(began) >= stamp

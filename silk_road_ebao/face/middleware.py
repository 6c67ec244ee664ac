"""Policies of the pages."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

CONSOLE = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}
API_PAGES = {"script-src": [UNSAFE_INLINE], "style-src": [UNSAFE_INLINE], "worker-src": ["blob:"]}
RELAXED = {"/admin/": CONSOLE, "/partner/docs/": API_PAGES}


class ContentPolicyMiddleware:
    """Relax the policy where Unfold (Alpine) or Swagger need it, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy of the address."""
        response = self.get_response(request)
        for prefix, update in RELAXED.items():
            if request.path.startswith(prefix):
                response._csp_update = update  # type: ignore[attr-defined]  # read by django-csp
        return response


class ServicesDownMiddleware:
    """Answer 503 while the database restarts (F5): the payer tries again, nothing is torn."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a lost database into 503 with a time to come back."""
        if not isinstance(exception, OperationalError):
            return None
        response = render(request, "errors/503.html", status=503)
        response["Retry-After"] = "3"
        return response

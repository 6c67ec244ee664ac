"""The door for machines: their addresses go straight to their view, past what serves people.

An acquirer's notice carries its own proof and no cookie: sessions, languages, forms and page policies would be half of
the work of taking it.
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_urlconf, resolve
from prometheus_client import Counter

ANSWERS = Counter("machine_door_answers_total", "Answers at the door for machines", ["view", "status"])


class MachineDoorMiddleware:
    """Stand first; take the addresses under settings.MACHINE_DOORS, pass all others on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.doors = tuple(settings.MACHINE_DOORS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a machine: 503 while the database restarts (F5), so that it asks again."""
        if not request.path_info.startswith(self.doors):
            return self.get_response(request)
        try:
            match = _match(request.path_info, get_urlconf())
        except Http404:
            return self.get_response(request)
        request.resolver_match = match
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except OperationalError:
            response = HttpResponse(status=503, headers={"Retry-After": "3"})
        ANSWERS.labels(match.view_name, response.status_code).inc()
        return response


@lru_cache(maxsize=64)
def _match(path: str, urlconf: str | None) -> ResolverMatch:
    """Find the view of an address; machines come to the same few doors again and again. Raises Http404."""
    return resolve(path, urlconf)

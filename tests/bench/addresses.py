"""The house's addresses and an empty view, to compare a page with nothing behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing."""
    return HttpResponse("")


urlpatterns = [path("empty/", empty), path("", include("silk_road_ebao.urls"))]

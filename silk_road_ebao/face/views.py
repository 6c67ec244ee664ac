"""Pages of the shell itself: how it looks and which language it speaks."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from silk_road_ebao.face.context import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


@require_GET
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the choice of theme and language, and the way out."""
    return render(request, "face/preferences.html")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie for a year; anything else follows the device."""
    theme = request.POST.get("theme", "")
    response = HttpResponseRedirect(_came_from(request))
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_S, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _came_from(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("face:preferences")

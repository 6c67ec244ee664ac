"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Name the merchant and stall of the page, if its door opened one; say whether this is a demo; give the theme."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "merchant": getattr(request, "merchant", None),
        "stall": getattr(request, "stall", None),
        "membership": getattr(request, "membership", None),
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
    }

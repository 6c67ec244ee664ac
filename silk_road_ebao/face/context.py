"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Name the merchant and stall of the page, if its door opened one; say whether this is a demo; give the theme."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "merchant": getattr(request, "merchant", None),
        "stall": SimpleLazyObject(lambda: _stall(request)),
        "membership": getattr(request, "membership", None),
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
    }


def _stall(request: HttpRequest) -> Any:
    """Give the stall of the page, else the merchant's first: one query, and only where the template shows it."""
    merchant: Any = getattr(request, "merchant", None)
    if hasattr(request, "stall") or merchant is None:
        return getattr(request, "stall", None)
    return merchant.stalls.filter(closed_at__isnull=True).select_related("market").order_by("label").first()

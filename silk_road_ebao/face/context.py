"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Name the merchant of the page, if its door opened one, and say whether this is a demo."""
    return {"merchant": getattr(request, "merchant", None), "demo": settings.DEMO}

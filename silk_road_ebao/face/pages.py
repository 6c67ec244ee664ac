"""Answer with a page, or with the part of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    parts: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Render the template, or only its partial when htmx targets an element named like one of `parts`."""
    asked = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
    name = f"{template}#{asked}" if asked in parts else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target", "Cookie", "Accept-Language"])
    response.headers.setdefault("Cache-Control", "no-store")
    return response

"""Answers of the partner API: JSON with sorted names, so that a repeated answer is the same to the byte."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder


class SortedJsonRenderer(BaseRenderer):
    """Writes JSON with sorted names and characters as they are."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Write the answer."""
        text = json.dumps(data, cls=JSONEncoder, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return text.encode()


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """Choose the parser of the content type; None answers 415."""
        kind = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Choose the one renderer."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type

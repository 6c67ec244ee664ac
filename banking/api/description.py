"""The API's description, the page to try it, the guide and the client."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PublicView

FILES = {
    "guide.md": ("partner-api.md", "text/markdown; charset=utf-8"),
    "partner_client.py": ("examples/partner_client.py", "text/x-python; charset=utf-8"),
}


class OpenApiView(PublicView):
    """The description in OpenAPI 3."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Give the description. Needs no signature."""
        return Response(description())


class NotFoundView(PublicView):
    """Whatever else is asked for below /partner/v1/."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer 404 as a problem, whatever the method."""
        raise Http404


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Generate the description once."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def file(request: HttpRequest, name: str) -> FileResponse:
    """Hand out the guide or the client as they stand in docs/."""
    path, kind = FILES[name]
    return FileResponse((Path(settings.BASE_DIR) / "docs" / path).open("rb"), content_type=kind)

"""What the OpenAPI description says about every resource alike."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from banking.api.base import KEY_HEADER, MAX_BODY, VERSION_HEADER
from banking.api.pagination import LIMIT, MAX_LIMIT
from banking.rules.version import CURRENT, KNOWN

NUMBER = r"^[A-Z]{3}[0-9A-HJKMNP-TV-Z]{20}$"

DESCRIPTION = f"""\
Banks, credit agencies and warehouse keepers use this API. The five-minute guide and a client to download stand beside
this page: [guide](/partner/docs/guide.md), [partner_client.py](/partner/docs/partner_client.py).

* Every request is signed (RFC 9421, Ed25519), every answer too; our keys: `/partner/v1/keys`.
* Every write carries an `{KEY_HEADER}`; the same key gives the same answer.
* Amounts are whole fen. Bodies are strict JSON of at most {MAX_BODY} bytes; unknown names are refused.
* Errors are problem+json (RFC 9457) with a stable `code`.
"""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; program against this."},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string"},
                    "row": {"type": "integer", "description": "number of the row, from 1"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

_PROBLEM_ANSWER = {
    "description": "A problem (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_VERSION_PARAMETER = {
    "in": "header",
    "name": VERSION_HEADER,
    "required": False,
    "schema": {"type": "string", "enum": list(KNOWN), "default": CURRENT},
}
_KEY_PARAMETER = {
    "in": "header",
    "name": KEY_HEADER,
    "required": True,
    "description": "One per intended effect; send the same one again when you try again.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]+$", "minLength": 8, "maxLength": 128},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}


def describe_common(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add problems and headers to every operation (a drf-spectacular postprocessing hook)."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path in result["paths"].values():
        for method, operation in path.items():
            common = [_VERSION_PARAMETER, *([_KEY_PARAMETER] if method == "post" else [])]
            operation["parameters"] = [*operation.get("parameters", []), *common]
            operation["responses"]["default"] = _PROBLEM_ANSWER
    return result


def number_parameter(name: str, what: str) -> OpenApiParameter:
    """Describe a public number in the path."""
    kind = {"type": "string", "pattern": NUMBER}
    return OpenApiParameter(name, kind, OpenApiParameter.PATH, description=what)


def page_parameters() -> list[OpenApiParameter]:
    """Describe cursor and limit of a list."""
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}
    return [
        OpenApiParameter("cursor", OpenApiTypes.STR, description="next_cursor of the page before; none at first"),
        OpenApiParameter("limit", limit),
    ]


def choice_parameter(name: str, choices: list[str], what: str = "") -> OpenApiParameter:
    """Describe a filter with fixed values."""
    return OpenApiParameter(name, OpenApiTypes.STR, enum=choices, description=what)

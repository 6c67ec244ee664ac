"""Bodies of the partner API: strict JSON, nothing else."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from banking.api.problems import Problem
from banking.rules.strict_json import NotStrict, read_strict


class StrictJsonParser(BaseParser):
    """Reads one JSON object; refuses duplicate names, fractions, NaN, broken text, and anything but an object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Read the body."""
        raw = stream.read()
        try:
            value = read_strict(raw) if raw else {}
        except NotStrict as fault:
            raise Problem(400, "MALFORMED_JSON", str(fault)) from fault
        if not isinstance(value, dict):
            raise Problem(400, "MALFORMED_JSON", "the body is not a JSON object")
        return value

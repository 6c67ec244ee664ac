"""Pages rendered once with blanks in them: filling the blanks costs a few joins instead of a template."""

import re
from collections.abc import Callable, Mapping
from html import escape

from django.conf import settings
from django.utils.translation import get_language

_BLANK = re.compile(r"__blank_([a-z]+)__")
_known: dict[tuple[str, ...], "Mould"] = {}


def blank(name: str) -> str:
    """Name a place to be filled later; it fits into texts and into the slugs of addresses."""
    return f"__blank_{name}__"


class Mould:
    """One page with its blanks cut out."""

    def __init__(self, page: str) -> None:
        self._parts = _BLANK.split(page)

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the page with every blank filled, escaped as a template would; raises KeyError for one forgotten."""
        safe = {name: escape(value) for name, value in values.items()}
        parts = self._parts[:]
        parts[1::2] = [safe[name] for name in parts[1::2]]
        return "".join(parts)


def mould_of(key: tuple[str, ...], render: Callable[[], str]) -> Mould:
    """Return the mould of a page in the present language, rendered the first time; never kept while developing."""
    place = (get_language() or "", "demo" if settings.DEMO else "", *key)
    found = _known.get(place)
    if found is None:
        found = Mould(render())
        if not settings.DEBUG:
            _known[place] = found
    return found

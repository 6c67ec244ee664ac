"""Message catalogues: what is written in templates and code, and what each language says for it."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

MessageId = str | tuple[str, str]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SKIPPED = {"migrations", "sandbox", "__pycache__"}
BEGUN = datetime(2026, 11, 23, tzinfo=UTC)
CHINESE = re.compile(r"[\u3400-\u9fff]")


def sources() -> Iterator[Path]:
    """List our own templates and modules: what users read comes from nowhere else."""
    root = Path(settings.BASE_DIR)
    for top in ("silk_road_ebao", "accounts", "payments", "supplychain", "loyalty", "banking"):
        yield from (path for path in sorted((root / top).rglob("*.py")) if not SKIPPED & set(path.parts))
    yield from sorted((root / "templates").rglob("*.html"))
    yield from sorted((root / "templates").rglob("*.txt"))


def extract() -> Catalog:
    """Read every message of the sources."""
    root, found = Path(settings.BASE_DIR), Catalog(charset="utf-8")
    for path in sources():
        for line, ids, context in _messages(path):
            found.add(ids, locations=[(str(path.relative_to(root)), line)], context=context)
    return found


def _messages(path: Path) -> Iterator[tuple[int, MessageId, str | None]]:
    text = path.read_text(encoding="utf8")
    if path.suffix != ".py":
        text = _python_of(templatize(text, origin=str(path)))
    for line, function, found, _comments in extract_python(
        io.BytesIO(text.encode()), KEYWORDS, (), {"encoding": "utf-8"}
    ):
        ids, context = _ids_of(str(function or "_"), found)
        if ids and ids[0]:
            yield line, ids, context


def _python_of(templatized: str) -> str:
    """Keep the calls of a templatized file, a line each: the rest is filler that only xgettext reads as Python."""
    calls = re.compile(
        r"\b(?:n?p?gettext|_)\((?:[^()\"']|u?\"(?:[^\"\\]|\\.)*\"|u?'(?:[^'\\]|\\.)*'|\([^()]*\))*\)", re.S
    )
    lines: list[str] = []
    for row, line in enumerate(templatized.split("\n")):
        lines += ["\n"] * max(row - len(lines), 0)
        lines.append("; ".join(calls.findall(line)) + "\n")
    return "".join(lines)


def _ids_of(function: str, found: object) -> tuple[MessageId, str | None]:
    parts = [part for part in (found if isinstance(found, tuple) else (found,)) if isinstance(part, str)]
    context = parts.pop(0) if function.startswith(("pgettext", "npgettext")) and parts else None
    if not parts:
        return "", context
    plural = function.startswith(("ngettext", "npgettext")) and len(parts) > 1
    return ((parts[0], parts[1]) if plural else parts[0]), context


def catalogue_path(language: str) -> Path:
    """Give the place of a language's catalogue."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Read a language's catalogue; an empty one when it has none."""
    path = catalogue_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def lacking(language: str = "en") -> list[str]:
    """List Chinese messages of the sources that a language does not translate."""
    known, missing = read(language), []
    for message in extract():
        if not message.id or not CHINESE.search(str(message.id)):
            continue
        translated = known.get(message.id, message.context)
        if translated is None or not _is_complete(translated.string):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def update(language: str = "en") -> int:
    """Bring a catalogue to what the sources say, keeping translations; gives how many are still empty."""
    known, fresh = read(language), extract()
    merged = _empty(language)
    for message in fresh:
        if not message.id or not CHINESE.search(str(message.id)):
            continue
        before = known.get(message.id, message.context)
        merged.add(message.id, before.string if before else None, message.locations, context=message.context)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, merged, sort_output=True, include_lineno=False, width=120)
    return len(lacking(language))


def _empty(language: str) -> Catalog:
    """Begin a catalogue whose header does not change with the day."""
    return Catalog(
        locale=language,
        charset="utf-8",
        project="silk-road-ebao",
        version="1",
        creation_date=BEGUN,
        revision_date=BEGUN,
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        header_comment="# Chinese is the language of the sources; this says it in another.",
        fuzzy=False,
    )


def _is_complete(string: object) -> bool:
    return all(string) if isinstance(string, (tuple, list)) and string else bool(string)

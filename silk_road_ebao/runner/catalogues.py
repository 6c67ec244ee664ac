"""Compile the translations with Babel: a bare machine has no msgfmt."""

import io
import os
import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from silk_road_ebao.runner.environment import PROJECT
from silk_road_ebao.runner.messages import Trouble

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def compile_catalogues(folder: Path = PROJECT / "locale") -> list[Path]:
    """Compile every catalogue newer than what was made of it; return those that were.

    Raises:
        Trouble: a catalogue is malformed; it names the file and the line.
    """
    made = []
    for source in sorted(folder.rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        buffer = io.BytesIO()
        write_mo(buffer, _read(source))
        partial = target.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(buffer.getvalue())
        partial.replace(target)
        made.append(target)
    return made


def check_catalogues(folder: Path = PROJECT / "locale") -> int:
    """Read every catalogue and compare the placeholders of each message; return how many messages there are.

    Raises:
        Trouble: a catalogue is malformed or a translation loses a placeholder.
    """
    count = 0
    for source in sorted(folder.rglob("*.po")):
        for message in _read(source):
            if message.id:
                count += 1
                _check_placeholders(source, message)
    return count


def _check_placeholders(source: Path, message: Message) -> None:
    """Compare names between the message and its translations; only the last plural form must have all of them."""
    originals = [message.id] if isinstance(message.id, str) else message.id
    translations = [message.string] if isinstance(message.string, str) else message.string or []
    wanted = set(_PLACEHOLDER.findall(originals[-1]))
    for number, text in enumerate(translations, start=1):
        found = set(_PLACEHOLDER.findall(text))
        complete = found == wanted if number == len(translations) else found <= wanted
        if text and not complete:
            names = ", ".join(sorted(found ^ wanted))
            raise Trouble(f"{source}:{message.lineno}: the translation differs in {names}.")


def _read(source: Path) -> Catalog:
    try:
        with source.open("rb") as file:
            return read_po(file, locale=source.parts[-3], abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise Trouble(f"{source}: {error}", "Mend the catalogue, then start again.") from None

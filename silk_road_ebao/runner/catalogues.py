"""Compile the translations with Babel: a bare machine has no msgfmt."""

import io
import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from silk_road_ebao.runner.environment import PROJECT
from silk_road_ebao.runner.messages import Trouble


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
        catalogue = _read(source)
        count += len(catalogue)
        for message, errors in catalogue.check():
            raise Trouble(f"{source}:{message.lineno}: {errors[0]}")
    return count


def _read(source: Path) -> Catalog:
    try:
        with source.open("rb") as file:
            return read_po(file, locale=source.parts[-3], abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise Trouble(f"{source}: {error}", "Mend the catalogue, then start again.") from None

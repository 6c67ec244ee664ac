"""Raw bills on disk: kept as they came, read-only, named by their content."""

import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, cast
from uuid import uuid4

from django.conf import settings

CHUNK = 1 << 20


class BillFileChanged(Exception):
    """The kept file is not what was fetched: someone or something has altered it."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Where a raw bill lies beneath MEDIA_ROOT, and what it is."""

    file_name: str
    sha256: str
    size_bytes: int


def keep_bill_file(*, acquirer_code: str, day: date, chunks: Iterable[bytes]) -> KeptFile:
    """Write a raw bill as it came, packed, and make it read-only; the same content twice is one file."""
    folder = Path(settings.MEDIA_ROOT) / "bills" / acquirer_code.lower() / f"{day:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{uuid4().hex}"
    digest, size = hashlib.sha256(), 0
    with draft.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as packed:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                packed.write(chunk)
        raw.flush()
        os.fsync(raw.fileno())
    kept = folder / f"{day:%Y%m%d}-{digest.hexdigest()[:32]}.gz"
    draft.chmod(0o444)
    draft.replace(kept)
    return KeptFile(str(kept.relative_to(settings.MEDIA_ROOT)), digest.hexdigest(), size)


class HashingReader(io.BufferedIOBase):
    """Read a kept bill unpacked, taking its hash on the way."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self.packed = packed
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """Say so to the text layer above."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all that are left."""
        return self._noted(self.packed.read(size))

    def read1(self, size: int = -1, /) -> bytes:
        """Read what can be had at once."""
        return self._noted(self.packed.read1(size))

    def _noted(self, data: bytes) -> bytes:
        self.digest.update(data)
        return data


@contextmanager
def reading_bill_file(*, file_name: str, sha256: str) -> Iterator[IO[bytes]]:
    """Open a kept bill for reading, once: unpacked, and hashed on the way.

    On leaving, the rest is read and the hash compared; a reader that stopped at a fault leaves its own exception only
    when the file is the one that was fetched. Raises BillFileChanged.
    """
    try:
        with gzip.open(Path(settings.MEDIA_ROOT) / file_name, "rb") as packed:
            reader = HashingReader(packed)
            try:
                yield cast(IO[bytes], reader)
            finally:
                if not isinstance(sys.exception(), GeneratorExit):
                    _check_rest(reader, file_name, sha256)
    except (OSError, EOFError, zlib.error) as error:
        raise BillFileChanged(file_name) from error


def _check_rest(reader: HashingReader, file_name: str, sha256: str) -> None:
    while reader.read(CHUNK):
        pass
    if reader.digest.hexdigest() != sha256:
        raise BillFileChanged(file_name)

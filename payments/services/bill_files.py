"""Raw bills on disk: kept as they came, read-only, named by their content."""

import gzip
import hashlib
import os
from collections.abc import Iterable
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


def open_bill_file(*, file_name: str) -> IO[bytes]:
    """Open a kept bill for reading, unpacked on the way."""
    return cast(IO[bytes], gzip.open(Path(settings.MEDIA_ROOT) / file_name, "rb"))  # the caller closes


def check_bill_file(*, file_name: str, sha256: str) -> None:
    """Read a kept bill through and compare its hash. Raises BillFileChanged."""
    digest = hashlib.sha256()
    try:
        with open_bill_file(file_name=file_name) as raw:
            while chunk := raw.read(CHUNK):
                digest.update(chunk)
    except (OSError, EOFError) as error:
        raise BillFileChanged(file_name) from error
    if digest.hexdigest() != sha256:
        raise BillFileChanged(file_name)

"""What an uploaded file really is, told by its content and never by its name."""

import re
import zlib

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"

MAX_BYTES = 5 * 1024 * 1024
MIN_BYTES = 64

_SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
_FOREIGN = (b"%pdf-", b"<script", b"<?php", b"<html", b"<!doctype")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_REACH = 65_557
"""A ZIP's directory stands in its last 65,557 bytes; looked for there only, as chance repeats four bytes in a photo."""

_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|OpenAction|RichMedia|AA)\b")
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_MAX_INFLATED = 1024 * 1024


class BadDocument(ValueError):
    """A file that is refused; ``code`` is EMPTY, TOO_LARGE, UNKNOWN_TYPE, DISGUISED or ACTIVE_CONTENT."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def real_type(content: bytes, *, declared: str = "") -> str:
    """Return the media type by magic bytes and closing marks.

    ``declared`` is what the browser said; another type than the real one is a disguise.

    Raises:
        BadDocument: EMPTY, TOO_LARGE (over 5 MiB), UNKNOWN_TYPE, DISGUISED (two formats in one, bytes after the
            end, another type than declared), ACTIVE_CONTENT (a PDF with scripts or attachments).
    """
    if len(content) < MIN_BYTES:
        raise BadDocument("EMPTY")
    if len(content) > MAX_BYTES:
        raise BadDocument("TOO_LARGE")
    found = next((kind for magic, kind in _SIGNATURES if content.startswith(magic)), None)
    if found is None:
        raise BadDocument("UNKNOWN_TYPE")
    if declared and declared != found and not (declared == "image/jpg" and found == JPEG):
        raise BadDocument("DISGUISED")
    if not _is_whole(content, found) or _has_foreign_part(content, found):
        raise BadDocument("DISGUISED")
    if found == PDF and _is_active_pdf(content):
        raise BadDocument("ACTIVE_CONTENT")
    return found


def _is_whole(content: bytes, kind: str) -> bool:
    """Say whether the format's own end is the file's end: nothing may hide behind it."""
    if kind == JPEG:
        return content.rstrip(b"\x00").endswith(b"\xff\xd9")
    if kind == PNG:
        return content.endswith(b"IEND\xaeB`\x82")
    return content.rstrip(b"\r\n \x00").endswith(b"%%EOF")


def _has_foreign_part(content: bytes, kind: str) -> bool:
    """Say whether another format's beginning stands inside; metadata is where they hide."""
    lowered = content[1:].lower()
    if any(mark in lowered for mark in _FOREIGN if not (kind == PDF and mark == b"%pdf-")):
        return True
    return _ZIP_END in content[-_ZIP_END_REACH:]


def _is_active_pdf(content: bytes) -> bool:
    """Say whether a PDF can do anything but be read; packed object streams are opened too."""
    if _ACTIVE_PDF.search(_PDF_STREAM.sub(b" ", content)):
        return True
    for stream in _PDF_STREAM.finditer(content):
        heading = content[max(0, stream.start() - 400) : stream.start()]
        if b"/ObjStm" in heading and _ACTIVE_PDF.search(_inflate(stream[1])):
            return True
    return False


def _inflate(packed: bytes) -> bytes:
    """Return at most 1 MiB of a packed stream: a bomb stays small."""
    try:
        return zlib.decompressobj().decompress(packed, _MAX_INFLATED)
    except zlib.error:
        return b""

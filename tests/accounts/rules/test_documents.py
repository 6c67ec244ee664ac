"""What an uploaded file really is."""

import zlib

import pytest

from accounts.rules.documents import JPEG, MAX_BYTES, PDF, PNG, BadDocument, real_type
from tests.accounts import numbers

JPEG_BYTES = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x01" * 200 + b"\xff\xd9"
PDF_BYTES = b"%PDF-1.7\n" + b"1 0 obj <</Type /Catalog>> endobj\n" * 4 + b"%%EOF\n"


@pytest.mark.parametrize(
    ("content", "kind"), [(JPEG_BYTES, JPEG), (numbers.png(), PNG), (PDF_BYTES, PDF)], ids=["jpeg", "png", "pdf"]
)
def test_a_plain_file_is_known_by_its_bytes(content: bytes, kind: str) -> None:
    assert real_type(content, declared=kind) == kind


def _packed_pdf(hidden: bytes) -> bytes:
    stream = zlib.compress(hidden)
    return PDF_BYTES[:9] + b"2 0 obj <</Type /ObjStm>> stream\n" + stream + b"\nendstream endobj\n" + b"%%EOF\n"


@pytest.mark.parametrize(
    ("content", "declared", "code"),
    [
        (b"", "", "EMPTY"),
        (b"\xff\xd8\xff", "", "EMPTY"),
        (JPEG_BYTES[:-2] + b"\0" * MAX_BYTES + b"\xff\xd9", "", "TOO_LARGE"),
        (b"MZ" + b"\0" * 200, "image/jpeg", "UNKNOWN_TYPE"),
        (b"<svg onload=alert(1)>" + b" " * 200, "image/png", "UNKNOWN_TYPE"),
        (b"GIF89a" + b"\0" * 200, "image/gif", "UNKNOWN_TYPE"),
        (numbers.png(), "image/jpeg", "DISGUISED"),
        (numbers.png(), "application/pdf", "DISGUISED"),
        (JPEG_BYTES + b"PK\x03\x04 and more", "image/jpeg", "DISGUISED"),
        (numbers.png() + b"<script>", "image/png", "DISGUISED"),
        (JPEG_BYTES[:30] + b"<ScRiPt>x</script>" + JPEG_BYTES[30:], "", "DISGUISED"),
        (JPEG_BYTES[:30] + b"<?php x ?>" + JPEG_BYTES[30:], "", "DISGUISED"),
        (JPEG_BYTES[:-2] + b"PK\x05\x06" + b"\0" * 18 + b"\xff\xd9", "", "DISGUISED"),
        (JPEG_BYTES[:30] + PDF_BYTES + JPEG_BYTES[30:], "", "DISGUISED"),
        (JPEG_BYTES[:-2] + b"cut off", "", "DISGUISED"),
        (PDF_BYTES.replace(b"/Catalog", b"/OpenAction 3 0 R"), "", "ACTIVE_CONTENT"),
        (PDF_BYTES.replace(b"/Catalog", b"/JS (app.alert)"), "", "ACTIVE_CONTENT"),
        (_packed_pdf(b"3 0 obj <</S /JavaScript>> endobj"), "", "ACTIVE_CONTENT"),
    ],
)
def test_a_disguised_or_dangerous_file_is_refused(content: bytes, declared: str, code: str) -> None:
    with pytest.raises(BadDocument) as caught:
        real_type(content, declared=declared)

    assert caught.value.code == code


def test_a_bomb_inside_a_pdf_stays_small() -> None:
    bomb = _packed_pdf(b"\0" * 200_000_000)

    assert real_type(bomb) == PDF

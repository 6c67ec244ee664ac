"""The report a merchant carries himself: a PDF whose bytes are fixed; one changed byte is detected (R23)."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst
from django.conf import settings
from django.db import IntegrityError, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import blind_index
from supplychain.models import Assessment, AssessmentDocument
from supplychain.selectors.assessments import document_by_hash
from supplychain.services.assessments import NotIssued

FONTS = Path(noto_cjk_sans_otc.FONT_PATH)
PURPOSE = "supplychain.assessment_document"
SHEET = """
#let d = json("data.json")
#set document(title: d.title, date: none)
#set page(paper: "a4", margin: 18mm, footer: [#set text(size: 8pt, fill: rgb("#55646A")); #d.foot])
#set text(font: "Noto Sans CJK SC", lang: "zh", size: 10pt)
#text(size: 11pt, fill: rgb("#0A6C6E"))[丝路e宝]
#v(2mm)
#text(size: 20pt, weight: "bold")[#d.title]
#v(1mm)
#text(fill: rgb("#55646A"))[#d.sub]
#v(6mm)
#grid(columns: (1fr, 1fr, 1fr), gutter: 4mm, ..d.results.map(r => block(stroke: 0.5pt + rgb("#E2D9C6"), inset: 4mm,
  radius: 2mm, width: 100%)[#text(fill: rgb("#55646A"))[#r.name] \\ #text(size: 20pt, weight: "bold")[#r.value]#text(
  size: 10pt)[ \\/ #r.most]]))
#v(4mm)
#text(size: 12pt, weight: "bold")[#d.why]
#list(..d.reasons.map(r => [#r]))
#v(3mm)
#table(columns: (2fr, 1fr, 1fr, 1fr), stroke: 0.4pt + rgb("#E2D9C6"), inset: 2mm, ..d.head.map(h => strong(h)),
  ..d.rows.flatten())
#v(3mm)
#d.need
#v(3mm)
#text(size: 9pt, fill: rgb("#55646A"))[#d.note]
"""


@dataclass(frozen=True)
class ReportText:
    """The words of a report, in the reader's language; put together by the page."""

    title: str
    sub: str
    results: list[dict[str, str]]
    why: str
    reasons: list[str]
    head: list[str]
    rows: list[list[str]]
    need: str
    note: str
    foot: str


def issue_document(*, assessment: Assessment, text: ReportText, actor: Actor, at: datetime) -> AssessmentDocument:
    """Print and sign the report once; asked again, the same bytes come back.

    Raises:
        NotIssued
    """
    if assessment.outcome != "ISSUED":
        raise NotIssued
    known = AssessmentDocument.objects.filter(assessment=assessment).first()
    if known is not None:
        return known
    pdf = _print(text)
    sha256 = hashlib.sha256(pdf).hexdigest()
    try:
        with transaction.atomic():
            document = AssessmentDocument.objects.create(
                assessment=assessment, pdf=pdf, sha256=sha256, signature=_sign(assessment, sha256), issued_at=at
            )
            record(
                actor=actor,
                action="supplychain.assessment.document",
                subject=assessment.assessment_no,
                at=at,
                detail={"sha256": sha256[:16]},
            )
            return document
    except IntegrityError:
        return AssessmentDocument.objects.get(assessment=assessment)


def verify_document(*, content: bytes) -> AssessmentDocument | None:
    """Find the report these bytes are, signature and all; None for anything else, be it one byte away (R23)."""
    document = document_by_hash(hashlib.sha256(content).hexdigest())
    if document is None or not document_holds(document=document):
        return None
    return document


def document_holds(*, document: AssessmentDocument) -> bool:
    """Say whether a stored report is still the bytes that were signed."""
    sha256 = hashlib.sha256(bytes(document.pdf)).hexdigest()
    return sha256 == document.sha256 and hmac.compare_digest(document.signature, _sign(document.assessment, sha256))


def _sign(assessment: Assessment, sha256: str) -> str:
    return blind_index(f"{assessment.assessment_no}|{assessment.input_hash}|{sha256}", PURPOSE).hex()


def _print(text: ReportText) -> bytes:
    data = json.dumps(text.__dict__, ensure_ascii=False)
    fonts = str(FONTS.parent if FONTS.is_file() else FONTS)
    files: Any = {"main.typ": SHEET.encode(), "data.json": data.encode()}
    pdf: bytes = typst.compile(files, font_paths=[fonts])
    return pdf


def verify_url() -> str:
    """Give the address where anybody can check a report."""
    return f"{settings.PUBLIC_URL}/assessment/verify/"

"""Papers a merchant hands in: what they really are is told by their bytes."""

import base64
import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import DocumentKind, Merchant, MerchantDocument
from accounts.rules.documents import BadDocument, real_type
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import reveal
from silk_road_ebao.kernel.refusals import Refusal


class DocumentRefused(Refusal):
    """A file that is empty, too large, of another type, or disguised."""

    message = _("这个文件不能用，请重新拍照上传")


class PapersReviewed(Refusal):
    """Papers of a merchant in service change only under four eyes."""

    message = _("店已经通过审核，换证照请走“改资料”，由两位工作人员复核")


class DocumentAltered(Refusal):
    """The stored bytes no longer have the hash fixed at hand-in (R23)."""

    message = _("这份证照和上传时不一样了，请重新上传")


_SENTENCES = {
    "EMPTY": _("文件是空的，请重新拍照上传"),
    "TOO_LARGE": _("文件超过 5 MB，请拍小一点或压缩后再传"),
    "UNKNOWN_TYPE": _("只收 JPG、PNG 照片或 PDF，请重新拍照上传"),
    "DISGUISED": _("文件里夹着别的内容，请直接拍照上传，不要改名或拼接"),
    "ACTIVE_CONTENT": _("PDF 里带有脚本或附件，请打印成普通 PDF 或直接拍照上传"),
}


@audited(action="accounts.merchant_document.hand_in")
@transaction.atomic
def hand_in_document(
    *, merchant: Merchant, kind: str, content: bytes, actor: Actor, at: datetime, declared_type: str = ""
) -> MerchantDocument:
    """Keep a paper with a form that is being filled in; a merchant in service hands it in with a reviewed change.

    Raises:
        PapersReviewed: the merchant is in service.
        DocumentRefused: at the field named like the kind in lower case.
        ValueError: an unknown kind.
    """
    if Merchant.objects.filter(pk=merchant.pk, status__in=("APPROVED", "SUSPENDED")).exists():
        raise PapersReviewed
    return keep_document(merchant=merchant, kind=kind, content=content, declared_type=declared_type, actor=actor, at=at)


def check_paper(*, kind: str, content: bytes, declared_type: str = "") -> str:
    """Return the real media type of a paper.

    Raises:
        DocumentRefused: at the field named like the kind in lower case.
    """
    try:
        return real_type(content, declared=declared_type)
    except BadDocument as error:
        raise DocumentRefused(_SENTENCES[error.code], field=DocumentKind(kind).value.lower()) from None


@transaction.atomic
def keep_document(
    *, merchant: Merchant, kind: str, content: bytes, actor: Actor, at: datetime, declared_type: str = ""
) -> MerchantDocument:
    """Keep a paper under its fixed SHA-256 (R23); one of the same kind is replaced, its row stays.

    Handing in the same bytes again changes nothing.

    Raises:
        DocumentRefused: at the field named like the kind in lower case.
        ValueError: an unknown kind.
    """
    kind_code = DocumentKind(kind).value
    media_type = check_paper(kind=kind_code, content=content, declared_type=declared_type)
    digest = hashlib.sha256(content).hexdigest()
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    live = MerchantDocument.objects.filter(merchant=merchant, kind=kind_code, replaced_at__isnull=True)
    same = live.filter(sha256=digest).first()
    if same is not None:
        return same
    live.update(replaced_at=at)
    document = MerchantDocument.objects.create(
        merchant=merchant,
        kind=kind_code,
        sha256=digest,
        media_type=media_type,
        size_bytes=len(content),
        content_sealed=base64.b64encode(content).decode(),
        uploaded_at=at,
    )
    record(
        actor=actor,
        action="accounts.merchant_document.hand_in",
        subject=merchant.merchant_no,
        at=at,
        detail={"kind": kind_code, "sha256": digest, "size_bytes": len(content)},
    )
    return document


def check_document(*, document: MerchantDocument) -> None:
    """Compare the stored bytes with the hash fixed at hand-in (R23).

    Raises:
        DocumentAltered
    """
    if hashlib.sha256(base64.b64decode(document.content_sealed.open())).hexdigest() != document.sha256:
        raise DocumentAltered


def open_document(*, document: MerchantDocument, purpose: str, actor: Actor, at: datetime) -> bytes:
    """Return a paper's bytes for somebody's eyes; who saw it and why is recorded (R25).

    Raises:
        DocumentAltered
    """
    check_document(document=document)
    return base64.b64decode(reveal(document, "content_sealed", actor=actor, purpose=purpose, at=at))

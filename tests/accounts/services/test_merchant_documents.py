"""Papers a merchant hands in (R23)."""

import base64

import pytest

from accounts.models import MerchantDocument
from accounts.services.merchant_documents import (
    DocumentAltered,
    DocumentRefused,
    check_document,
    hand_in_document,
    open_document,
)
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import AuditEvent
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory

pytestmark = pytest.mark.django_db


def _hand_in(at, content, **more):
    merchant = more.pop("merchant", None) or MerchantFactory(status="DRAFT")
    return hand_in_document(merchant=merchant, kind="BUSINESS_LICENCE", content=content, actor=SYSTEM, at=at, **more)


def test_r23_one_byte_changed_is_detected(at):
    document = _hand_in(at, numbers.png(1))
    check_document(document=document)
    content = open_document(document=document, purpose="审核", actor=SYSTEM, at=at)
    assert content == numbers.png(1)
    assert AuditEvent.objects.filter(action="kernel.sealed.reveal").count() == 1

    document.content_sealed = base64.b64encode(content[:-1] + bytes([content[-1] ^ 1])).decode()
    document.save()

    with pytest.raises(DocumentAltered):
        check_document(document=MerchantDocument.objects.get(pk=document.pk))


@pytest.mark.parametrize(
    ("content", "declared"),
    [(b"", ""), (b"x" * (5 * 1024 * 1024 + 1), ""), (b"MZ" + b"\0" * 99, "image/png"), (numbers.png(), "image/jpeg")],
    ids=["empty", "oversized", "program", "disguised"],
)
def test_an_oversized_or_disguised_file_is_refused_and_audited(content, declared, at):
    with pytest.raises(DocumentRefused) as caught:
        _hand_in(at, content, declared_type=declared)

    assert caught.value.field == "business_licence"
    assert "传" in str(caught.value) or "拍" in str(caught.value)
    assert not MerchantDocument.objects.exists()
    assert AuditEvent.objects.filter(action="accounts.merchant_document.hand_in.refused").count() == 1


def test_a_new_paper_replaces_the_old_whose_row_stays(at):
    merchant = MerchantFactory(status="DRAFT")

    first = _hand_in(at, numbers.png(1), merchant=merchant)
    again = _hand_in(at, numbers.png(1), merchant=merchant)
    second = _hand_in(at, numbers.png(2), merchant=merchant)

    first.refresh_from_db()
    assert first == again
    assert (first.replaced_at, second.replaced_at) == (at, None)

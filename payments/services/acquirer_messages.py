"""The archive of messages, and the one door for notices."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from payments.gateways import gateway_of
from payments.gateways.protocol import Exchange, Notice, NoticeRefusedError, NoticeReply
from payments.models import AcquirerMessage
from payments.rules.acquirer_message import MAX_NOTICE_BYTES, fit_text
from payments.services.confirmations import Conflict, apply_evidence
from payments.services.plain_confirmations import confirm_plainly, on_the_way
from payments.services.refund_confirmations import apply_refund_evidence
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.masking import scrub
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import StaleTransition

SEALED_BYTES = 8192
RACES = 20


def archive_exchanges(*, acquirer_code: str, exchanges: Iterable[Exchange], verdict: str, at: datetime) -> None:
    """Keep what was said on the line, secrets masked."""
    AcquirerMessage.objects.bulk_create(
        AcquirerMessage(
            acquirer_code=acquirer_code,
            direction="OUT",
            kind=exchange.kind,
            subject=exchange.subject,
            verdict=verdict,
            http_status=exchange.http_status,
            took_ms=exchange.took_ms,
            shown=exchange.shown,
            at=at,
        )
        for exchange in exchanges
    )


def receive_notice(*, acquirer_code: str, headers: Mapping[str, str], body: bytes, at: datetime) -> NoticeReply:
    """Verify, confirm and archive a notice in one transaction; refuse with an alarm and no change of state.

    The same function confirms notices, polls and bills. A refused notice is answered so that a true one is sent again.
    """
    gateway = gateway_of(acquirer_code)
    try:
        with on_the_way():
            notice = gateway.read_notice(headers, body)
            is_done = confirm_plainly(notice=notice, body_sha256=hashlib.sha256(body).digest(), at=at)
    except NoticeRefusedError as error:
        _refuse(acquirer_code=acquirer_code, subject="", reason=error.reason, body=body, at=at)
        return gateway.reply(False, "not verified")
    try:
        if not is_done:
            _take(acquirer_code, notice, body, at)
    except Refusal as refusal:
        reason = f"{refusal.code} {getattr(refusal, 'detail', '')}".strip()
        _refuse(acquirer_code=acquirer_code, subject=notice.subject, reason=reason, body=body, at=at)
        return gateway.reply(False, refusal.code)
    return gateway.reply(True)


def refuse_notice(*, acquirer_code: str, reason: str, body: bytes, at: datetime) -> NoticeReply:
    """Refuse what cannot even be a notice (content type, size), with the same alarm."""
    _refuse(acquirer_code=acquirer_code, subject="", reason=reason, body=body, at=at)
    return gateway_of(acquirer_code).reply(False, reason)


def _take(acquirer_code: str, notice: Notice, body: bytes, at: datetime) -> None:
    for _race in range(RACES):
        try:
            with transaction.atomic():
                is_new = _confirm(notice, at)
                AcquirerMessage.objects.create(
                    acquirer_code=acquirer_code,
                    direction="IN",
                    kind=f"NOTICE_{notice.kind}",
                    subject=notice.subject,
                    verdict="ACCEPTED" if is_new else "REPEATED",
                    reason=notice.notice_id,
                    shown=notice.shown,
                    body_sha256=hashlib.sha256(body).digest(),
                    at=at,
                )
        except StaleTransition:
            continue
        return
    raise Conflict


def _confirm(notice: Notice, at: datetime) -> bool:
    if notice.evidence is not None:
        return apply_evidence(evidence=notice.evidence, at=at).is_new
    if notice.refund_evidence is not None:
        return apply_refund_evidence(evidence=notice.refund_evidence, at=at).is_new
    return False


def _refuse(*, acquirer_code: str, subject: str, reason: str, body: bytes, at: datetime) -> None:
    shown_reason = fit_text(scrub(reason))[:200]  # it may quote what a stranger sent
    with transaction.atomic():
        message = AcquirerMessage.objects.create(
            acquirer_code=acquirer_code,
            direction="IN",
            kind="NOTICE",
            subject=fit_text(subject[:64]),
            verdict="REFUSED",
            reason=shown_reason,
            shown={"bytes": len(body)},
            body_sha256=hashlib.sha256(body).digest(),
            body_sealed=body[:SEALED_BYTES].decode("utf-8", "replace"),
            at=at,
        )
        record(
            actor=Actor("ACQUIRER", acquirer_code),
            action="payments.notice.refused",
            subject=f"acquirer_message:{message.pk}",
            at=at,
            detail={"acquirer": acquirer_code, "reason": shown_reason},
        )


__all__ = ["MAX_NOTICE_BYTES", "archive_exchanges", "receive_notice", "refuse_notice"]

"""Audit: who did what, to what, when. Append-only, each event chained to the one before.

`record` writes the event inside the caller's transaction; a deferred trigger links it into the
chain while that transaction commits (sql/audit_chain.sql), one at a time under an advisory lock.
The application's database role needs INSERT on events and nothing more (sql/privileges.sql).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import connection, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.canonical import digest, plain, refuse_secrets
from silk_road_ebao.kernel.models import AuditEvent, AuditLink

log = structlog.get_logger(__name__)

GENESIS = hashlib.sha256(b"silk_road_ebao audit chain").digest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the place in it, the event (if any), and what is wrong."""

    seq: int
    event_id: int | None
    what: str


@dataclass(frozen=True, slots=True)
class _Ends:
    head: int
    hash: bytes
    last: int


class ChainBroken(Exception):
    """The audit chain does not hold: somebody wrote past it."""


def record(
    *, actor: Actor, action: str, subject: str, at: datetime, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """Write one audit event; it takes its place in the chain when the transaction commits.

    `detail` takes what `canonical.plain` takes. Raises SecretInClear if any of it looks like a
    card number, resident ID, phone or key: mask first (R25).
    """
    body = _body(actor.kind, actor.ref, actor.label, action, subject, at, plain(detail or {}))
    refuse_secrets([subject, body["detail"]], f"audit {action}")
    return AuditEvent.objects.create(**{**body, "at": at}, body_hash=digest(body))


def verify_chain() -> Break | None:
    """Recompute the whole chain; gives the first break, or None if every link holds.

    Finds events altered, removed, inserted past the chain, reordered, and a tail cut off.
    """
    with transaction.atomic():
        _link_pending()
        ends = _ends()
        previous = GENESIS
        for expected, link in enumerate(_links(max(ends.head, ends.last)), start=1):
            if broken := _check(link, expected, previous):
                return broken
            previous = bytes(link.hash)
        return _check_end(ends, previous)


def require_unbroken() -> None:
    """Verify the chain; raises ChainBroken, naming the place, if it does not hold.

    The head goes into the log: a copy outside the database, for whoever must prove that nobody
    has written the whole chain anew.
    """
    if broken := verify_chain():
        raise ChainBroken(f"audit chain broken at link {broken.seq}: {broken.what}")
    ends = _ends()
    log.info("audit chain holds", links=ends.head, head=ends.hash.hex())


def _body(kind: str, ref: str, label: str, action: str, subject: str, at: datetime, detail: Any) -> dict[str, Any]:
    return {
        "at": at.astimezone(UTC),
        "actor_kind": kind,
        "actor_ref": ref,
        "actor_label": label,
        "action": action,
        "subject": subject,
        "detail": detail,
    }


def link_hash(previous: bytes, seq: int, event_id: int, body_hash: bytes) -> bytes:
    """Compute a link as the trigger does: sha256(previous ‖ seq ‖ event id ‖ body), big endian."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + event_id.to_bytes(8, "big") + body_hash).digest()


def _ends() -> _Ends:
    """Read the head and the last link in one statement, because events go on being written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(h.seq), 0), min(h.hash), (SELECT coalesce(max(seq), 0) FROM kernel_auditlink)"
            " FROM kernel_audithead h WHERE h.id = 1"
        )
        seq, head_hash, last = cursor.fetchone()
    return _Ends(head=seq, hash=bytes(head_hash or GENESIS), last=last)


def _links(upto: int) -> Iterator[AuditLink]:
    links = AuditLink.objects.filter(seq__lte=upto).order_by("seq").select_related("event")
    return links.iterator(chunk_size=2000)


def _check(link: AuditLink, expected: int, previous: bytes) -> Break | None:
    event = link.event
    if link.seq != expected:
        return Break(expected, None, "link missing")
    body = _body(
        event.actor_kind, event.actor_ref, event.actor_label, event.action, event.subject, event.at, event.detail
    )
    if digest(body) != bytes(event.body_hash):
        return Break(link.seq, event.pk, "event altered")
    if link_hash(previous, link.seq, event.pk, bytes(event.body_hash)) != bytes(link.hash):
        return Break(link.seq, event.pk, "link altered")
    return None


def _check_end(ends: _Ends, last_hash: bytes) -> Break | None:
    if ends.head != ends.last:
        what = "tail cut off" if ends.last < ends.head else "head set back"
        return Break(min(ends.head, ends.last) + 1, None, what)
    if ends.hash != last_hash:
        return Break(ends.head, None, "head altered")
    stray = AuditEvent.objects.filter(link__isnull=True).order_by("pk").values_list("pk", flat=True).first()
    return Break(ends.head + 1, stray, "event outside the chain") if stray else None


def _link_pending() -> None:
    """Link what this transaction has recorded already."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS kernel_audit_chain IMMEDIATE")
        cursor.execute("SET CONSTRAINTS kernel_audit_chain DEFERRED")

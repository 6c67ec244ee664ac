"""Idempotency: one key, one effect, one answer, however often and however parallel it is asked.

    with once(scope=f"partner:{code}", key=key, fingerprint=fingerprint_of(method, path, body)) as call:
        if call.stored:
            return answer_with(call.stored)
        with transaction.atomic():
            order = place_order(...)
            call.finish(status=201, body={...})

The claim is committed before the work, so the work may call others outside a transaction; `finish`
inside the work's own transaction makes effect and answer one. A claim whose holder was killed ends
by itself, and the work runs again: it needs a unique key of its own (order_no), as every effect.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.canonical import plain, refuse_secrets
from silk_road_ebao.kernel.models import IdempotencyRecord
from silk_road_ebao.kernel.refusals import Refusal

CLAIM_S = 30


class InFlight(Refusal):
    message = _("同样的请求正在处理，请稍后再试")


class KeyReused(Refusal):
    message = _("这个幂等键已经用于另一个请求")


class ClaimLost(Refusal):
    message = _("处理超时，请用同一个幂等键重试")


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored answer of a finished call."""

    status: int
    body: Any


@dataclass(slots=True)
class Call:
    """One run under a key: `stored` is set when it was finished before."""

    scope: str
    key: str
    token: UUID
    stored: Answer | None = None
    finished: bool = False

    def finish(self, *, status: int, body: Any) -> Answer:
        """Store the answer; call it in the transaction of the effect.

        Raises ClaimLost if the claim ran out and another took it over: the effect must roll back.
        """
        answer = Answer(status, plain(body))
        refuse_secrets(answer.body, f"idempotent answer {self.scope}")
        done = IdempotencyRecord.objects.filter(
            scope=self.scope, key=self.key, token=self.token, finished_at__isnull=True
        ).update(status=answer.status, body=answer.body, finished_at=Now())
        if not done:
            raise ClaimLost
        self.finished = True
        return answer


@contextmanager
def once(*, scope: str, key: str, fingerprint: str, claim_s: int = CLAIM_S) -> Iterator[Call]:
    """Claim a key for the body of the `with`, or hand over the answer given before.

    Raises InFlight while another run holds the key, KeyReused if it was used for another request.
    If the body ends without `finish`, or raises, the key is free again.
    """
    token = uuid4()
    if _claim(scope, key, fingerprint, token, claim_s):
        call = Call(scope, key, token)
    else:
        call = Call(scope, key, token, stored=_stored(scope, key, fingerprint))
    try:
        yield call
    finally:
        if call.stored is None and not connection.needs_rollback:
            IdempotencyRecord.objects.filter(scope=scope, key=key, token=token, finished_at__isnull=True).delete()


def fingerprint_of(*parts: str | bytes) -> str:
    """Compute the fingerprint of a request from its method, path and raw body (64 hex digits)."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def purge_records(*, before: datetime) -> int:
    """Delete keys claimed before a moment; gives how many. Callers promise keys for 30 days."""
    deleted, _rows = IdempotencyRecord.objects.filter(claimed_at__lt=before).delete()
    return deleted


def _claim(scope: str, key: str, fingerprint: str, token: UUID, claim_s: int) -> bool:
    """Insert the claim, or take over one that ran out with the same request; tells whether we hold it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_idempotencyrecord AS r (scope, key, fingerprint, token, claimed_at, claimed_until)"
            " VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp() + make_interval(secs => %s))"
            " ON CONFLICT (scope, key) DO UPDATE SET token = excluded.token, claimed_until = excluded.claimed_until"
            " WHERE r.finished_at IS NULL AND r.claimed_until < clock_timestamp()"
            " AND r.fingerprint = excluded.fingerprint",
            [scope, key, fingerprint, token, claim_s],
        )
        return bool(cursor.rowcount)


def _stored(scope: str, key: str, fingerprint: str) -> Answer:
    found = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
    if found is None:  # released between our claim and this look
        raise InFlight
    if found.fingerprint != fingerprint:
        raise KeyReused
    if found.finished_at is None or found.status is None:
        raise InFlight
    return Answer(found.status, found.body)

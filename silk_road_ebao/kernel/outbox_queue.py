"""The outbox as a queue in SQL: claim, lock, put off, give up. Times are the server's real time.

Only `kernel.outbox` uses this module.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from silk_road_ebao.kernel.models import OutboxDelivery

BATCH = 20
LEASE_S = 15  # a claim whose holder was killed is due again after this
MAX_ATTEMPTS = 10
BACK_OFF_S = (1, 3, 10, 30, 60, 180, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery claimed for this run; `attempts` is the fencing number."""

    delivery_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What a handler receives: a thin payload and the moment it happened."""

    topic: str
    key: str
    payload: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A fact addressed to one handler."""

    handler: str
    fact: Fact


def insert_fact(topic: str, key: str, payload: str, at: datetime, handlers: list[str]) -> int | None:
    """Insert a fact and a delivery per handler in one statement; None if the key is taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH fact AS (INSERT INTO kernel_outboxfact (topic, key, payload, at) VALUES (%s, %s, %s::jsonb, %s)"
            "  ON CONFLICT (topic, key) DO NOTHING RETURNING id),"
            " sent AS (INSERT INTO kernel_outboxdelivery (fact_id, handler, attempts, due_at, last_error)"
            "  SELECT fact.id, name, 0, statement_timestamp(), '' FROM fact, unnest(%s::text[]) AS name)"
            " SELECT id FROM fact",
            [topic, key, payload, at, handlers],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def claim(limit: int) -> tuple[list[Claim], int]:
    """Claim due deliveries: count the attempt, lease them; those past their attempts are given up.

    Gives the claims and how many were given up.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id FROM kernel_outboxdelivery"
            "  WHERE delivered_at IS NULL AND dead_at IS NULL AND due_at <= clock_timestamp()"
            "  ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE kernel_outboxdelivery AS d SET"
            "  attempts = least(attempts + 1, %s),"
            "  due_at = clock_timestamp() + make_interval(secs => %s),"
            "  dead_at = CASE WHEN attempts >= %s THEN clock_timestamp() END,"
            "  last_error = CASE WHEN attempts >= %s AND last_error = '' THEN 'the process died every time'"
            "   ELSE last_error END"
            " FROM due WHERE d.id = due.id RETURNING d.id, d.attempts, d.dead_at IS NOT NULL",
            [limit, MAX_ATTEMPTS, LEASE_S, MAX_ATTEMPTS, MAX_ATTEMPTS],
        )
        rows = sorted(cursor.fetchall())
    return [Claim(key, attempts) for key, attempts, dead in rows if not dead], sum(row[2] for row in rows)


def lock(claim: Claim) -> Letter | None:
    """Lock a claimed delivery and read its fact; None if another run did it or claimed it since.

    It waits: another relay's claim may touch the row for the length of its statement, never longer, for claims skip
    what is locked. Skipping it here would leave the fact to its lease.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.handler, f.topic, f.key, f.payload::text, f.at FROM kernel_outboxdelivery d"
            " JOIN kernel_outboxfact f ON f.id = d.fact_id"
            " WHERE d.id = %s AND d.attempts = %s AND d.delivered_at IS NULL AND d.dead_at IS NULL"
            " FOR UPDATE OF d",
            [claim.delivery_id, claim.attempts],
        )
        row = cursor.fetchone()
    return Letter(row[0], Fact(row[1], row[2], json.loads(row[3]), row[4])) if row else None


def mark_done(claim: Claim) -> None:
    """Mark a delivery done, in the transaction of its handler's effects."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_outboxdelivery SET delivered_at = clock_timestamp(), last_error = '' WHERE id = %s",
            [claim.delivery_id],
        )


def put_off(claim: Claim, error: str) -> bool:
    """Put a failed delivery off with back-off and jitter, or give it up; tells whether given up."""
    row = OutboxDelivery.objects.filter(pk=claim.delivery_id, attempts=claim.attempts, delivered_at__isnull=True)
    if claim.attempts >= MAX_ATTEMPTS:
        row.update(dead_at=Now(), last_error=error)
        return True
    wait = BACK_OFF_S[min(claim.attempts, len(BACK_OFF_S)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
    row.update(due_at=Now() + timedelta(seconds=wait), last_error=error)
    return False


def revive(delivery: OutboxDelivery) -> None:
    """Make a dead delivery due now, with fresh attempts."""
    OutboxDelivery.objects.filter(pk=delivery.pk).update(dead_at=None, attempts=0, due_at=Now(), last_error="")


def add_missing(pairs: list[tuple[str, str]], since: datetime) -> int:
    """Insert the (topic, handler) deliveries that facts since a moment lack; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_outboxdelivery (fact_id, handler, attempts, due_at, last_error)"
            " SELECT f.id, p.handler, 0, statement_timestamp(), '' FROM kernel_outboxfact f"
            " JOIN unnest(%s::text[], %s::text[]) AS p (topic, handler) ON p.topic = f.topic"
            " WHERE f.at >= %s ON CONFLICT (fact_id, handler) DO NOTHING",
            [[topic for topic, _name in pairs], [name for _topic, name in pairs], since],
        )
        return int(cursor.rowcount)

"""Outbox: facts written with the work they tell of, delivered afterwards, each handler once.

The tables are the queue. `emit` writes the fact and one delivery per handler inside the caller's
transaction; `deliver_due` runs each handler in a transaction together with the mark that it ran,
so a handler's effects happen exactly once. One bad fact blocks nobody. Order is not promised,
not even for one key: a handler reads the present state instead of trusting the sequence.
"""

import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerDown

from silk_road_ebao.kernel import outbox_queue as queue
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.canonical import canonical_json, plain, refuse_secrets
from silk_road_ebao.kernel.masking import scrub
from silk_road_ebao.kernel.models import OutboxDelivery, OutboxFact
from silk_road_ebao.kernel.outbox_queue import Fact, Letter
from silk_road_ebao.kernel.refusals import Refusal

__all__ = [
    "Delivered",
    "EmitOutsideTransaction",
    "Fact",
    "FactConflict",
    "Handler",
    "NoSuchHandler",
    "NotDead",
    "deliver_due",
    "emit",
    "fan_out",
    "handlers_of",
    "nudge",
    "on",
    "redeliver",
]

log = structlog.get_logger(__name__)

RELAY_TASK = "kernel.relay_outbox"
QUIET_S = 5.0  # after a hint that failed, leave the broker alone: the sweeper does without


Handler = Callable[[Fact], None]


@dataclass(slots=True)
class Delivered:
    """What one run of `deliver_due` did: deliveries done, put off, given up."""

    done: int = 0
    put_off: int = 0
    dead: int = 0

    @property
    def total(self) -> int:
        """Deliveries tried."""
        return self.done + self.put_off + self.dead


class FactConflict(Exception):
    """The same topic and key were emitted before with another payload: two truths."""


class EmitOutsideTransaction(Exception):
    """A fact must be written in the transaction of the work it tells of."""


class NoSuchHandler(Exception):
    """A delivery names a handler this version of the code does not have."""


class NotDead(Refusal):
    message = _("这条投递没有失败，不用重发")


@dataclass
class _Registry:
    handlers: dict[str, Handler] = field(default_factory=dict)
    by_topic: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _Hints:
    quiet_until: float = 0.0


_registry = _Registry()
_hints = _Hints()


def on(topic: str) -> Callable[[Handler], Handler]:
    """Register a handler for a topic under its dotted name (do not rename it lightly)."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        _registry.handlers[name] = handler
        if name not in _registry.by_topic[topic]:
            _registry.by_topic[topic].append(name)
        return handler

    return register


def handlers_of(topic: str) -> list[str]:
    """Name the handlers registered for a topic."""
    return list(_registry.by_topic.get(topic, ()))


def emit(topic: str, *, key: str, payload: dict[str, Any], at: datetime) -> None:
    """Write a fact and its deliveries inside the caller's transaction.

    The same topic and key with the same payload is a replay and does nothing. Raises FactConflict
    for another payload, EmitOutsideTransaction outside `atomic`, SecretInClear for unmasked data.
    """
    if not connection.in_atomic_block:
        raise EmitOutsideTransaction(f"{topic} {key}")
    body = plain(payload)
    refuse_secrets(body, f"outbox {topic}")
    fact_id = queue.insert_fact(topic, key, canonical_json(body), at, handlers_of(topic))
    if fact_id is None:
        known = OutboxFact.objects.get(topic=topic, key=key)
        if canonical_json(known.payload) != canonical_json(body):
            raise FactConflict(f"{topic} {key} was emitted with another payload")
        return
    _nudge_on_commit()


def _nudge_on_commit() -> None:
    """Ask for one relay run per transaction, after it commits; a dead broker only delays it."""
    if not any(entry[1] is nudge for entry in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)


def nudge() -> None:
    """Hint to a worker that facts are due. The sweeper finds them without it, too."""
    if time.monotonic() < _hints.quiet_until:
        return
    sent = False
    try:
        current_app.send_task(RELAY_TASK, retry=False, ignore_result=True)
        sent = True
    except BrokerDown as error:
        log.warning("outbox hint not sent", error=str(error))
    finally:
        if not sent:
            _hints.quiet_until = time.monotonic() + QUIET_S


def deliver_due(limit: int = 100) -> Delivered:
    """Deliver up to `limit` due deliveries, each in a transaction of its own.

    A claim is committed first (it counts the attempt and leases the delivery), so a handler that
    kills its process is put off and, in the end, given up like any other.
    """
    result = Delivered()
    while result.total < limit:
        claims, dead = queue.claim(min(queue.BATCH, limit - result.total))
        result.dead += dead
        if not claims and not dead:
            break
        for claim in claims:
            _deliver(claim, result)
    return result


def _deliver(claim: queue.Claim, result: Delivered) -> None:
    try:
        with transaction.atomic():
            letter = queue.lock(claim)
            if letter is None:  # another relay has it, or has done it
                return
            _run(letter)
            queue.mark_done(claim)
    except Exception as error:  # noqa: BLE001 (whatever a handler raises, even at commit, must not stop the other facts)
        given_up = queue.put_off(claim, scrub(_trace(error)))
        result.dead += given_up
        result.put_off += not given_up
        log.warning("fact not delivered", delivery=claim.delivery_id, attempts=claim.attempts, dead=given_up)
    else:
        result.done += 1


def _run(letter: Letter) -> None:
    handler = _registry.handlers.get(letter.handler)
    if handler is None:
        raise NoSuchHandler(letter.handler)
    handler(letter.fact)


def _trace(error: Exception) -> str:
    """Write an error with its innermost places, short enough for a column."""
    return "".join(traceback.format_exception(error, limit=-6))[-4000:]


@transaction.atomic
def redeliver(delivery_id: int, *, actor: Actor, at: datetime) -> OutboxDelivery:
    """Put a dead delivery back into the queue with fresh attempts, and write who did so.

    Raises NotDead if it is waiting or delivered, OutboxDelivery.DoesNotExist if unknown.
    """
    delivery = OutboxDelivery.objects.select_for_update().select_related("fact").get(pk=delivery_id)
    if delivery.dead_at is None:
        raise NotDead
    queue.revive(delivery)
    record(
        actor=actor,
        action="kernel.outbox.redeliver",
        subject=f"{delivery.fact.topic}:{delivery.fact.key}",
        at=at,
        detail={"handler": delivery.handler, "attempts": delivery.attempts},
    )
    _nudge_on_commit()
    delivery.refresh_from_db()
    return delivery


def fan_out(*, since: datetime) -> int:
    """Add the deliveries that facts since a moment lack for handlers of this version; gives how many.

    For facts an older process wrote while a newer one with one more handler was starting (F19).
    """
    pairs = [(topic, name) for topic, names in _registry.by_topic.items() for name in names]
    return queue.add_missing(pairs, since)

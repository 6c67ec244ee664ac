from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from silk_road_ebao.kernel import outbox, outbox_queue
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.models import AuditEvent, OutboxDelivery, OutboxFact
from silk_road_ebao.kernel.outbox import Fact, FactConflict, deliver_due, emit, redeliver
from tests.kernel.test_masking import CARD
from tests.kernel.trial import AT, MAKER, Crate, Fall, fall

TOPIC = "trial.crate.sent"


def tell(key="C1", topic=TOPIC, **payload):
    with transaction.atomic():
        emit(topic, key=key, payload={"crate_no": key, **payload}, at=AT)


def make_due():
    OutboxDelivery.objects.filter(delivered_at__isnull=True).update(due_at=Now() - timedelta(seconds=1))


def test_a_fact_reaches_every_handler_once(db, handlers):
    seen = []

    @handlers(TOPIC)
    def first(fact):
        seen.append(("first", fact))

    @handlers(TOPIC)
    def second(fact):
        seen.append(("second", fact))

    tell(weight_kg=5)

    result = deliver_due()

    fact = Fact(topic=TOPIC, key="C1", payload={"crate_no": "C1", "weight_kg": 5}, at=AT)
    assert seen == [("first", fact), ("second", fact)]
    assert (result.done, result.put_off, result.dead) == (2, 0, 0)
    assert deliver_due().total == 0
    assert len(seen) == 2


def test_a_fact_nobody_listens_to_is_kept_without_deliveries(db, handlers):
    tell()

    assert OutboxFact.objects.count() == 1
    assert not OutboxDelivery.objects.exists()


def test_outside_a_transaction_nothing_is_emitted(transactional_db, handlers):
    with pytest.raises(outbox.EmitOutsideTransaction):
        emit(TOPIC, key="C1", payload={}, at=AT)

    assert not OutboxFact.objects.exists()


def test_a_fact_goes_down_with_its_transaction(db, handlers):
    handlers(TOPIC)(lambda fact: None)

    with pytest.raises(Fall), transaction.atomic():
        fall(tell())

    assert not OutboxFact.objects.exists()
    assert not OutboxDelivery.objects.exists()


def test_the_same_fact_again_is_a_replay_and_another_under_its_key_is_refused(db, handlers):
    handlers(TOPIC)(lambda fact: None)
    tell(b=1, a=[2])

    tell(a=[2], b=1)
    with pytest.raises(FactConflict):
        tell(a=[2], b=2)

    assert OutboxFact.objects.get().payload == {"crate_no": "C1", "a": [2], "b": 1}
    assert OutboxDelivery.objects.count() == 1


def test_unmasked_data_never_enters_a_fact(db, handlers):
    with pytest.raises(SecretInClear):
        tell(card=CARD)

    assert not OutboxFact.objects.exists()


def test_one_bad_fact_never_blocks_the_rest(rows, handlers):
    @handlers(TOPIC)
    def receive(fact):
        Crate.objects.create(crate_no=fact.key, status="PACKED")
        if fact.key == "C2":
            raise RuntimeError(f"no place for {CARD}")

    for number in range(1, 6):
        tell(f"C{number}")

    result = deliver_due()

    assert (result.done, result.put_off) == (4, 1)
    assert sorted(Crate.objects.values_list("crate_no", flat=True)) == ["C1", "C3", "C4", "C5"]
    bad = OutboxDelivery.objects.get(delivered_at=None)
    assert (bad.attempts, bad.fact.key) == (1, "C2")
    assert "RuntimeError: no place for" in bad.last_error
    assert CARD not in bad.last_error


def test_a_handler_that_breaks_its_transaction_is_put_off_like_any_other(rows, handlers):
    @handlers(TOPIC)
    def receive(fact):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    tell()

    assert deliver_due().put_off == 1
    assert "DivisionByZero" in OutboxDelivery.objects.get().last_error


def test_a_handler_whose_effects_fail_at_commit_is_put_off_and_the_rest_go_on(transactional_db, handlers, hints):
    """A deferred constraint speaks only when the delivery commits."""

    @handlers(TOPIC)
    def receive(fact):
        if fact.key == "C1":
            OutboxDelivery.objects.create(fact_id=-1, handler="nobody", due_at=AT + timedelta(days=365))

    tell("C1")
    tell("C2")

    result = deliver_due()

    assert (result.done, result.put_off) == (1, 1)
    assert "ForeignKeyViolation" in OutboxDelivery.objects.get(fact__key="C1").last_error
    assert OutboxDelivery.objects.count() == 2


def test_waiting_grows_and_after_the_last_attempt_the_letter_is_dead(db, handlers):
    handlers(TOPIC)(lambda fact: 1 / 0)
    tell()
    waits = []

    for _attempt in range(outbox_queue.MAX_ATTEMPTS):
        make_due()
        result = deliver_due()
        waits += OutboxDelivery.objects.annotate(now=Now()).filter(dead_at=None).values_list("due_at", "now")

    seconds = [(due - now).total_seconds() for due, now in waits]
    assert result.dead == 1
    assert seconds == sorted(seconds)
    assert 0.5 < seconds[0] < 1.5
    assert seconds[-1] > 2000
    letter = OutboxDelivery.objects.get()
    assert letter.dead_at is not None
    assert letter.attempts == outbox_queue.MAX_ATTEMPTS
    make_due()
    assert deliver_due().total == 0


def test_a_delivery_put_off_is_not_due_before_its_time(db, handlers):
    handlers(TOPIC)(lambda fact: 1 / 0)
    tell()

    assert [deliver_due().total, deliver_due().total] == [1, 0]


def test_a_handler_that_kills_its_process_is_given_up_in_the_end(db, handlers):
    """F3: the claim counts the attempt before the handler runs."""
    handlers(TOPIC)(lambda fact: None)
    tell()

    for _ in range(outbox_queue.MAX_ATTEMPTS):
        make_due()
        claims, dead = outbox_queue.claim(10)  # and the process is gone
        assert (len(claims), dead) == (1, 0)
    make_due()

    assert deliver_due().dead == 1
    letter = OutboxDelivery.objects.get()
    assert letter.last_error == "the process died every time"


def test_a_claim_that_ran_out_is_fenced_off(db, handlers):
    """F3: a slow relay finds its claim taken over and leaves the fact alone."""
    handlers(TOPIC)(lambda fact: None)
    tell()
    (slow,), _dead = outbox_queue.claim(10)
    make_due()
    (fast,), _dead = outbox_queue.claim(10)

    assert outbox_queue.lock(slow) is None
    assert outbox_queue.lock(fast).fact.key == "C1"


def test_a_dead_letter_is_delivered_again_on_request_and_leaves_a_trace(db, handlers):
    broken, seen = [True], []

    @handlers(TOPIC)
    def receive(fact):
        if broken:
            raise RuntimeError
        seen.append(fact.key)

    tell()
    for _attempt in range(outbox_queue.MAX_ATTEMPTS):
        make_due()
        deliver_due()
    broken.clear()
    letter = OutboxDelivery.objects.get()

    revived = redeliver(letter.pk, actor=MAKER, at=AT)

    assert (revived.dead_at, revived.attempts) == (None, 0)
    assert deliver_due().done == 1
    assert seen == ["C1"]
    event = AuditEvent.objects.get()
    assert (event.action, event.subject, event.actor_ref) == ("kernel.outbox.redeliver", f"{TOPIC}:C1", "op-1")
    with pytest.raises(outbox.NotDead):
        redeliver(letter.pk, actor=MAKER, at=AT)


def test_a_handler_this_version_does_not_know_is_put_off_not_dropped(db, handlers, monkeypatch):
    """F19: an old worker meets a delivery of a newer version."""
    handlers(TOPIC)(lambda fact: None)
    tell()
    outbox._registry.handlers.clear()

    assert deliver_due().put_off == 1
    assert "NoSuchHandler" in OutboxDelivery.objects.get().last_error


def test_a_handler_new_to_a_fact_gets_it_by_fan_out(db, handlers):
    """F19: the fact was written by a process that did not know the handler."""
    seen = []
    tell("C1")
    handlers(TOPIC)(lambda fact: seen.append(fact.key))
    tell("C2")

    added = [outbox.fan_out(since=AT), outbox.fan_out(since=AT), outbox.fan_out(since=AT + timedelta(seconds=1))]

    deliver_due()
    assert added == [1, 0, 0]
    assert sorted(seen) == ["C1", "C2"]


def test_a_run_stops_at_its_limit(db, handlers):
    handlers(TOPIC)(lambda fact: None)
    for number in range(60):
        tell(f"C{number}")

    assert [deliver_due(limit=25).done, deliver_due(limit=100).done] == [25, 35]

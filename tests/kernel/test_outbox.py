import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerDown

from silk_road_ebao.kernel import outbox, outbox_queue, tasks
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.models import AuditEvent, OutboxDelivery, OutboxFact
from silk_road_ebao.kernel.outbox import Fact, FactConflict, deliver_due, emit, redeliver
from tests.kernel.test_masking import CARD
from tests.kernel.trial import AT, MAKER, Crate, Fall, at_once, fall

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


def test_relays_side_by_side_deliver_everything_once(committed_rows, handlers, hints):
    """F2, F3: real threads; each fact has one effect, and the relays share the work."""
    by_relay = {}

    @handlers(TOPIC)
    def receive(fact):
        Crate.objects.create(crate_no=fact.key, status="PACKED")  # unique: a second effect would fail
        by_relay.setdefault(threading.get_ident(), []).append(fact.key)
        time.sleep(0.002)

    for number in range(120):
        tell(f"C{number}")

    results = at_once(4, lambda n: deliver_due(limit=200))

    assert sum(result.done for result in results) == 120
    assert sum(result.put_off + result.dead for result in results) == 0
    assert Crate.objects.count() == 120
    assert len(by_relay) > 1


def test_a_row_locked_elsewhere_is_skipped_not_waited_for(committed_rows, handlers, hints):
    handlers(TOPIC)(lambda fact: None)
    tell("C1")
    tell("C2")
    held, release = threading.Event(), threading.Event()

    def hold(_number):
        with transaction.atomic():
            OutboxDelivery.objects.select_for_update().get(fact__key="C1")
            held.set()
            release.wait(10)

    holder = threading.Thread(target=lambda: at_once(1, hold))
    holder.start()
    held.wait(10)

    started = time.monotonic()
    result = deliver_due()

    release.set()
    holder.join()
    assert result.done == 1
    assert time.monotonic() - started < 5
    assert deliver_due().done == 1


def test_one_hint_per_transaction_is_sent_after_it_commits(transactional_db, handlers, hints):
    with transaction.atomic():
        emit(TOPIC, key="C1", payload={}, at=AT)
        emit(TOPIC, key="C2", payload={}, at=AT)
        before = list(hints)

    assert before == []
    assert hints == [outbox.RELAY_TASK]


@pytest.mark.parametrize("error", [BrokerDown("no broker"), OSError("reset"), RuntimeError("anything")])
def test_a_failing_broker_never_fails_the_business(transactional_db, handlers, monkeypatch, error):
    """F4: the hint is lost, the fact is not; the sweeper finds it."""
    seen = []
    handlers(TOPIC)(lambda fact: seen.append(fact.key))

    def fail(*args, **options):
        raise error

    monkeypatch.setattr(outbox.current_app, "send_task", fail)

    tell()
    tasks.sweep_outbox()

    assert seen == ["C1"]


def test_a_broker_that_failed_is_left_alone_for_a_while(transactional_db, handlers, monkeypatch):
    """F4: a dead broker costs one request its time-out, not every request."""
    tried = []

    def fail(*args, **options):
        tried.append(1)
        raise BrokerDown

    monkeypatch.setattr(outbox.current_app, "send_task", fail)

    for number in range(5):
        tell(f"C{number}")
    outbox._hints.quiet_until = 0.0
    tell("C9")

    assert len(tried) == 2
    assert OutboxFact.objects.count() == 6


def test_the_relay_rings_again_when_more_may_be_due(db, handlers, hints, monkeypatch):
    monkeypatch.setattr(outbox, "deliver_due", lambda limit: outbox.Delivered(done=limit))
    tasks.relay_outbox()
    monkeypatch.setattr(outbox, "deliver_due", lambda limit: outbox.Delivered(done=3))
    tasks.relay_outbox()

    assert hints == [outbox.RELAY_TASK]


def test_a_handler_slower_than_its_lease_is_not_run_beside_itself(committed_rows, handlers, hints, monkeypatch):
    """F3: the row stays locked while its handler runs, whatever the lease says."""
    monkeypatch.setattr(outbox_queue, "LEASE_S", -1)
    runs, beside = [], []

    @handlers(TOPIC)
    def receive(fact):
        runs.append(fact.key)
        if len(runs) == 1:
            beside.extend(at_once(1, lambda n: deliver_due().total))

    tell()

    assert deliver_due().done == 1
    assert (runs, beside) == (["C1"], [0])


def test_emitting_at_once_writes_one_fact(transactional_db, handlers, hints):
    """F7: twenty notices of one payment."""
    handlers(TOPIC)(lambda fact: None)

    ends = at_once(8, lambda n: tell("C1", n=1))

    assert ends == [None] * 8
    assert (OutboxFact.objects.count(), OutboxDelivery.objects.count()) == (1, 1)

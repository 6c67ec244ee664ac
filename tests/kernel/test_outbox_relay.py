"""The outbox under load: relays side by side, hints, a broker that fails."""

import threading
import time

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerDown

from silk_road_ebao.kernel import outbox, outbox_queue, tasks
from silk_road_ebao.kernel.models import OutboxDelivery, OutboxFact
from silk_road_ebao.kernel.outbox import deliver_due, emit
from tests.kernel.test_outbox import TOPIC, tell
from tests.kernel.trial import AT, Crate, at_once


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

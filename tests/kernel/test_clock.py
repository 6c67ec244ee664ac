from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import AuditEvent, ClockSetting
from tests.kernel.trial import MAKER, execute


@pytest.fixture(autouse=True)
def settable(settings):
    settings.CLOCK_MAY_BE_SET = True
    clock._offset.forget()
    clock._offset.value = timedelta(0)
    yield
    clock._offset.forget()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-23T15:59:59+00:00", date(2026, 11, 23)),
        ("2026-11-23T16:00:00+00:00", date(2026, 11, 24)),
        ("2028-02-29T15:59:59.999999+00:00", date(2028, 2, 29)),
        ("2028-02-28T16:00:00+00:00", date(2028, 2, 29)),
        ("2028-02-29T16:00:00+00:00", date(2028, 3, 1)),
        ("2026-12-31T15:59:59+00:00", date(2026, 12, 31)),
        ("2026-12-31T16:00:00+00:00", date(2027, 1, 1)),
        ("2026-11-24T05:59:59+06:00", date(2026, 11, 24)),
        ("2026-11-23T23:59:59+08:00", date(2026, 11, 23)),
    ],
)
def test_the_business_day_is_shanghais(moment, day):
    """F14: 23:59:59, 29 February, 31 December."""
    at = datetime.fromisoformat(moment)

    assert clock.business_date(at) == day
    start, end = clock.day_bounds(day)
    assert start <= at < end


def test_day_bounds_are_a_day_in_utc():
    start, end = clock.day_bounds(date(2028, 2, 29))

    assert start == datetime(2028, 2, 28, 16, tzinfo=UTC)
    assert end - start == timedelta(days=1)
    assert start.tzinfo is UTC


def test_a_naive_moment_has_no_business_day():
    with pytest.raises(ValueError, match="time zone"):
        clock.business_date(datetime(2026, 11, 23))


def test_set_clock_moves_every_process_and_leaves_a_trace(db):
    target = datetime(2028, 2, 29, 15, 59, 59, tzinfo=UTC)

    clock.set_clock(target, actor=MAKER)

    assert timedelta(0) <= clock.now() - target < timedelta(seconds=5)
    clock._offset.value, clock._offset.read_until = timedelta(0), 0.0  # as another process would begin
    assert timedelta(0) <= clock.now() - target < timedelta(seconds=5)
    assert AuditEvent.objects.get().action == "kernel.clock.set"


def test_the_clock_goes_back_to_real_time(db):
    clock.set_clock(datetime(2028, 2, 29, tzinfo=UTC), actor=MAKER)

    clock.set_clock(None, actor=MAKER)

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_table_is_read_at_most_every_half_second(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(100):
            clock.now()


def test_production_never_reads_the_table_and_refuses_to_be_set(db, settings, django_assert_num_queries):
    ClockSetting.objects.create(pk=1, offset=timedelta(days=400))
    settings.CLOCK_MAY_BE_SET = False

    with django_assert_num_queries(0):
        told = clock.now()
    with pytest.raises(clock.ClockIsFixed):
        clock.set_clock(datetime(2028, 1, 1, tzinfo=UTC), actor=SYSTEM)

    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert ClockSetting.objects.get().offset == timedelta(days=400)
    assert not AuditEvent.objects.exists()


def test_a_frozen_clock_stands_until_moved(django_assert_num_queries):
    moment = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)

    with clock.frozen(moment) as stopped:
        first = clock.now()
        stopped.tick(1)
        second = clock.now()

    assert first == moment
    assert clock.business_date(second) == date(2027, 1, 1)


def test_a_failed_transaction_still_knows_the_time(db):
    with transaction.atomic():
        with suppress(DatabaseError), transaction.atomic(savepoint=False):
            execute("SELECT 1/0")
        failed, told = connection.needs_rollback, clock.now()
        transaction.set_rollback(False)

    assert failed
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)

"""Rows made for the kernel's tests only: a machine with a number and a box with a sealed column."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import connection, models, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.states import Machine, StateTable

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
MAKER = Actor("OPERATOR", "op-1", "经办")
CHECKER = Actor("OPERATOR", "op-2", "复核")

_trial = Apps()


class Crate(Machine):
    STATES: ClassVar = StateTable({"PACKED": {"SENT", "LOST"}, "SENT": {"RECEIVED"}, "RECEIVED": set(), "LOST": set()})

    crate_no = models.CharField(max_length=32, unique=True)
    weight_kg = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        apps = _trial
        app_label = "trial"


class Box(models.Model):
    card_sealed = SealedField(null=True)
    other_sealed = SealedField(null=True)

    class Meta:
        apps = _trial
        app_label = "trial"


MODELS = (Crate, Box)


class Fall(Exception):
    """The process falls over at this point."""


def fall(*_done: Any) -> None:
    """Fall over, after whatever stands as its arguments was done."""
    raise Fall


def execute(*statements: str) -> None:
    """Run SQL past the ORM, in a transaction of its own, with every check at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0…count-1)` in threads that start together; results or the exceptions they ended with."""
    start = Barrier(count)

    def run(number: int) -> Any:
        try:
            start.wait(10)
            return work(number)
        except Exception as error:  # noqa: BLE001 (the test judges how each thread ended)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))

"""F1, F2: the close is killed (-9) in every step and starts again: the books come out the same, byte by byte."""

import os
import signal
from datetime import date, datetime

import pytest
from django.db import connection, transaction

from payments.ledger.selectors.export import export_beancount
from payments.models import Settlement
from payments.rules.business_day import STEPS
from payments.services.business_days import close_business_day
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.payments.day_maker import make_day, sign_all, take_files
from tests.payments.market import enter_working_days

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
DAY = date(2026, 11, 17)
MORNING = datetime(2026, 11, 18, 10, 30, tzinfo=BUSINESS_ZONE)
INSIDE = ["bill.verified", "bill.copied", "bill.loaded", "reconcile.joined", "fees.charged", "settlement.statements"]
POINTS = [f"{step}.{place}" for step in STEPS for place in ("work", "end")] + INSIDE


def close():
    return close_business_day(day=DAY, actor=SYSTEM, at=MORNING)


def close_and_die_at(point):
    """Close the day in a process of its own that is killed (-9) at a place; gives the signal that ended it."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            os.environ["EBAO_CRASH_AT"] = point
            close()
        finally:
            os._exit(7)
    _pid, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def books():
    return "".join(export_beancount())


def statements():
    columns = ("merchant__legal_name", "gross_fen", "refunded_fen", "fee_fen", "split_fen", "net_fen", "payout_fen")
    return sorted(Settlement.objects.values_list(*columns))


def clear_close():
    """Take the day back to the morning, past every guard, to kill it at the next place."""
    tables = (
        "billrow businessdaystep businessday settlementline settlement servicefee reconciliationline reconciliation"
        " discrepancy"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in tables.split():
            cursor.execute(f"DELETE FROM payments_{name}")
        cursor.execute("UPDATE payments_bill SET status = 'FETCHED'")
        cursor.execute("DELETE FROM ledger_transfer WHERE kind NOT IN (1, 4)")
        cursor.execute(
            "UPDATE ledger_balance b SET debits = x.d, credits = x.c FROM (SELECT b.account_id, b.stripe,"
            " CASE WHEN b.stripe = 0 THEN coalesce((SELECT sum(amount) FROM ledger_transfer WHERE debit_account_id ="
            " b.account_id), 0) ELSE 0 END AS d, CASE WHEN b.stripe = 0 THEN coalesce((SELECT sum(amount) FROM"
            " ledger_transfer WHERE credit_account_id = b.account_id), 0) ELSE 0 END AS c FROM ledger_balance b) x"
            " WHERE x.account_id = b.account_id AND x.stripe = b.stripe"
        )


def test_a_close_killed_in_any_step_ends_in_the_same_books(settings, tmp_path):
    settings.ACQUIRERS = {}
    settings.MEDIA_ROOT = tmp_path / "media"
    enter_working_days()
    made = make_day(day=DAY, payments=600, merchants=6, folder=tmp_path / "bills")
    sign_all(DAY)
    take_files(made, MORNING)
    assert close().status == "PUBLISHED"
    wanted, wanted_statements = books(), statements()
    assert wanted.count("\n") > 600

    for point in POINTS:
        clear_close()

        signal_no = close_and_die_at(point)
        again = close()

        assert signal_no == signal.SIGKILL, point
        assert (again.status, again.hold_reason) == ("PUBLISHED", ""), point
        assert books() == wanted, point
        assert statements() == wanted_statements, point

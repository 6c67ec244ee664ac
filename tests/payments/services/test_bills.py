"""F18: bills are read once, checked as their rows are copied, and kept only when all of it is in order."""

import os
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from payments.models import Bill, BillRow
from payments.rules.bill_wechat import HEAD_27, TOTALS_27
from payments.services.bill_rows import LINES_A_WRITE
from payments.services.bills import BillRefused, RowsMissing, load_bills, take_bill, verify_bills
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.models import StatusChange
from tests.payments.day_files import wechat_line, yuan

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 17)
MORNING = datetime(2026, 11, 18, 10, 30, tzinfo=BUSINESS_ZONE)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def rows(count, *, mark="A", our_no=None):
    return [
        ("1600000001", "pay", f"{DAY} {n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}", f"4200{mark}{n:06d}",
         our_no or f"ATT{mark}{n:016d}", 1_000 + n, 4, "", "", False)
        for n in range(count)
    ]  # fmt: skip


def take(details, scope, *, paid_fen=None):
    """Hand a bill in whose totals are right unless said otherwise."""
    total = sum(row[5] for row in details) if paid_fen is None else paid_fen
    fee = yuan(sum(row[6] for row in details)) + "000"
    values = [str(len(details)), yuan(total), "0.00", "0.00", fee, yuan(total), "0.00"]
    lines = [HEAD_27, *map(wechat_line, details), TOTALS_27, ",".join("`" + value for value in values), ""]
    return take_bill(
        acquirer_code="WECHAT", kind="TRADE", day=DAY, form="WECHAT_TRADE", chunks=["\r\n".join(lines).encode()],
        actor=SYSTEM, at=MORNING, scope=scope,
    )  # fmt: skip


def verify(*bills):
    return verify_bills(bills=list(bills), actor=SYSTEM, at=MORNING)


def standing():
    """Give the status of every bill by its scope, and how many rows of it stand in the table."""
    return {bill.scope: (bill.status, BillRow.objects.filter(bill=bill).count()) for bill in Bill.objects.all()}


def test_verified_rows_stand_in_the_table_and_count_once_they_are_loaded():
    bill = take(rows(LINES_A_WRITE + 1), "A")

    assert verify(bill) == LINES_A_WRITE + 1

    assert standing() == {"A": ("VERIFIED", LINES_A_WRITE + 1)}
    bill.refresh_from_db()
    assert (bill.rows, bill.paid_fen) == (LINES_A_WRITE + 1, sum(1_000 + n for n in range(LINES_A_WRITE + 1)))
    assert load_bills(bills=[bill], actor=SYSTEM, at=MORNING) == LINES_A_WRITE + 1
    assert standing() == {"A": ("LOADED", LINES_A_WRITE + 1)}


@pytest.mark.parametrize("size", [5, 3 * LINES_A_WRITE], ids=["before a row was sent", "after rows were sent"])
def test_of_bills_read_together_only_the_spoiled_one_is_refused_and_no_row_of_it_stays(size):
    bills = [take(rows(7), "A"), take(rows(size, mark="B"), "B", paid_fen=1), take(rows(9, mark="C"), "C")]

    with pytest.raises(BillRefused, match="totals say"):
        verify(*bills)

    assert standing() == {"A": ("VERIFIED", 7), "B": ("REFUSED", 0), "C": ("VERIFIED", 9)}


def test_a_row_the_database_does_not_take_refuses_its_bill_alone():
    bills = [take(rows(7), "A"), take(rows(1, mark="B", our_no="X" * 65), "B"), take(rows(9, mark="C"), "C")]

    with pytest.raises(BillRefused, match="too long"):
        verify(*bills)

    assert standing() == {"A": ("VERIFIED", 7), "B": ("REFUSED", 0), "C": ("VERIFIED", 9)}


def test_a_row_that_stands_twice_refuses_its_bill_alone():
    once = rows(1, mark="B")
    bills = [take(rows(7), "A"), take([*once, *once], "B")]

    with pytest.raises(BillRefused, match="twice"):
        verify(*bills)

    assert standing() == {"A": ("VERIFIED", 7), "B": ("REFUSED", 0)}


def test_one_number_of_ours_under_two_of_theirs_is_noted_and_refuses_nothing():
    twice = [*rows(1, our_no="ATT1"), *rows(2, mark="B", our_no="ATT1")[1:]]
    bill = take(twice, "A")

    assert verify(bill) == 2

    bill.refresh_from_db()
    assert (bill.status, bill.repeats) == ("VERIFIED", 1)


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: data[:40] + b"\0\0\0" + data[43:]])
def test_a_kept_file_that_was_altered_is_refused(spoil, settings):
    bill = take(rows(300), "A")
    path = Path(settings.MEDIA_ROOT) / bill.file_name
    os.chmod(path, 0o644)
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(BillRefused):
        verify(bill)

    assert standing() == {"A": ("REFUSED", 0)}
    bill.refresh_from_db()
    assert bill.refusal == bill.file_name


def test_a_file_put_in_the_place_of_another_is_refused_though_it_is_in_order(settings):
    bill, other = take(rows(30), "A"), take(rows(31, mark="B"), "B")
    path = Path(settings.MEDIA_ROOT) / bill.file_name
    os.chmod(path, 0o644)
    path.write_bytes((Path(settings.MEDIA_ROOT) / other.file_name).read_bytes())

    with pytest.raises(BillRefused):
        verify(bill)

    assert standing() == {"A": ("REFUSED", 0), "B": ("FETCHED", 0)}


def test_signs_that_copy_takes_for_its_own_are_kept_as_they_are():
    bill = take(rows(1, our_no="A\\tB\\."), "A")

    verify(bill)

    assert BillRow.objects.get().our_no == "A\\tB\\."


def test_rows_that_have_gone_since_they_were_verified_do_not_count():
    bill = take(rows(7), "A")
    verify(bill)
    bill.refresh_from_db()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM payments_billrow WHERE line_no = 3")
    before = StatusChange.objects.count()

    with pytest.raises(RowsMissing):
        load_bills(bills=[bill], actor=SYSTEM, at=MORNING)

    assert standing() == {"A": ("VERIFIED", 6)}
    assert StatusChange.objects.count() == before

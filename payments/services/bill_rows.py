"""Rows of bills on their way into the table: read once, checked as they pass, kept only when their bill is in order."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import LiteralString

import psycopg
from django.db import connection

from payments.models import Bill
from payments.rules.bill import BillUnreadableError, Tally
from payments.services.bill_files import BillFileChanged
from payments.services.bill_reading import rows_of

COPY_ROWS: LiteralString = (
    "COPY payments_billrow (day, bill_id, line_no, kind, our_no, origin_no, acquirer_no, party, occurred_at,"
    " amount_fen, fee_fen, outcome) FROM STDIN"
)
TABS = 11
LINES_A_WRITE = 2_000
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
MORE_THAN_ONCE = """
    SELECT bill_id, our_no FROM payments_billrow WHERE day = %s AND bill_id = ANY(%s)
    GROUP BY bill_id, our_no HAVING count(*) > 1
"""
REPEATS = """
    SELECT bill_id, count(*), count(*) FILTER (WHERE again) FROM (
        SELECT bill_id, count(DISTINCT acquirer_no) < count(*) AS again FROM payments_billrow
        WHERE day = %s AND bill_id = ANY(%s) AND our_no = ANY(%s)
        GROUP BY bill_id, kind, our_no, party HAVING count(*) > 1) x
    GROUP BY bill_id
"""
COUNTED = "SELECT bill_id, count(*) FROM payments_billrow WHERE day = %s AND bill_id = ANY(%s) GROUP BY bill_id"


Refused = list[tuple[Bill, str]]
"""Bills that are not in order, each with the reason."""


class SpoiledBills(Exception):
    """Some bills are not in order and rows of them were written already: the transaction has to go back."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused


class UnstorableRow(Exception):
    """A row of one of the bills holds what no column takes; which bill is not known."""


def write_rows(*, bills: Sequence[Bill]) -> tuple[list[tuple[Bill, Tally]], Refused]:
    """Read bills of one day through and write their rows, inside the caller's transaction.

    Gives those in order with what they come to, and those refused before a row of theirs was written, with the reason
    (F18). Raises SpoiledBills when rows of it were written already, UnstorableRow: nothing may be committed then.
    """
    good: list[tuple[Bill, Tally]] = []
    refused: Refused = []
    connection.ensure_connection()
    try:
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT payments_billrow_open(%s)", [bills[0].day])
            with cursor.copy(COPY_ROWS) as copy:
                for bill in bills:
                    _write(bill, copy, good, refused)
    except psycopg.DataError as error:
        raise UnstorableRow(str(error).partition("\n")[0]) from error
    return good, refused


def _write(bill: Bill, copy: psycopg.Copy, good: list[tuple[Bill, Tally]], refused: Refused) -> None:
    """Hold a block of lines back until the next is there or the bill is through, so that most faults cost nothing."""
    tally, held, written = Tally(), "", False
    try:
        for block in _blocks(bill, tally):
            if held:
                copy.write(held)
                written = True
            held = block
    except (BillUnreadableError, BillFileChanged) as fault:
        if written:
            raise SpoiledBills([(bill, str(fault))]) from fault
        refused.append((bill, str(fault)))
        return
    copy.write(held)
    good.append((bill, tally))


def _blocks(bill: Bill, tally: Tally) -> Iterator[str]:
    """Word a bill's rows as COPY reads them, some thousand lines at a time."""
    head = f"{bill.day.isoformat()}\t{bill.pk}\t"
    lines: list[str] = []
    for line_no, kind, our_no, origin_no, theirs, party, moment, fen, fee, outcome in rows_of(bill=bill, tally=tally):
        lines.append(
            f"{head}{line_no}\t{kind}\t{our_no}\t{origin_no}\t{theirs}\t{party}\t{moment}+08\t{fen}\t{fee}\t{outcome}\n"
        )
        if len(lines) == LINES_A_WRITE:
            yield _joined(lines)
            lines.clear()
    if lines:
        yield _joined(lines)


def _joined(lines: list[str]) -> str:
    """Join lines; a block with a sign that COPY takes for its own is gone through line by line."""
    block = "".join(lines)
    if "\\" not in block and "\r" not in block and block.count("\n") == len(lines):
        if block.count("\t") == TABS * len(lines):
            return block
        raise BillUnreadableError("a value holds a tab")
    return "".join(line[:-1].translate(ESCAPES) + "\n" for line in lines)


def repeats_of(*, day: date, bills: Sequence[Bill]) -> list[tuple[int, int, int]]:
    """Find bills with rows under one number; gives (bill, numbers, of them with the acquirer's number twice too)."""
    pks = [bill.pk for bill in bills]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(MORE_THAN_ONCE, [day, pks])
        found = cursor.fetchall()
        if not found:
            return []
        cursor.execute(REPEATS, [day, sorted({pk for pk, _no in found}), sorted({no for _pk, no in found})])
        return list(cursor.fetchall())


def count_rows(*, day: date, bills: Sequence[Bill]) -> dict[int, int]:
    """Count the rows of bills that stand in the table, by bill."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [day, [bill.pk for bill in bills]])
        return dict(cursor.fetchall())

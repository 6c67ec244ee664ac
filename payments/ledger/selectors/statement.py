"""Statements of account: opening balance, rows with the running balance, closing balance."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from payments.ledger.rules.chart import AccountCode
from payments.ledger.rules.kinds import Kind

FIRST_ROW = 0

SUMS_BEFORE = """
    WITH base AS (
        SELECT closed_through, debits, credits FROM ledger_book_line
        WHERE account_id = %(account)s AND closed_through < %(day)s ORDER BY closed_through DESC LIMIT 1),
    fence AS (SELECT coalesce((SELECT closed_through FROM base), '-infinity') AS day)
    SELECT
        (coalesce((SELECT debits FROM base), 0) + coalesce((
            SELECT sum(amount) FROM ledger_transfer
            WHERE debit_account_id = %(account)s AND effective_on > (SELECT day FROM fence)
              AND effective_on <= %(day)s AND (effective_on, id) <= (%(day)s::date, %(row)s)), 0))::bigint,
        (coalesce((SELECT credits FROM base), 0) + coalesce((
            SELECT sum(amount) FROM ledger_transfer
            WHERE credit_account_id = %(account)s AND effective_on > (SELECT day FROM fence)
              AND effective_on <= %(day)s AND (effective_on, id) <= (%(day)s::date, %(row)s)), 0))::bigint
"""
ROWS_AFTER = """
    SELECT x.effective_on, x.id, x.subject, x.kind, x.leg, a.code, x.debit, x.credit, x.posted_at
    FROM (
        (SELECT effective_on, id, subject, kind, leg, credit_account_id AS other, amount AS debit, 0 AS credit,
                posted_at
         FROM ledger_transfer
         WHERE debit_account_id = %(account)s AND effective_on BETWEEN %(day)s AND %(through)s
           AND (effective_on, id) > (%(day)s::date, %(row)s) ORDER BY effective_on, id LIMIT %(limit)s)
        UNION ALL
        (SELECT effective_on, id, subject, kind, leg, debit_account_id, 0, amount, posted_at
         FROM ledger_transfer
         WHERE credit_account_id = %(account)s AND effective_on BETWEEN %(day)s AND %(through)s
           AND (effective_on, id) > (%(day)s::date, %(row)s) ORDER BY effective_on, id LIMIT %(limit)s)
    ) x JOIN ledger_account a ON a.id = x.other
    ORDER BY x.effective_on, x.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One transfer seen from the account; `balance` on the normal side after it."""

    effective_on: date
    subject: UUID
    kind: Kind
    reversal: bool
    leg: int
    other_code: str
    debit: int
    credit: int
    balance: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a statement; `opening` and `closing` belong to the whole span, not to the page."""

    code: AccountCode
    since: date
    through: date
    opening: int
    rows: list[StatementRow]
    closing: int
    next_cursor: str | None


def statement_of(
    code: AccountCode, *, since: date, through: date, limit: int = 100, cursor: str | None = None
) -> Statement:
    """Read a page of an account's statement over business days, both included, in order of posting.

    Amounts are fen or points on the account's normal side. `cursor` is the last page's
    `next_cursor`. Raises ValueError for an empty span, a limit outside 1–1000 or a cursor that
    this statement did not give.
    """
    if through < since or not 1 <= limit <= 1000:
        raise ValueError("a statement needs since <= through and 1 <= limit <= 1000")
    sign = 1 if code.line.debit_normal else -1
    account = _account_id(code)
    day, row_id = _read_cursor(cursor, since, through) if cursor else (since, FIRST_ROW)
    opening = sign * _net_before(account, since, FIRST_ROW)
    balance = sign * _net_before(account, day, row_id) if cursor else opening
    found = _rows_after(account, day, row_id, through, limit + 1)
    rows = []
    for on, _id, subject, kind, leg, other, debit, credit, posted_at in found[:limit]:
        balance += sign * (debit - credit)
        rows.append(StatementRow(on, subject, Kind(abs(kind)), kind < 0, leg, other, debit, credit, balance, posted_at))
    more = len(found) > limit
    return Statement(
        code=code,
        since=since,
        through=through,
        opening=opening,
        rows=rows,
        closing=sign * _net_before(account, through, 2**63 - 1),
        next_cursor=f"{found[limit - 1][0]:%Y%m%d}.{found[limit - 1][1]}" if more else None,
    )


def _account_id(code: AccountCode) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE code = %s", [code.text])
        row = cursor.fetchone()
    return row[0] if row else 0


def _read_cursor(text: str, since: date, through: date) -> tuple[date, int]:
    day_text, _, id_text = text.partition(".")
    if not (len(day_text) == 8 and day_text.isdecimal() and id_text.isdecimal() and len(id_text) <= 18):
        raise ValueError("not a cursor of a statement")
    day = date(int(day_text[:4]), int(day_text[4:6]), int(day_text[6:]))
    if not since <= day <= through:
        raise ValueError("a cursor of another statement")
    return day, int(id_text)


def _net_before(account: int, day: date, row: int) -> int:
    """Sum debits minus credits up to and with a row; row 0 means before the day begins."""
    with connection.cursor() as cursor:
        cursor.execute(SUMS_BEFORE, {"account": account, "day": day, "row": row})
        debits, credits_ = cursor.fetchone()
    return int(debits - credits_)


def _rows_after(account: int, day: date, row: int, through: date, limit: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS_AFTER, {"account": account, "day": day, "row": row, "through": through, "limit": limit})
        return list(cursor.fetchall())

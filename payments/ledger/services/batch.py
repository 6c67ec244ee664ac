"""Posting a million rows: what a SELECT gives becomes transfers inside the database."""

from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction

from payments.ledger.rules.chart import AccountCode, parse_code
from payments.ledger.rules.kinds import FLOWS, Kind
from payments.ledger.services.ledger_account import open_accounts
from payments.ledger.services.posting import PostedMany
from payments.ledger.services.refusals import ImpossiblePosting, KeyReused, refusing

STAGE = """
    CREATE TEMP TABLE ledger_staged ON COMMIT DROP AS
    SELECT q.subject::uuid AS subject, q.kind::smallint AS kind, q.leg::smallint AS leg,
           q.effective_on::date AS effective_on, q.debit_code::text COLLATE "C" AS debit_code,
           q.credit_code::text COLLATE "C" AS credit_code, q.amount::bigint AS amount
    FROM ({query}) q
"""
PAIRS = "SELECT DISTINCT kind, debit_code, credit_code FROM ledger_staged"
CODES = """
    CREATE TEMP TABLE ledger_staged_code ON COMMIT DROP AS
    SELECT code, id, unit FROM ledger_account WHERE code = ANY(%s::text[])
"""
POST = """
    INSERT INTO ledger_transfer
        (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)
    SELECT s.subject, s.kind, s.leg, d.unit, true, s.effective_on, d.id, c.id, s.amount
    FROM ledger_staged s
    JOIN ledger_staged_code d ON d.code = s.debit_code JOIN ledger_staged_code c ON c.code = s.credit_code
    ORDER BY s.subject, s.kind, s.leg
"""
# Something staged differs from what stands, or what stands has a leg more. The journal is asked by scalar subqueries,
# one probe of the key a row: while a first great batch is uncommitted, statistics may say the journal is empty, and a
# join would then be planned as nested loops over all of it. For the same reason POST joins temporary tables only.
DIFFERING = """
    SELECT count(*) FROM (
        SELECT s.subject, s.kind, s.leg, s.effective_on, d.id AS debit, c.id AS credit, s.amount,
               max(s.leg) OVER (PARTITION BY s.subject, s.kind) AS last_leg
        FROM ledger_staged s
        JOIN ledger_staged_code d ON d.code = s.debit_code JOIN ledger_staged_code c ON c.code = s.credit_code) s
    WHERE (SELECT (t.effective_on, t.debit_account_id, t.credit_account_id, t.amount)
                = (s.effective_on, s.debit, s.credit, s.amount)
           FROM ledger_transfer t WHERE t.subject = s.subject AND t.kind = s.kind AND t.leg = s.leg) IS NOT TRUE
    OR (s.leg = s.last_leg AND (
           SELECT true FROM ledger_transfer t
           WHERE t.subject = s.subject AND t.kind = s.kind AND t.leg = s.leg + 1))
"""


@transaction.atomic
def post_query(*, query: str, params: dict[str, Any] | None = None) -> PostedMany:
    """Post every row of a SELECT, new ones written, those that stand replayed; all or none.

    The query gives subject (uuid), kind, leg (0..n-1, each posting whole), effective_on, debit_code,
    credit_code, amount (fen or points). It is the caller's own SQL: nothing from outside may be put
    into its text, only into `params`. For a business day's close; raises as post_transfers does.
    Tries as if all were new, a quarter cheaper than asking at each row whether it stands.
    """
    with refusing(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.ledger_staged, pg_temp.ledger_staged_code")
        cursor.execute(STAGE.format(query=query), params)
        staged = cursor.rowcount
        cursor.execute("ANALYZE ledger_staged")
        cursor.execute(PAIRS)
        cursor.execute(CODES, [_open(cursor.fetchall())])
        cursor.execute("ANALYZE ledger_staged_code")
        try:
            with transaction.atomic():
                cursor.execute(POST)
        except IntegrityError as error:
            if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
                raise
            cursor.execute(f"{POST} ON CONFLICT DO NOTHING")
        posted = cursor.rowcount
        if posted < staged:
            cursor.execute(DIFFERING)
            if cursor.fetchone()[0]:
                raise KeyReused
        return PostedMany(posted, staged - posted)


def _open(pairs: list[tuple[int, str, str]]) -> list[str]:
    """Refuse what no kind allows, then open the accounts that are missing; gives all codes."""
    codes: set[AccountCode] = set()
    for kind, debit_text, credit_text in pairs:
        try:
            debit, credit = parse_code(debit_text), parse_code(credit_text)
            allowed = (debit.head, credit.head) in FLOWS[Kind(kind)]
        except (ValueError, AttributeError) as error:
            raise ImpossiblePosting(fault=f"{kind} {debit_text} {credit_text}") from error
        if not allowed:
            raise ImpossiblePosting(fault=f"{Kind(kind).name} does not move from {debit_text} to {credit_text}")
        codes |= {debit, credit}
    open_accounts(codes=codes)
    return [code.text for code in codes]

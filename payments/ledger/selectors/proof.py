"""The proofs: does the ledger agree with itself. Reads only."""

from collections.abc import Iterator

from django.db import connection

from payments.ledger.rules.findings import Finding
from payments.ledger.selectors.guards import find_drift

MOST_SHOWN = 20

TRIAL = """
    SELECT 'unit ' || unit, sum(debits)::text, sum(credits)::text FROM ledger_balance
    GROUP BY unit HAVING sum(debits) <> sum(credits)
"""
JOURNAL_SUMS = """
    SELECT account, sum(d) AS d, sum(c) AS c FROM (
        SELECT debit_account_id AS account, sum(amount) AS d, 0 AS c FROM ledger_transfer {where} GROUP BY 1
        UNION ALL
        SELECT credit_account_id, 0, sum(amount) FROM ledger_transfer {where} GROUP BY 1) x
    GROUP BY 1
"""
CACHE_SUMS = "SELECT account_id AS account, sum(debits) AS d, sum(credits) AS c FROM ledger_balance GROUP BY 1"
OPEN_ONLY = "WHERE effective_on > (SELECT coalesce(max(closed_through), '-infinity') FROM ledger_book)"
SINCE_CLOSING = f"""
    WITH open_sums AS MATERIALIZED ({JOURNAL_SUMS.format(where=OPEN_ONLY)}),
    cache AS MATERIALIZED ({CACHE_SUMS})
    SELECT coalesce(a.code, 'account ' || s.account),
           'Dr ' || coalesce(l.debits, 0) + coalesce(j.d, 0) || ' Cr ' || coalesce(l.credits, 0) + coalesce(j.c, 0),
           'Dr ' || coalesce(s.d, 0) || ' Cr ' || coalesce(s.c, 0)
    FROM cache s FULL JOIN open_sums j ON j.account = s.account
    LEFT JOIN ledger_account a ON a.id = coalesce(s.account, j.account)
    LEFT JOIN LATERAL (
        SELECT debits, credits FROM ledger_book_line b WHERE b.account_id = coalesce(s.account, j.account)
        ORDER BY closed_through DESC LIMIT 1) l ON true
    WHERE (coalesce(l.debits, 0) + coalesce(j.d, 0), coalesce(l.credits, 0) + coalesce(j.c, 0))
       IS DISTINCT FROM (coalesce(s.d, 0), coalesce(s.c, 0))
"""  # noqa: S608
WHOLE_JOURNAL = f"""
    WITH journal AS MATERIALIZED ({JOURNAL_SUMS.format(where="")}), cache AS MATERIALIZED ({CACHE_SUMS})
    SELECT coalesce(a.code, 'account ' || coalesce(s.account, j.account)),
           'Dr ' || coalesce(j.d, 0) || ' Cr ' || coalesce(j.c, 0),
           'Dr ' || coalesce(s.d, 0) || ' Cr ' || coalesce(s.c, 0)
    FROM cache s FULL JOIN journal j ON j.account = s.account
    LEFT JOIN ledger_account a ON a.id = coalesce(s.account, j.account)
    WHERE (coalesce(j.d, 0), coalesce(j.c, 0)) IS DISTINCT FROM (coalesce(s.d, 0), coalesce(s.c, 0))
"""  # noqa: S608
CLOSINGS = """
    SELECT coalesce(a.code, 'account ' || a.id) || ' at ' || l.closed_through, j.d || ' / ' || j.c,
           l.debits || ' / ' || l.credits
    FROM ledger_book_line l JOIN ledger_account a ON a.id = l.account_id
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT sum(amount) FROM ledger_transfer
                         WHERE debit_account_id = l.account_id AND effective_on <= l.closed_through), 0) AS d,
               coalesce((SELECT sum(amount) FROM ledger_transfer
                         WHERE credit_account_id = l.account_id AND effective_on <= l.closed_through), 0) AS c) j
    WHERE l.closed_through = (SELECT max(closed_through) FROM ledger_book) AND (j.d, j.c) <> (l.debits, l.credits)
"""
REVERSALS = """
    SELECT r.subject || ' kind ' || r.kind || ' leg ' || r.leg, 'the mirror of its original', 'something else'
    FROM ledger_transfer r WHERE r.kind < 0 AND NOT EXISTS (
        SELECT FROM ledger_transfer o WHERE o.subject = r.subject AND o.kind = -r.kind AND o.leg = r.leg
          AND o.debit_account_id = r.credit_account_id AND o.credit_account_id = r.debit_account_id
          AND o.amount = r.amount)
"""
LEGS = """
    SELECT subject || ' kind ' || kind, (max(leg) + 1)::text, count(*)::text
    FROM ledger_transfer GROUP BY subject, kind HAVING max(leg) + 1 <> count(*)
"""
UNITS = """
    SELECT t.subject || ' kind ' || t.kind || ' leg ' || t.leg, 'accounts of unit ' || t.unit,
           coalesce(d.unit::text, 'none') || ' and ' || coalesce(c.unit::text, 'none')
    FROM ledger_transfer t LEFT JOIN ledger_account d ON d.id = t.debit_account_id
    LEFT JOIN ledger_account c ON c.id = t.credit_account_id
    WHERE d.unit IS DISTINCT FROM t.unit OR c.unit IS DISTINCT FROM t.unit
"""
QUICK = {"trial balance": TRIAL, "journal against cache since the closing": SINCE_CLOSING}
DEEP = {
    "trial balance": TRIAL,
    "journal against cache": WHOLE_JOURNAL,
    "journal against the last closing": CLOSINGS,
    "reversals": REVERSALS,
    "legs": LEGS,
    "units": UNITS,
}


def prove(*, deep: bool = False) -> list[Finding]:
    """Prove that the ledger agrees with itself; an empty list is the proof, 20 findings at most each.

    The quick proof reads the balances, the last closing and the open journal; the deep one reads the
    whole journal. Both check that the guards stand as written.
    """
    findings = list(find_drift())
    for name, query in (DEEP if deep else QUICK).items():
        findings.extend(_ask(name, query))
    return findings


def _ask(name: str, query: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {MOST_SHOWN}")
        for what, expected, found in cursor.fetchall():
            yield Finding(name, what, expected, found)

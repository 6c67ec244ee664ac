"""The ordinary notice in one round trip, with those that come beside it; everything else goes the long way.

Both ways have the same outcome. The acquirer is answered only after the commit that holds its notice.
"""

import json
import time
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import psycopg
from django.db import DatabaseError, OperationalError, connection, transaction

from payments.gateways import gateway_of
from payments.gateways.protocol import Notice
from silk_road_ebao.kernel.canonical import plain
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.gathering import Gathering
from silk_road_ebao.kernel.outbox import handlers_of, nudge

HINT_EVERY_S = 0.25
MOST = 16
"""As many postings as the ledger still takes one by one, in the order of their accounts."""
TOPIC = "payments.payment.paid"
CONFIRM = "SELECT payments_confirm(%s::jsonb, %s)"

Row = dict[str, Any]


def confirm_plainly(*, notice: Notice, body_sha256: bytes, at: datetime) -> bool:
    """Confirm, post, tell and archive the ordinary notice; False leaves everything to the long way.

    The function in sql/confirm.sql makes the same checks and writes the same rows as apply_evidence does.
    Inside a caller's transaction it stays there; otherwise notices of other threads may share the commit.
    """
    row = _row(notice, body_sha256, at)
    if row is None:
        return False
    is_done = _confirm([row])[0] if connection.in_atomic_block else _together.ask(row)
    if is_done:
        _hint()
    return is_done


def _row(notice: Notice, body_sha256: bytes, at: datetime) -> Row | None:
    evidence = notice.evidence
    if evidence is None or evidence.currency != "CNY" or not evidence.acquirer_trade_no:
        return None
    if any(given not in gateway_of(evidence.acquirer_code).sp_ids() for given in evidence.sp_ids):
        return None
    return {
        "attempt_no": evidence.attempt_no,
        "acquirer": evidence.acquirer_code,
        "trade_no": evidence.acquirer_trade_no,
        "sub_mchid": evidence.sub_mchid,
        "amount": evidence.amount_fen,
        "paid_at": evidence.paid_at.isoformat(),
        "day": business_date(evidence.paid_at).isoformat(),
        "payer": blind_index(evidence.payer, "payments.payer").hex() if evidence.payer else None,
        "funding": evidence.funding,
        "source": evidence.source,
        "at": at.isoformat(),
        "paid_text": plain({"at": evidence.paid_at})["at"],
        "kind": f"NOTICE_{notice.kind}",
        "reason": notice.notice_id[:255],
        "shown": notice.shown,
        "sha256": body_sha256.hex(),
    }


def _confirm_together(rows: list[Row]) -> list[bool]:
    """Confirm what is ordinary; one that the database cannot take must not stop the others of its batch."""
    try:
        return _confirm(rows)
    except OperationalError:
        raise
    except DatabaseError:
        if len(rows) == 1:
            raise
        return [False] * len(rows)


def _confirm(rows: list[Row]) -> list[bool]:
    first = {row["attempt_no"]: row for row in reversed(rows)}  # of the same notice sent twice, one is ordinary
    params = (json.dumps(list(first.values()), ensure_ascii=False), handlers_of(TOPIC))
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(CONFIRM, params, prepare=True).fetchone()
    done = set(found[0]) if found else set()
    return [row["attempt_no"] in done and first[row["attempt_no"]] is row for row in rows]


_together: Gathering[Row, bool] = Gathering(_confirm_together, MOST)


def on_the_way() -> AbstractContextManager[None]:
    """Announce a notice that is being read: the commit of those before it waits a moment for it."""
    return _together.coming()


class _Hints:
    """When this process last asked for a relay; under load one hint serves many facts, and the sweep finds the last."""

    asked_at = 0.0


def _hint() -> None:
    if time.monotonic() - _Hints.asked_at >= HINT_EVERY_S:
        _Hints.asked_at = time.monotonic()
        transaction.on_commit(nudge, robust=True)

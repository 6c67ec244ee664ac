"""The ordinary notice in one round trip; everything else goes the long way, with the same outcome."""

import json
import time
from datetime import datetime

import psycopg
from django.db import connection, transaction

from payments.gateways import gateway_of
from payments.gateways.protocol import Notice
from silk_road_ebao.kernel.canonical import plain
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.outbox import handlers_of, nudge

HINT_EVERY_S = 0.25
CONFIRM = f"SELECT payments_confirm({', '.join(['%s'] * 15)}, %s::jsonb, %s)"


def confirm_plainly(*, notice: Notice, body_sha256: bytes, at: datetime) -> bool:
    """Confirm, post, tell and archive the ordinary notice in one statement; False leaves everything to the long way.

    The function in sql/confirm.sql makes the same checks and writes the same rows as apply_evidence does.
    """
    evidence = notice.evidence
    if evidence is None or evidence.currency != "CNY" or not evidence.acquirer_trade_no:
        return False
    if any(given not in gateway_of(evidence.acquirer_code).sp_ids() for given in evidence.sp_ids):
        return False
    topic = "payments.payment.paid"
    params = (
        evidence.attempt_no,
        evidence.acquirer_code,
        evidence.acquirer_trade_no,
        evidence.sub_mchid,
        evidence.amount_fen,
        evidence.paid_at,
        business_date(evidence.paid_at),
        blind_index(evidence.payer, "payments.payer") if evidence.payer else None,
        evidence.funding,
        evidence.source,
        at,
        plain({"at": evidence.paid_at})["at"],
        handlers_of(topic),
        f"NOTICE_{notice.kind}",
        notice.notice_id[:255],
        json.dumps(notice.shown, ensure_ascii=False),
        body_sha256,
    )
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(CONFIRM, params, prepare=True).fetchone()
    if row is None or row[0] != "done":
        return False
    _hint()
    return True


class _Hints:
    """When this process last asked for a relay; under load one hint serves many facts, and the sweep finds the last."""

    asked_at = 0.0


def _hint() -> None:
    if time.monotonic() - _Hints.asked_at >= HINT_EVERY_S:
        _Hints.asked_at = time.monotonic()
        transaction.on_commit(nudge, robust=True)

"""Reconciliation: one set-based join per batch, differences opened once, what has gone away closed (Practice 7)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from payments.gateways import NoSuchAcquirerError, gateway_of
from payments.gateways.wording import order_of
from payments.models import Bill, Discrepancy, PaymentAttempt, Reconciliation
from payments.rules import discrepancy as rules
from payments.rules import states
from payments.selectors.payments import attempt_by_no
from payments.services import reconciliation_sql as sql
from payments.services.attempts import look_at_attempt
from payments.services.confirmations import EvidenceRefused, confirm_attempt
from payments.services.crash_points import crash_point
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.states import transition, transition_many

TRADE_KINDS = [kind for kind in rules.KINDS if kind != rules.PROFIT_SHARING]
MOST_QUERIES = 200
"""Payments confirmed by query in one run of a batch; more than that is an incident for people."""


def reconcile_trades(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    """Reconcile a day's payments and refunds at one acquirer with its loaded trade bills.

    What the acquirer counts as paid and we do not is asked for by query and posted through the one function for
    evidence; then the join is done again. Running it again changes nothing.
    """
    batch = _join_trades(acquirer_code, day, actor, at)
    crash_point(name="reconcile.joined")
    if _confirm_missed(acquirer_code, day, actor, at):
        batch = _join_trades(acquirer_code, day, actor, at)
    return batch


@transaction.atomic
def _join_trades(acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    batch, _new = Reconciliation.objects.get_or_create(acquirer_code=acquirer_code, day=day, kind="TRADE")
    batch = Reconciliation.objects.select_for_update().get(pk=batch.pk)
    bills = list(Bill.objects.filter(acquirer_code=acquirer_code, kind="TRADE", day=day, status="LOADED"))
    counts, differences, gone = _join(batch.pk, bills, acquirer_code, day, at)
    settle_by_itself(pks=gone, how="重新对账已相符", actor=actor, at=at)
    _settle_found_later(acquirer_code, day, actor, at)
    names = ("ours_count", "ours_fen", "theirs_count", "theirs_fen", "matched_count")
    found = dict(zip(names, counts, strict=True)) | {"differences": differences}
    Reconciliation.objects.filter(pk=batch.pk).update(**found, runs=F("runs") + 1, ran_at=at)
    batch.refresh_from_db()
    return batch


def _join(
    batch: int, bills: list[Bill], acquirer_code: str, day: date, at: datetime
) -> tuple[tuple[int, ...], int, list[int]]:
    """Do the set-based work of a batch; gives its counts, how many differences there are, and which have gone."""
    until = day + timedelta(days=rules.SUSPENSE_DAYS)
    start, end = day_bounds(day)
    values: dict[str, Any] = {
        "acquirer": acquirer_code, "day": day, "start": start, "end": end, "batch": batch, "at": at, "until": until,
        "bills": [bill.pk for bill in bills], "repeating": [bill.pk for bill in bills if bill.repeats],
        "suspended": business_date(at) <= until, "kinds": TRADE_KINDS,
    }  # fmt: skip
    rows = sql.WITH_REPEATS if values["repeating"] else sql.WITHOUT_REPEATS
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.repeated, pg_temp.odd_pay, pg_temp.refund_pair, pg_temp.found")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(sql.REPEATED_ROWS, values)
        cursor.execute("ANALYZE repeated")
        cursor.execute(sql.ODD_PAYS.replace("{rows}", rows), values)
        cursor.execute(sql.REFUND_PAIRS.replace("{rows}", rows), values)
        cursor.execute("ANALYZE odd_pay, refund_pair")
        cursor.execute(sql.NO_LINES, values)
        cursor.execute(sql.LINES, values)
        cursor.execute(sql.COUNTS, values)
        counts = cursor.fetchone()
        cursor.execute(sql.FOUND, values)
        cursor.execute(sql.REPEATED, values)
        cursor.execute("SELECT count(*) FROM found")
        differences = int(cursor.fetchone()[0])
        cursor.execute(sql.OPEN_NEW, values)
        cursor.execute(sql.VANISHED, values)
        return counts, differences, [pk for (pk,) in cursor.fetchall()]


def settle_by_itself(*, pks: list[int], how: str, actor: Actor, at: datetime) -> int:
    """Close differences that are none any more, on the evidence of a later join or a query; gives how many."""
    if not pks:
        return 0
    closed = 0
    for status in ("SUSPENSE", "OPEN", "PROPOSED", "CARRIED"):
        closed += transition_many(
            Discrepancy.objects.filter(pk__in=pks), status, "RESOLVED", actor=actor, at=at, reason=how,
            resolution=how, resolved_at=at,
        )  # fmt: skip
    return closed


def _settle_found_later(acquirer_code: str, day: date, actor: Actor, at: datetime) -> None:
    """Close what waited in the pool when this day's bill holds it: the other day's cut was the cause."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM payments_discrepancy d JOIN found f ON f.subject_no = d.subject_no"
            " AND f.kind = 'WRONG_DAY' WHERE d.acquirer_code = %s AND d.day <> %s AND d.kind = 'CHANNEL_MISSING'"
            " AND d.status IN ('SUSPENSE', 'OPEN', 'CARRIED')",
            [acquirer_code, day],
        )
        pks = [pk for (pk,) in cursor.fetchall()]
    settle_by_itself(pks=pks, how=f"已在 {day} 账单中找到", actor=actor, at=at)


def _confirm_missed(acquirer_code: str, day: date, actor: Actor, at: datetime) -> int:
    """Ask about every payment the bill counts as paid and we do not; verified evidence posts it."""
    try:
        gateway_of(acquirer_code)
    except NoSuchAcquirerError:
        return 0
    cases = Discrepancy.objects.filter(
        acquirer_code=acquirer_code, day=day, kind=rules.STATUS_OVER, status="OPEN", evidence={}
    ).order_by("pk")[:MOST_QUERIES]
    confirmed = 0
    for case in cases:
        attempt = _asked(case.subject_no, at)
        evidence = {"query": attempt.status, "trade_no": attempt.acquirer_trade_no, "asked_at": at.isoformat()}
        if attempt.status == "PAID":
            transition(
                case, "RESOLVED", actor=actor, at=at, reason="confirmed by query", evidence=evidence,
                resolution="查询确认已支付，已自动补记", resolved_at=at,
            )  # fmt: skip
            confirmed += 1
        else:
            Discrepancy.objects.filter(pk=case.pk).update(evidence=evidence)
    return confirmed


def _asked(attempt_no: str, at: datetime) -> PaymentAttempt:
    """Query one attempt, also one that we hold for closed; whatever the answer proves is posted."""
    attempt = attempt_by_no(attempt_no)
    if attempt.status in states.LIVE:
        return look_at_attempt(attempt_no=attempt_no, at=at)
    answer = gateway_of(attempt.acquirer_code).query(order_of(attempt))
    if answer.evidence is None:
        return attempt
    try:
        return confirm_attempt(evidence=answer.evidence, at=at).attempt
    except EvidenceRefused:
        return attempt


def end_suspense(*, actor: Actor, at: datetime) -> int:
    """Turn what has waited in the pool beyond its days into cases; gives how many."""
    due = Discrepancy.objects.filter(suspense_until__lt=business_date(at))
    return transition_many(due, "SUSPENSE", "OPEN", actor=actor, at=at, reason="suspense ended")

"""Bills: fetched, verified, loaded; refused whole or taken whole; late and corrected ones as versions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from payments.models import Bill
from payments.rules.bill import BILL, Tally
from payments.selectors.bill_templates import learn_templates
from payments.services.bill_files import keep_bill_file
from payments.services.bill_rows import Refused, SpoiledBills, UnstorableRow, count_rows, repeats_of, write_rows
from payments.services.crash_points import crash_point
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition, transition_many


class RowsMissing(Refusal):
    """The table does not hold the rows that were verified."""

    message = _("%(bill)s 的明细与核对时不一致")


class BillRefused(Refusal):
    """The whole file is refused, nothing of it was taken (F18)."""

    message = _("账单有问题，整份拒收：%(reason)s")


def take_bill(
    *, acquirer_code: str, kind: str, day: date, form: str, chunks: Iterable[bytes], actor: Actor, at: datetime,
    scope: str = "",
) -> Bill:  # fmt: skip
    """Keep a bill as it came, as a new version unless the last version is the same file; a second time replays.

    `form` says how it is read; `scope` names the sub-merchant of a bill that covers one only.
    """
    kept = keep_bill_file(acquirer_code=acquirer_code, day=day, chunks=chunks)
    crash_point(name="bill.kept")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(4722, hashtext(%s))", [f"{acquirer_code}{kind}{day}{scope}"])
        known = Bill.objects.filter(acquirer_code=acquirer_code, kind=kind, day=day, scope=scope)
        last = known.order_by("-version").first()
        if last is not None and last.sha256 == kept.sha256 and last.status != "SUPERSEDED":
            return last
        for older in known.exclude(status__in=("SUPERSEDED", "REFUSED")):
            transition(older, "SUPERSEDED", actor=actor, at=at, reason="new version")
        return Bill.objects.create(
            status=BILL.initial,
            bill_no=new_no("BIL"),
            acquirer_code=acquirer_code,
            kind=kind,
            day=day,
            scope=scope,
            version=(known.aggregate(top=Max("version"))["top"] or 0) + 1,
            form=form,
            file_name=kept.file_name,
            sha256=kept.sha256,
            size_bytes=kept.size_bytes,
            fetched_at=at,
            fetched_by=f"{actor.kind}:{actor.ref}",
        )


def verify_bills(*, bills: Sequence[Bill], actor: Actor, at: datetime) -> int:
    """Read bills of one day through, once: hash, every row, order, counts and totals against the summary (F18).

    Rows go into the table as they are read; they stay, and the bill is VERIFIED, only when all of it is in order. The
    others are REFUSED one by one, no row of theirs is kept. Gives how many rows are in order; raises BillRefused
    naming the first refused.
    """
    learn_templates({bill.form for bill in bills})
    rows, refused = _take_in_all(list(bills), actor, at)
    refusals = [_refuse(bill, reason, actor, at) for bill, reason in refused]
    if refusals:
        raise refusals[0]
    return rows


def _take_in_all(bills: list[Bill], actor: Actor, at: datetime) -> tuple[int, Refused]:
    """Take bills in together; without those that turn out spoiled, or singly to learn which of them does not fit."""
    if not bills:
        return 0, []
    try:
        return _take_in(bills, actor, at)
    except SpoiledBills as fault:
        spoiled = {bill.pk for bill, _reason in fault.refused}
        rows, refused = _take_in_all([bill for bill in bills if bill.pk not in spoiled], actor, at)
        return rows, [*fault.refused, *refused]
    except UnstorableRow as fault:
        if len(bills) == 1:
            return 0, [(bills[0], str(fault))]
        parts = [_take_in_all([bill], actor, at) for bill in bills]
        return sum(rows for rows, _refused in parts), [one for _rows, refused in parts for one in refused]


@transaction.atomic
def _take_in(bills: list[Bill], actor: Actor, at: datetime) -> tuple[int, Refused]:
    good, refused = write_rows(bills=bills)
    crash_point(name="bill.copied")
    if not good:
        return 0, refused
    known = {bill.pk: bill for bill, _tally in good}
    repeats = repeats_of(day=bills[0].day, bills=list(known.values()))
    if twice := [(known[pk], "a row stands in the bill twice") for pk, _numbers, same in repeats if same]:
        raise SpoiledBills(twice)
    for pk, numbers, _same in repeats:
        Bill.objects.filter(pk=pk).update(repeats=numbers)
    _note_tallies(good)
    transition_many(Bill.objects.filter(pk__in=list(known)), "FETCHED", "VERIFIED", actor=actor, at=at)
    return sum(tally.rows for _bill, tally in good), refused


def _note_tallies(good: Sequence[tuple[Bill, Tally]]) -> None:
    columns = [[bill.pk, t.rows, t.paid_fen, t.refunded_fen, t.fee_fen] for bill, t in good]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_bill b SET rows = x.n, paid_fen = x.paid, refunded_fen = x.refunded, fee_fen = x.fee"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
            " AS x (id, n, paid, refunded, fee) WHERE b.id = x.id AND b.status = 'FETCHED'",
            [list(column) for column in zip(*columns, strict=True)] if columns else [[], [], [], [], []],
        )


@transaction.atomic
def load_bills(*, bills: Sequence[Bill], actor: Actor, at: datetime) -> int:
    """Let the rows of verified bills of one day count, once they are seen to stand in the table; gives how many.

    Raises RowsMissing when the table holds others than were verified; nothing changes then.
    """
    if not bills:
        return 0
    standing = count_rows(day=bills[0].day, bills=bills)
    for bill in bills:
        if standing.get(bill.pk, 0) != bill.rows:
            raise RowsMissing(bill=str(bill))
    transition_many(Bill.objects.filter(pk__in=[bill.pk for bill in bills]), "VERIFIED", "LOADED", actor=actor, at=at)
    for bill in bills:
        if bill.version > 1:
            _tell_corrected(bill, at)
    return sum(bill.rows for bill in bills)


def _refuse(bill: Bill, reason: str, actor: Actor, at: datetime) -> BillRefused:
    with transaction.atomic():
        transition(bill, "REFUSED", actor=actor, at=at, reason=reason[:200], refusal=reason[:255])
    return BillRefused(reason=f"{bill}：{reason}")


def _tell_corrected(bill: Bill, at: datetime) -> None:
    emit(
        "payments.bill.corrected",
        key=bill.bill_no,
        payload={
            "bill_no": bill.bill_no,
            "acquirer_code": bill.acquirer_code,
            "day": bill.day,
            "version": bill.version,
        },
        at=at,
    )

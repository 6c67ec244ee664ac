"""Bills: fetched, verified, loaded; refused whole or taken whole; late and corrected ones as versions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from payments.models import Bill
from payments.rules.bill import BILL, BillUnreadableError, Tally
from payments.services.bill_files import BillFileChanged, check_bill_file, keep_bill_file
from payments.services.bill_reading import rows_of
from payments.services.crash_points import crash_point
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition, transition_many

COPY_ROWS = (
    "COPY payments_billrow (day, bill_id, line_no, kind, our_no, origin_no, acquirer_no, party, occurred_at,"
    " amount_fen, fee_fen, outcome) FROM STDIN"
)
LINES_A_WRITE = 2_000
REPEATS = """
    SELECT bill_id, count(*), count(*) FILTER (WHERE again) FROM (
        SELECT bill_id, count(DISTINCT acquirer_no) < count(*) AS again FROM payments_billrow
        WHERE day = %s AND bill_id = ANY(%s) GROUP BY bill_id, kind, our_no, party HAVING count(*) > 1) x
    GROUP BY bill_id
"""
UNESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class RepeatedRow(Exception):
    """One row stands twice in a bill: the file was doubled on its way."""

    def __init__(self, bill: Bill) -> None:
        super().__init__("a row stands in the bill twice")
        self.bill = bill


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
    """Read bills through: hash of the kept file, every row, order, counts and totals against the summary (F18).

    Those in order are VERIFIED together, those that are not REFUSED one by one; gives how many rows are in order.
    Raises BillRefused naming the first refused; no row of it was taken.
    """
    good: list[tuple[Bill, Tally]] = []
    refused: list[BillRefused] = []
    for bill in bills:
        tally = Tally()
        try:
            check_bill_file(file_name=bill.file_name, sha256=bill.sha256)
            for _row in rows_of(bill=bill, tally=tally):
                pass
            good.append((bill, tally))
        except (BillUnreadableError, BillFileChanged) as fault:
            refused.append(_refuse(bill, str(fault), actor, at))
    with transaction.atomic():
        _note_tallies(good)
        if good:
            pks = [bill.pk for bill, _tally in good]
            transition_many(Bill.objects.filter(pk__in=pks), "FETCHED", "VERIFIED", actor=actor, at=at)
    if refused:
        raise refused[0]
    return sum(tally.rows for _bill, tally in good)


def _note_tallies(good: Sequence[tuple[Bill, Tally]]) -> None:
    columns = [[bill.pk, t.rows, t.paid_fen, t.refunded_fen, t.fee_fen] for bill, t in good]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_bill b SET rows = x.n, paid_fen = x.paid, refunded_fen = x.refunded, fee_fen = x.fee"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
            " AS x (id, n, paid, refunded, fee) WHERE b.id = x.id AND b.status = 'FETCHED'",
            [list(column) for column in zip(*columns, strict=True)] if columns else [[], [], [], [], []],
        )


def load_bills(*, bills: Sequence[Bill], actor: Actor, at: datetime) -> int:
    """Write the rows of verified bills of one day in one transaction; gives how many.

    Raises BillRefused when a row stands in a bill twice (same number of ours and of the acquirer's); nothing of the
    group is loaded then, and the next try loads the others.
    """
    if not bills:
        return 0
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT payments_billrow_open(%s)", [bills[0].day])
            _copy_rows(bills)
            crash_point(name="bill.copied")
            _note_repeats(bills)
            pks = [bill.pk for bill in bills]
            transition_many(Bill.objects.filter(pk__in=pks), "VERIFIED", "LOADED", actor=actor, at=at)
            for bill in bills:
                if bill.version > 1:
                    _tell_corrected(bill, at)
    except RepeatedRow as fault:
        raise _refuse(fault.bill, str(fault), actor, at) from fault
    return sum(bill.rows for bill in bills)


def _copy_rows(bills: Sequence[Bill]) -> None:
    written = 0
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
        for bill in bills:
            head = f"{bill.day.isoformat()}\t{bill.pk}\t"
            lines: list[str] = []
            for line_no, kind, our_no, origin_no, theirs, party, moment, fen, fee, outcome in rows_of(
                bill=bill, tally=Tally()
            ):
                names = f"{our_no}\t{origin_no}\t{theirs}\t{party}"
                if "\\" in names or names.count("\t") != 3:
                    names = "\t".join(name.translate(UNESCAPED) for name in (our_no, origin_no, theirs, party))
                lines.append(
                    f"{head}{line_no}\t{kind}\t{names}\t{moment}+08\t{fen}\t{fee}\t{outcome.translate(UNESCAPED)}\n"
                )
                if len(lines) == LINES_A_WRITE:
                    copy.write("".join(lines))
                    written += len(lines)
                    lines.clear()
            copy.write("".join(lines))
            written += len(lines)
    if written != sum(bill.rows for bill in bills):
        raise BillUnreadableError(f"{written} rows, others than were verified")


def _note_repeats(bills: Sequence[Bill]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPEATS, [bills[0].day, [bill.pk for bill in bills]])
        found = cursor.fetchall()
    known = {bill.pk: bill for bill in bills}
    for bill_id, numbers, same in found:
        if same:
            raise RepeatedRow(known[bill_id])
        Bill.objects.filter(pk=bill_id).update(repeats=numbers)


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

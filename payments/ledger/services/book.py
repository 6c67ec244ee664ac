"""Closing periods."""

from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from payments.ledger.models import Book
from payments.ledger.rules.findings import Finding
from payments.ledger.selectors.proof import prove
from payments.ledger.services.refusals import refusing
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal


class DayNotOver(Refusal):
    message = _("营业日还没结束，不能结账")


class LedgerDisagrees(Refusal):
    message = _("账簿没有对平，不能结账")

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


@transaction.atomic
def close_period(*, through: date, actor: Actor, at: datetime) -> Book:
    """Close the book through a business day, for ever; waits for postings under way.

    Raises DayNotOver while the day lasts, LedgerDisagrees when a proof finds anything, PeriodClosed
    when the day is closed already.
    """
    if through >= business_date(at):
        raise DayNotOver
    findings = prove()
    if findings:
        raise LedgerDisagrees(findings)
    with refusing(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_book (closed_through, transfers, closed_by, closed_at) VALUES (%s, 0, %s, %s)",
            [through, f"{actor.kind}:{actor.ref}", at],
        )
    book = Book.objects.get(closed_through=through)
    record(
        actor=actor,
        action="ledger.book.closed",
        subject=through.isoformat(),
        at=at,
        detail={"transfers": book.transfers},
    )
    return book

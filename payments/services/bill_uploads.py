"""A bill handed in by a person: read on trial first, then taken like a fetched one (F18)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.utils.translation import gettext_lazy as _

from payments.models import Bill, BusinessDay
from payments.rules.bill import BillUnreadableError, Row, Tally
from payments.rules.bill_template import read_template
from payments.rules.business_day import has_reached
from payments.selectors.bill_templates import bill_template
from payments.services.bill_corrections import correct_bill
from payments.services.bill_files import CHUNK, BillFileChanged, KeptFile, keep_bill_file, reading_bill_file
from payments.services.bill_reading import MOST_UNPACKED, READERS, rows_of
from payments.services.bill_tables import cells_of
from payments.services.bills import take_bill
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal

SHOWN = 20
MOST_BYTES = 64 * 1024 * 1024
KIND_OF = {"TRADE": "TRADE", "SHARING": "SHARING", "FUND": "FUND"}


class UploadUnfit(Refusal):
    """A file that no form can read, of a day that is not over, or too large."""

    message = _("这份账单收不了：%(why)s")


@dataclass(slots=True)
class Trial:
    """What reading a file would give: its first rows, its sums, and every fault by row."""

    kept: KeptFile
    rows: list[Row] = field(default_factory=list)
    errors: list[BillUnreadableError] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def is_good(self) -> bool:
        """Tell whether the whole file may be taken."""
        return not self.errors


def try_bill(*, acquirer_code: str, form: str, day: date, scope: str, content: bytes, at: datetime) -> Trial:
    """Read a file as a form would, keep it, take nothing; gives its first rows and its faults, the first twenty each.

    Raises UploadUnfit.
    """
    if day >= business_date(at):
        raise UploadUnfit(why=_("这一天还没有过完"))
    if not content or len(content) > MOST_BYTES:
        raise UploadUnfit(why=_("文件是空的，或太大"))
    if form not in READERS and bill_template(form.removeprefix("TABLE:")) is None:
        raise UploadUnfit(why=_("没有这种格式"))
    kept = keep_bill_file(acquirer_code=acquirer_code, day=day, chunks=[content])
    trial = Trial(kept)
    bill = Bill(form=form, day=day, scope=scope, file_name=kept.file_name, sha256=kept.sha256)
    try:
        if form.startswith("TABLE:"):
            _try_table(trial, bill, content)
        else:
            for row in rows_of(bill=bill, tally=trial.tally):
                if len(trial.rows) < SHOWN:
                    trial.rows.append(row)
    except BillUnreadableError as fault:
        trial.errors.append(fault)
    return trial


def _try_table(trial: Trial, bill: Bill, content: bytes) -> None:
    template = bill_template(bill.form.removeprefix("TABLE:"))
    if template is None:
        raise BillUnreadableError(f"no template {bill.form}")
    try:
        cells = cells_of(data=content[:MOST_UNPACKED], template=template)
        rows = read_template(cells, bill.day.isoformat(), trial.tally, template, trial.errors)
        trial.rows += islice(rows, SHOWN)
        for _row in rows:
            if len(trial.errors) >= SHOWN:
                return
    except UnicodeDecodeError as error:
        raise BillUnreadableError(f"the text is not {error.encoding}") from error
    if trial.tally.rows and not trial.tally.own_day_rows and not trial.errors:
        raise BillUnreadableError("not one row is of the day: the bill of another day")


def hand_in_bill(
    *, acquirer_code: str, form: str, day: date, scope: str, file_name: str, sha256: str, actor: Actor, at: datetime
) -> Bill:
    """Take a tried file as a new version of a day's bill; the close of the day verifies and loads it.

    A trade bill of a day that is reconciled already goes the way of a corrected one. Raises UploadUnfit naming the
    first fault and its row, BillRefused; nothing of the file was taken then.
    """
    try:
        with reading_bill_file(file_name=file_name, sha256=sha256) as raw:
            content = raw.read()
    except BillFileChanged as fault:
        raise UploadUnfit(why=_("试读过的文件不见了，请再交一次")) from fault
    trial = try_bill(acquirer_code=acquirer_code, form=form, day=day, scope=scope, content=content, at=at)
    if not trial.is_good:
        raise UploadUnfit(why=str(trial.errors[0]))
    kind = KIND_OF.get(form.rpartition("_")[2], "TRADE")
    row = BusinessDay.objects.filter(date=day).first()
    if kind == "TRADE" and row is not None and has_reached(row.reached, "RECONCILED"):
        return correct_bill(
            acquirer_code=acquirer_code, day=day, actor=actor, at=at, content=content, form=form, scope=scope
        )
    chunks = (content[place : place + CHUNK] for place in range(0, len(content), CHUNK))
    return take_bill(
        acquirer_code=acquirer_code, kind=kind, day=day, form=form, chunks=chunks, actor=actor, at=at, scope=scope
    )

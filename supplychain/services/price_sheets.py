"""Price sheets: taken in whole or refused whole; every line that does not count is listed with its reason."""

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

import openpyxl
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.exceptions import InvalidFileException

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import IndexTrade, PriceSheet, PriceSheetRow, PriceSource
from supplychain.rules.sheet_rows import ControlTotals, SheetColumns, SheetRow, SheetUnreadable, read_sheet
from supplychain.services.index_trades import take_sheet_rows

LARGEST_FILE = 64 * 1024 * 1024
BATCH = 5_000


class SheetRepeated(Refusal):
    """The same bytes were loaded before."""

    message = _("这份行情表已经导入过了：%(sheet_no)s")


class SheetNotReadable(Refusal):
    """Neither CSV nor XLSX with the named columns."""

    message = _("这份行情表读不出来：%(why)s")


class ControlTotalsDiffer(Refusal):
    """The sender's totals are not those of the file: nothing is loaded."""

    message = _("合计对不上：%(what)s 应为 %(declared)s，文件里是 %(found)s")


def import_price_sheet(
    *,
    source: PriceSource,
    file_name: str,
    content: bytes,
    columns: SheetColumns,
    totals: ControlTotals,
    actor: Actor,
    at: datetime,
) -> PriceSheet:
    """Load a sheet: readable rows with a known name become trades, the others wait or are rejected.

    Raises:
        SheetRepeated: by SHA-256 of the bytes.
        SheetNotReadable, ControlTotalsDiffer
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = PriceSheet.objects.filter(source=source, sha256=sha256, status="LOADED").first()
    if known is not None:
        raise SheetRepeated(sheet_no=known.sheet_no)
    try:
        rows = list(read_sheet(_lines(file_name, content), columns, today=business_date(at)))
    except SheetUnreadable as error:
        raise SheetNotReadable(why=str(error)) from error
    read = [row for row in rows if not row.fault]
    if not read:
        raise SheetNotReadable(why=str(_("没有一行可用")))
    _check_totals(rows, totals)
    try:
        return _load(source, file_name, sha256, columns, rows, actor, at)
    except IntegrityError as error:
        if "price_sheet_once" in str(error):
            raise SheetRepeated(sheet_no=file_name) from error
        raise


@transaction.atomic
def _load(
    source: PriceSource,
    file_name: str,
    sha256: str,
    columns: SheetColumns,
    rows: Sequence[SheetRow],
    actor: Actor,
    at: datetime,
) -> PriceSheet:
    read = [row for row in rows if not row.fault]
    days = [row.day for row in read if row.day]
    sheet = PriceSheet.objects.create(
        status="LOADED",
        sheet_no=new_no("SHT"),
        source=source,
        file_name=file_name[:200],
        sha256=sha256,
        columns=asdict(columns),
        rows_total=len(rows),
        rows_rejected=len(rows) - len(read),
        kg_total=sum((row.kg or Decimal(0) for row in read), Decimal(0)),
        amount_fen_total=sum(row.amount_fen or 0 for row in read),
        first_day=min(days),
        last_day=max(days),
        loaded_at=at,
        loaded_by=actor.label or actor.ref,
    )
    PriceSheetRow.objects.bulk_create((_row(sheet, row) for row in rows), batch_size=BATCH)
    take_sheet_rows(source=source, actor=actor, at=at)
    record(
        actor=actor,
        action="supplychain.price_sheet.import",
        subject=sheet.sheet_no,
        at=at,
        detail={"rows": len(rows), "rejected": sheet.rows_rejected, "sha256": sha256[:16]},
    )
    return sheet


def _row(sheet: PriceSheet, row: SheetRow) -> PriceSheetRow:
    return PriceSheetRow(
        sheet=sheet,
        line_no=row.line_no,
        day=row.day,
        source_name=row.name,
        kg=row.kg,
        price_fen_kg=row.price_fen_kg,
        amount_fen=row.amount_fen,
        verdict="REJECTED" if row.fault else "WAITING",
        fault=row.fault or "UNKNOWN_NAME",
        text=row.text if row.fault else "",
    )


@transaction.atomic
def withdraw_price_sheet(*, sheet_no: str, actor: Actor, at: datetime, reason: str) -> PriceSheet:
    """Take a sheet's rows out of the trades; releases made with them stay, later ones no longer count them."""
    sheet = PriceSheet.objects.select_for_update().get(sheet_no=sheet_no)
    transition(sheet, "WITHDRAWN", actor=actor, at=at, reason=reason)
    IndexTrade.objects.filter(source_id=sheet.source_id, origin__in=sheet.rows.values("pk")).delete()
    record(actor=actor, action="supplychain.price_sheet.withdraw", subject=sheet_no, at=at, detail={"reason": reason})
    return sheet


def _check_totals(rows: Sequence[SheetRow], totals: ControlTotals) -> None:
    read = [row for row in rows if not row.fault]
    found = (
        (_("行数"), totals.rows, len(rows)),
        (_("公斤"), totals.kg, sum((row.kg or Decimal(0) for row in read), Decimal(0))),
        (_("金额（分）"), totals.amount_fen, sum(row.amount_fen or 0 for row in read)),
    )
    for what, declared, counted in found:
        if declared is not None and declared != counted:
            raise ControlTotalsDiffer(what=what, declared=declared, found=counted)


def _lines(file_name: str, content: bytes) -> Iterator[Sequence[object]]:
    if len(content) > LARGEST_FILE:
        raise SheetUnreadable("more than 64 MB")
    if file_name.lower().endswith((".xlsx", ".xlsm")):
        return _workbook_lines(content)
    return _text_lines(file_name, content)


def _workbook_lines(content: bytes) -> Iterator[Sequence[object]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise SheetUnreadable(str(error)) from error
    yield from book.worksheets[0].iter_rows(values_only=True)


def _text_lines(file_name: str, content: bytes) -> Iterator[Sequence[object]]:
    try:
        raw = _unpacked(content) if file_name.lower().endswith(".gz") else content
        text = _decoded(raw)
        yield from csv.reader(io.StringIO(text), strict=True)
    except (csv.Error, EOFError, OSError, zipfile.BadZipFile) as error:
        raise SheetUnreadable(str(error)) from error


def _unpacked(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        raw = packed.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise SheetUnreadable("more than 64 MB unpacked")
    return raw


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetUnreadable("neither UTF-8 nor GB 18030")

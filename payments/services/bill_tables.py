"""A bank's Excel or CSV as rows of text: what a spreadsheet has changed in a number is refused, not guessed."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from payments.rules.bill import BillUnreadableError
from payments.rules.bill_template import Template

EXACT = 10**15
"""A spreadsheet keeps fifteen digits: a longer number has lost its end, and beyond them a sum is only noise."""
UTF8_MARK = b"\xef\xbb\xbf"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def cells_of(*, data: bytes, template: Template) -> Iterator[list[str]]:
    """Yield the rows of an XLSX's first sheet, or of a CSV in UTF-8 or GBK.

    Raises BillUnreadableError, UnicodeDecodeError.
    """
    if data.startswith(OLD_EXCEL):
        raise BillUnreadableError("an old .xls file: save it as .xlsx or CSV")
    if not data.startswith(b"PK"):
        yield from csv.reader(io.StringIO(_text(data), newline=""))
        return
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for line_no, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield [_cell(cell, line_no, template) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError) as error:
        raise BillUnreadableError(f"the workbook is broken: {error}") from error


def _text(data: bytes) -> str:
    if data.startswith(UTF8_MARK):
        return data.decode("utf-8-sig")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gbk")


def _cell(cell: object, line_no: int, template: Template) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (datetime, date)):
        return cell.strftime(template.time_format)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if abs(cell) >= EXACT:
            raise BillUnreadableError("a number has lost digits in the spreadsheet: make its column text", line_no)
        return str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"
    return str(cell)

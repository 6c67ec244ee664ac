"""Our own reports as workbooks: income of a month, receivables by age. Yuan; what people typed starts no formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from payments.selectors.fee_reports import income_of_month, receivables_ageing
from payments.selectors.statement_documents import safe_cell

AGE_NAMES = ("未到期", "1–30 天", "31–60 天", "61–90 天", "90 天以上")
Cell = str | int | Decimal


def income_xlsx(month: date) -> bytes:
    """Write a month's service-fee income by service and tariff, with a line of totals."""
    found = income_of_month(month)
    rows: list[list[Cell]] = [
        [
            row.service, safe_cell(row.tariff), row.merchants, _yuan(row.charged_fen), _yuan(row.returned_fen),
            _yuan(row.fee_fen), _yuan(row.split_fen), _yuan(row.fee_fen - row.split_fen),
        ]
        for row in found
    ]  # fmt: skip
    totals = [
        sum(getattr(row, name) for row in found) for name in ("charged_fen", "returned_fen", "fee_fen", "split_fen")
    ]
    rows.append(["合计", "", "", *(_yuan(fen) for fen in totals), _yuan(totals[2] - totals[3])])
    head = ["服务", "费率", "商户数", "应收", "退费", "净额", "已分账", "另行收取"]
    return _book(f"{month:%Y-%m} 收入", head, rows)


def ageing_xlsx(at: datetime) -> bytes:
    """Write what every merchant owes by days past due, with a line of totals."""
    found = receivables_ageing(at)
    rows: list[list[Cell]] = [
        [row.merchant_no, safe_cell(row.name), *(_yuan(fen) for fen in row.buckets_fen), _yuan(row.total_fen)]
        for row in found
    ]
    sums = [sum(row.buckets_fen[place] for row in found) for place in range(len(AGE_NAMES))]
    rows.append(["合计", "", *(_yuan(fen) for fen in sums), _yuan(sum(sums))])
    return _book("应收账龄", ["商户号", "商户", *AGE_NAMES, "合计"], rows)


def _book(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, Decimal):
                cell.number_format = "#,##0.00"
    sheet.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100

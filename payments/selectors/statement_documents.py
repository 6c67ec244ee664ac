"""A statement on paper: PDF by typst, a sheet by openpyxl. What people typed can start no formula."""

import io
import json
from decimal import Decimal
from pathlib import Path

import noto_cjk_sans_otc
import typst
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from payments.models import Settlement, SettlementLine
from payments.selectors.settlements import payments_of_line, refunds_of_line
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.money import format_yuan

FONT = Path(noto_cjk_sans_otc.FONT_PATH)
FONTS = FONT.parent if FONT.is_file() else FONT
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 50_000
AMOUNTS = (
    ("gross_fen", "收款"),
    ("refunded_fen", "退款"),
    ("fee_fen", "通道手续费"),
    ("split_fen", "分账"),
    ("adjustment_fen", "调整"),
    ("net_fen", "当日净额"),
    ("carried_in_fen", "上日结转"),
    ("payout_fen", "应到账"),
    ("carried_out_fen", "结转下日"),
)
PAPER = """
#set page(paper: "a4", margin: 20mm)
#set text(font: ("Noto Sans CJK SC", "Noto Sans CJK JP"), size: 10pt, lang: "zh")
#let data = json(bytes(sys.inputs.data))
#text(size: 16pt, weight: "bold")[结算单]
#h(1fr) #data.no
#v(4pt)
#data.merchant （#data.merchant_no）\\
营业日 #data.day，预计到账日 #data.payout_date
#v(8pt)
#table(
  columns: (1fr,) + (auto,) * data.acquirers.len() + (auto,),
  align: (left,) + (right,) * (data.acquirers.len() + 1),
  stroke: 0.5pt + luma(200),
  [], ..data.acquirers.map(name => strong(name)), strong[合计],
  ..data.rows.flatten(),
)
#v(8pt)
本结算单由平台依据收单机构账单计算。货款由收单机构直接结算到商户的银行账户，平台不经手资金。
#v(4pt)
平台服务费（另行收取或已分账）：#data.service_fee 元。
"""


def safe_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def statement_pdf(row: Settlement) -> bytes:
    """Lay a statement out as one page: a column per acquirer, a line per amount, yuan."""
    lines = list(row.lines.order_by("acquirer_code"))
    data = {
        "no": row.statement_no,
        "merchant": row.merchant.name,
        "merchant_no": row.merchant.merchant_no,
        "day": row.day.isoformat(),
        "payout_date": row.payout_date.isoformat(),
        "acquirers": [line.acquirer_code for line in lines],
        "rows": [
            [name, *(format_yuan(getattr(line, field)) for line in lines), format_yuan(getattr(row, field))]
            for field, name in AMOUNTS
        ],
        "service_fee": format_yuan(row.service_fee_fen),
    }
    paper = {"main.typ": PAPER.encode()}
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    made: bytes = typst.compile(paper, font_paths=[str(FONTS)], sys_inputs=inputs)  # type: ignore[call-overload]
    return made


def statement_xlsx(row: Settlement) -> bytes:
    """Write a statement as a workbook: the summary, then every payment and refund behind it. Amounts in yuan."""
    book = Workbook()
    book.remove(book.worksheets[0])
    summary = book.create_sheet("结算单")
    lines = list(row.lines.select_related("sub_merchant").order_by("acquirer_code"))
    summary.append([safe_cell(row.merchant.name), row.merchant.merchant_no, row.statement_no])
    summary.append(["营业日", row.day.isoformat(), "预计到账日", row.payout_date.isoformat()])
    summary.append(["", *(line.acquirer_code for line in lines), "合计"])
    for name, title in AMOUNTS:
        summary.append([title, *(_yuan(getattr(line, name)) for line in lines), _yuan(getattr(row, name))])
    for cells in summary.iter_rows(min_row=4, min_col=2):
        for cell in cells:
            cell.number_format = "#,##0.00"
    detail = book.create_sheet("明细")
    detail.append(["时间", "收单机构", "类型", "单号", "机构单号", "说明", "金额（元）"])
    for cell in (*summary[3], *detail[1]):
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
    for line in lines:
        for cells in _rows_of(line):
            detail.append(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _rows_of(line: SettlementLine) -> list[list[str | Decimal]]:
    code = line.acquirer_code
    rows: list[list[str | Decimal]] = []
    for attempt in payments_of_line(line)[:MOST_ROWS]:
        paid = attempt.paid_at.astimezone(BUSINESS_ZONE) if attempt.paid_at else None
        rows.append(
            [
                f"{paid:%Y-%m-%d %H:%M:%S}" if paid else "", code, "收款", attempt.attempt_no,
                attempt.acquirer_trade_no, safe_cell(attempt.payment.description), _yuan(attempt.amount_fen),
            ]
        )  # fmt: skip
    for refund in refunds_of_line(line)[:MOST_ROWS]:
        asked = refund.requested_at.astimezone(BUSINESS_ZONE)
        rows.append(
            [
                f"{asked:%Y-%m-%d %H:%M:%S}", code, "退款", refund.refund_no, refund.acquirer_refund_no,
                safe_cell(refund.reason), _yuan(-refund.amount_fen),
            ]
        )  # fmt: skip
    return rows

"""Large and suspicious trades leave as a file for the acquirer or bank; who took it is audited (R20)."""

import csv
from datetime import date, datetime
from io import StringIO

from payments.selectors.large_trades import flags_of
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.money import yuan_text

HEAD = ("日期", "类别", "商户号", "商户名称", "收单机构", "笔数", "金额（元）", "标准（元）", "规则")
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_flags(*, day: date, actor: Actor, at: datetime) -> str:
    """Write the flags of a day as CSV in UTF-8 with a mark for spreadsheets; nothing typed by people starts a formula.

    Amounts in yuan. The export is audited; the subject is never told.
    """
    rows = flags_of(day)
    text = StringIO("\ufeff")
    text.seek(1)
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for row in rows:
        bound = yuan_text(row.bound_fen) if row.bound_fen else ""
        values = (
            row.day.isoformat(), row.kind, row.merchant_no, row.legal_name, row.acquirer_code, str(row.orders),
            yuan_text(row.figure_fen), bound, row.rules,
        )  # fmt: skip
        writer.writerow([f"'{value}" if value.startswith(STARTS_FORMULA) else value for value in values])
    record(
        actor=actor,
        action="payments.risk.flags_exported",
        subject=f"flags:{day.isoformat()}",
        at=at,
        detail={"rows": len(rows)},
    )
    return text.getvalue()

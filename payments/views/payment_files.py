"""收款记录 as a file: a day's payments for the bookkeeper's own table."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from payments.models import Payment
from payments.views.words import acquirer_name
from silk_road_ebao.face.words import word_of
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.money import yuan_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def payments_csv(payments: Iterable[Payment]) -> bytes:
    """Write payments as CSV that Excel opens as it is: UTF-8 with its mark, yuan, Beijing time, no formulas."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [_("开单时间"), _("收到时间"), _("卖的什么"), _("金额（元）"), _("已退（元）"), _("状态"), _("付款方式"),
         _("支付单号"), _("收单机构单号"), _("商户单号")]
    )  # fmt: skip
    for row in payments:
        paid = row.paid_attempt
        table.writerow(
            _plain(text)
            for text in (
                _local(row.created_at),
                _local(row.paid_at),
                row.description,
                yuan_text(row.amount_fen),
                yuan_text(row.refunded_fen),
                str(word_of("payment", row.status)[0]),
                acquirer_name(paid.acquirer_code) if paid else "",
                row.payment_no,
                paid.acquirer_trade_no if paid else "",
                row.order_no or "",
            )
        )
    return out.getvalue().encode("utf-8-sig")


def _local(at: datetime | None) -> str:
    return at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _plain(text: str) -> str:
    """Keep a text from being taken for a formula, and a long number from being rounded."""
    return f"'{text}" if text.startswith(FORMULA) or (text.isdigit() and len(text) > 11) else text

"""Make UnionPay's statement: a ZIP with a ZM file of fixed columns, inside fileContent."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from datetime import date

from payments.sandbox.billing import cut, day_rows, spoil, spoil_lines
from payments.sandbox.store import Record
from payments.sandbox.unionpay.errors import UnionpayError, need, txn_time
from payments.sandbox.unionpay.orders import Form, sub_of
from payments.sandbox.world import World

WIDTHS = (
    *(3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1),
    *(21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98),
)
READY_HOUR = 9
TXN = {"pay": ("S22", "01"), "refund": ("S30", "04"), "revoke": ("S31", "31")}


def download(world: World, form: Form) -> Form:
    """Give the statement of a settlement date (MMDD), zipped, deflated and in base64."""
    sub = sub_of(world, form)
    txn_time(form)
    need(form, "fileType", r"00")
    day = _latest(world, need(form, "settleDate", r"[0-9]{4}"))
    now = world.clock.now()
    rows = day_rows(world.store, "unionpay", day, sub)
    if not rows or (now.date() - date.fromisoformat(day)).days * 24 + now.hour < 24 + READY_HOUR:
        raise UnionpayError("98")
    rows, marks = spoil(world.faults, "unionpay", rows)
    lines = spoil_lines([_line(row, form["merId"]) for row in rows], marks)
    short = day[2:].replace("-", "")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        text = "".join(line + "\r\n" for line in lines).encode("gbk", "replace")
        archive.writestr(_info(f"INN{short}88ZM_{sub}", day), text)
        totals = _totals(rows, marks).encode()
        archive.writestr(_info(f"INN{short}88ZS_{sub}", day), totals)
    data = cut(packed.getvalue(), marks)
    return {
        "fileName": f"{sub}_{day.replace('-', '')}.zip",
        "settleDate": form["settleDate"],
        "fileContent": base64.b64encode(zlib.compress(data)).decode(),
    }


def _info(name: str, day: str) -> zipfile.ZipInfo:
    when = date.fromisoformat(day)
    info = zipfile.ZipInfo(name, (when.year, when.month, when.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _latest(world: World, month_day: str) -> str:
    """Return the last such date that is not in the future."""
    today = world.clock.now().date()
    for year in (today.year, today.year - 1, today.year - 2, today.year - 3, today.year - 4):
        try:
            day = date(year, int(month_day[:2]), int(month_day[2:]))
        except ValueError:
            continue
        if day <= today:
            return day.isoformat()
    raise UnionpayError("10", "报文格式错误[settleDate]")


def _signed(fen: int) -> str:
    """Return an amount as C (to the merchant) or D (from him) and twelve digits."""
    return ("C" if fen >= 0 else "D") + f"{abs(fen):012d}"


def _line(row: Record, mer_id: str) -> str:
    code, kind = TXN[row["kind"]]
    is_pay = row["kind"] == "pay"
    if row["status"] not in ("SUCCESS", "PROCESSING"):
        code = "S31" if is_pay else "S22"
    fen = row["amount_fen"] if is_pay else row["refund_fen"]
    net = (fen if is_pay else -fen) - row["fee_fen"]
    sent = re.sub(r"[-T:]", "", row["at"][5:19])
    paid = re.sub(r"[-T:]", "", row["paid_at"][5:19])
    values = [code, "01040000", "00010000", row["trade_no"][-6:], sent, row["payer_id"]]
    values += [f"{fen:012d}", "5411", "08", row["trade_no"] if is_pay else row["refund_id"], ""]
    values += [row["no"] if is_pay else row["refund_no"], "02" if row["funding"] == "credit" else "01"]
    values += ["" if is_pay else row["trade_no"][-6:], "" if is_pay else paid, _signed(-row["fee_fen"])]
    values += [_signed(net), "0001", "", kind, row["trade_type"][-2:] if is_pay else "00", "000000", "01", "", "", ""]
    values += ["" if is_pay else row["trade_no"], mer_id, "", row["sub"], "", "", _signed(net), "", ""]
    values += ["", "", "", "", "", "" if is_pay else row["no"], ""]
    return " ".join(value.ljust(width)[:width] for value, width in zip(values, WIDTHS, strict=True))


def _totals(rows: list[Record], marks: dict[str, int]) -> str:
    """Return the sums file: count and sum of payments and refunds, fee, net, in fen."""
    paid = sum(row["amount_fen"] for row in rows) + ("wrong_totals" in marks)
    refunded = sum(row["refund_fen"] for row in rows)
    fee = sum(row["fee_fen"] for row in rows)
    count = sum(row["kind"] == "pay" for row in rows)
    parts = (count, paid, len(rows) - count, refunded, fee, paid - refunded - fee)
    return "|".join(str(part) for part in parts) + "\r\n"

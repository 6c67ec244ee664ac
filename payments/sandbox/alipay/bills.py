"""Make Alipay's bills: a ZIP of two GBK CSVs with GBK names, by a link that lives 30 seconds."""

from __future__ import annotations

import io
import secrets
import zipfile
from datetime import date, timedelta
from typing import Any

from payments.sandbox.alipay.errors import AlipayError, stamp, text
from payments.sandbox.alipay.fund_bills import detail_text, flows_of
from payments.sandbox.billing import cut, day_rows, spoil, spoil_lines, yuan
from payments.sandbox.messages import Reply, Request
from payments.sandbox.store import Record
from payments.sandbox.world import World

LINK_S = 30
READY_HOUR = 9
HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
SUM_HEAD = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)


def download_url(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Apply for the trade bill of the seller who gave the token."""
    bill_type = text(body, "bill_type", 20)
    if bill_type not in ("trade", "signcustomer"):
        raise AlipayError("40004", "invalid_arguments", "bill_type仅支持trade、signcustomer")
    shown = text(body, "bill_date", 15)
    try:
        day = date.fromisoformat(shown)
    except ValueError:
        raise AlipayError("40004", "invalid_arguments", "bill_date格式应为yyyy-MM-dd") from None
    now = world.clock.now()
    ready = (now.date(), now.hour) >= (day + timedelta(days=1), READY_HOUR)
    if not ready:
        raise AlipayError("40004", "isp.bill_not_exist", "账单不存在")
    packed = _trade(world, call["seller"], day) if bill_type == "trade" else _fund(world, day)
    token = secrets.token_urlsafe(24)
    folder = world.folder / "bills"
    folder.mkdir(exist_ok=True, mode=0o700)
    (folder / token).write_bytes(packed)
    record = {"expires": world.clock.epoch() + LINK_S, "gzip": False}
    world.store.write("alipay.bill", ("bill_link", token, record))
    url = f"{call['base_url']}/downloadBillFile.resource?bizType={bill_type}&fileType=csv.zip&token={token}"
    return {"bill_download_url": url}


def _trade(world: World, seller: str, day: date) -> bytes:
    rows = day_rows(world.store, "alipay", day.isoformat(), seller)
    if not rows:
        raise AlipayError("40004", "isp.bill_not_exist", "账单不存在")
    rows, marks = spoil(world.faults, "alipay", rows)
    return cut(_zip(seller, day, rows, marks, world.clock.text()), marks)


def _fund(world: World, day: date) -> bytes:
    """Pack the account details of the service provider itself."""
    account = world.credentials.data["alipay"]["isv_pid"]
    flows = flows_of(world.store, account, day.isoformat())
    if not flows:
        raise AlipayError("40004", "isp.bill_not_exist", "账单不存在")
    top = _top("账务明细", "账务明细列表", account, day)
    lines = [*top, *detail_text(flows, day, world.clock.text())]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = _GbkInfo(f"{account}_{day:%Y%m%d}_账务明细.csv", (day.year, day.month, day.day, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, "\r\n".join(lines).encode("gbk", "replace"))
    return packed.getvalue()


def _zip(seller: str, day: date, rows: list[Record], marks: dict[str, int], now: str) -> bytes:
    packed = io.BytesIO()
    stem = f"{seller}_{day:%Y%m%d}_业务明细"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            (f"{stem}.csv", _detail(seller, day, rows, marks, now)),
            (f"{stem}(汇总).csv", _summary(seller, day, rows, marks, now)),
        ):
            # The name goes in as GBK without the UTF-8 flag, as Alipay's own archives have it.
            info = _GbkInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content.encode("gbk", "replace"))
    return packed.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    """Write the file name as GBK bytes."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _top(title: str, list_name: str, seller: str, day: date) -> list[str]:
    end = day + timedelta(days=1)
    bar = "-" * 41
    return [
        f"#支付宝{title}查询",
        f"#账号：[{seller}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{end:%Y年%m月%d日} 00:00:00]",
        f"#{bar}{list_name}{bar}",
    ]


def _detail(seller: str, day: date, rows: list[Record], marks: dict[str, int], now: str) -> str:
    lines = spoil_lines([_line(row) for row in rows], marks)
    pays = [row for row in rows if row["kind"] == "pay"]
    backs = [row for row in rows if row["kind"] != "pay"]
    paid = sum(row["amount_fen"] for row in pays) + ("wrong_totals" in marks)
    refunded = sum(row["refund_fen"] for row in backs)
    bar = "-" * 41
    tail = [
        f"#{bar}业务明细列表结束{bar}",
        f"#交易合计：{len(pays)}笔，商家实收共{yuan(paid)}元，商家优惠共0.00元",
        f"#退款合计：{len(backs)}笔，商家实收退款共{yuan(-refunded)}元，商家优惠退款共0.00元",
        f"#导出时间：[{stamp(now)}]",
    ]
    return "\r\n".join([*_top("业务明细", "业务明细列表", seller, day), HEAD, *lines, *tail, ""])


def _line(row: Record) -> str:
    is_pay = row["kind"] == "pay"
    fen = row["amount_fen"] if is_pay else -row["refund_fen"]
    values = [row["trade_no"], row["no"], _kind(row), row["subject"].replace(",", "，")]
    values += [stamp(row["order_at"] if is_pay else row["at"]), stamp(row["at"])]
    values += ["", "", "", "", "159****0000", yuan(fen), yuan(fen), "0.00", "0.00", "0.00", "0.00"]
    values += ["0.00", "", "0.00", "0.00", row["refund_no"], yuan(-row["fee_fen"]), "0.00", ""]
    return ",".join(value + "\t" if index in (0, 1, 3, 10, 21) else value for index, value in enumerate(values))


def _kind(row: Record) -> str:
    if row["status"] in ("SUCCESS", "PROCESSING"):
        return "交易" if row["kind"] == "pay" else "退款"
    return "退款" if row["kind"] == "pay" else "交易"


def _summary(seller: str, day: date, rows: list[Record], marks: dict[str, int], now: str) -> str:
    paid = sum(row["amount_fen"] for row in rows) + ("wrong_totals" in marks)
    refunded = sum(row["refund_fen"] for row in rows)
    fee = sum(row["fee_fen"] for row in rows)
    count = sum(row["kind"] == "pay" for row in rows)
    net = paid - refunded
    values = ["合计", "", str(count), str(len(rows) - count), yuan(net), yuan(net), "0.00", "0.00"]
    values += ["0.00", yuan(-fee), "0.00", yuan(net - fee)]
    bar = "-" * 41
    tail = [f"#{bar}业务汇总列表结束{bar}", f"#导出时间：[{stamp(now)}]", ""]
    return "\r\n".join([*_top("业务汇总", "业务汇总列表", seller, day), SUM_HEAD, ",".join(values), *tail])


def download(world: World, request: Request) -> Reply:
    """Give the file of a link while it lives."""
    token = request.query.get("token", "")
    link = world.store.get("bill_link", token)
    if not link or world.clock.epoch() > link["expires"]:
        return Reply(403, "链接已失效".encode(), [("Content-Type", "text/plain; charset=utf-8")])
    data = (world.folder / "bills" / token).read_bytes()
    disposition = f"attachment; filename={token[:8]}.csv.zip"
    return Reply(200, data, [("Content-Type", "application/zip"), ("Content-Disposition", disposition)])

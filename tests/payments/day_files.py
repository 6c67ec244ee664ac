"""Word a made day's rows as the acquirers' bills, streamed to files."""
# ruff: noqa: E501

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from payments.rules.bill_alipay import COLUMNS
from payments.rules.bill_unionpay import WIDTHS
from payments.rules.bill_wechat import HEAD_27, TOTALS_27
from payments.rules.bill_wechat_sharing import FUND_HEAD, FUND_TOTALS, SHARED, SHARING_HEAD, SHARING_TOTALS


def write_files(day: date, folder: Path) -> list[tuple[str, str, str, Path]]:
    """Write all bills of the rows in made_bill; gives (acquirer, kind of bill, scope, file) of each."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wechat.csv"
    _write_wechat(path)
    files = [("WECHAT", "TRADE", "", path)]
    if (split := _write_sharing(folder / "sharing.csv")) is not None:
        files.append(("WECHAT", "SHARING", "", split))
        files.append(("WECHAT", "FUND", "", _write_fund(folder / "fund.csv")))
    for q, code, write in ((1, "ALIPAY", _alipay), (2, "UNIONPAY", _unionpay)):
        for party, rows in _by_party(q):
            path = folder / f"{code}-{party}.zip"
            path.write_bytes(write(party, day, rows))
            files.append((code, "TRADE", party, path))
    return files


ROW_COLUMNS = (
    "party, kind, to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), trade_no, our_no, fen, fee,"
    " back_no, back_id, is_odd"
)


def _stream(q: int, order: str) -> Iterator[tuple]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {ROW_COLUMNS} FROM made_bill WHERE q = {q} ORDER BY {order}")
        while rows := cursor.fetchmany(5_000):
            yield from rows


def _by_party(q: int) -> Iterator[tuple[str, list[tuple]]]:
    held: list[tuple] = []
    for row in _stream(q, "party, at, our_no"):
        if held and held[0][0] != row[0]:
            yield held[0][0], held
            held = []
        held.append(row)
    if held:
        yield held[0][0], held


def yuan(fen: int) -> str:
    """Word fen as bills do."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def wechat_line(row: tuple) -> str:
    """Word one row as WeChat's 27 columns."""
    party, kind, at, trade_no, our_no, fen, fee, back_no, back_id, is_odd = row
    is_pay = kind == "pay"
    values = [
        at, "wxapp", "1900000001", party, "", trade_no, our_no, "openid", "NATIVE",
        ("REVOKED" if is_odd else "SUCCESS") if is_pay else "REFUND", "OTHERS", "CNY", yuan(fen if is_pay else 0), "0.00",
        back_id or "0", back_no or "0", yuan(0 if is_pay else fen), "0.00", "" if is_pay else "ORIGINAL",
        "" if is_pay else "SUCCESS", "番茄,特级", "", yuan(fee) + "000", "0.38%", yuan(fen if is_pay else 0),
        yuan(0 if is_pay else fen), "",
    ]  # fmt: skip
    return ",".join("`" + value for value in values)


def _write_wechat(path: Path) -> None:
    count = paid = back = fee = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(HEAD_27 + "\r\n")
        for row in _stream(0, "at, our_no"):
            out.write(wechat_line(row) + "\r\n")
            count, fee = count + 1, fee + row[6]
            paid, back = (paid + row[5], back) if row[1] == "pay" else (paid, back + row[5])
        totals = [str(count), yuan(paid), yuan(back), "0.00", yuan(fee) + "000", yuan(paid), yuan(back)]
        out.write(TOTALS_27 + "\r\n" + ",".join("`" + value for value in totals) + "\r\n")


def _write_sharing(path: Path) -> Path | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(made.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), s.sub_mchid, trade_no,"
            " 'SHR' || lpad(g::text, 20, '0'), CASE WHEN seed = 27 THEN 6 ELSE 5 END, g FROM made"
            " JOIN made_sub s ON s.place = made.q * (SELECT count(*) / 3 FROM made_sub) + made.place"
            " WHERE made.q = 0 AND (seed = 27 OR g % 50 = 3) AND seed NOT IN (15, 22, 25, 26) ORDER BY made.at"
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    lines = [
        [
            at,
            "1900000001",
            sub,
            trade_no,
            f"3008{g}",
            f"3601{g}",
            no,
            "1.00",
            "1900000001",
            yuan(fen),
            "分账",
            "处理成功",
            "服务费",
            "",
        ]
        for at, sub, trade_no, no, fen, g in rows
    ]
    totals = [str(len(rows)), str(len(rows)), yuan(sum(row[4] for row in rows)), "0", "0.00"]
    text = [
        SHARING_HEAD,
        *(",".join("`" + v for v in line) for line in lines),
        SHARING_TOTALS,
        ",".join("`" + v for v in totals),
        "",
    ]
    path.write_text("\r\n".join(text), encoding="utf-8", newline="")
    return path


def _write_fund(path: Path) -> Path:
    """Write what splits brought to our own account: what the acquirer's other bill leaves out did not come either."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), g FROM made"
            " WHERE q = 0 AND (seed = 27 OR g % 50 = 3) AND seed NOT IN (15, 22, 25, 26) ORDER BY at"
        )
        rows = cursor.fetchall()
    lines = [
        [at, f"3601{g}", f"6000{g}", SHARED, SHARED, "收入", "0.05", "1.00", "system", "服务费", f"3008{g}"]
        for at, g in rows
    ]
    totals = [str(len(rows)), str(len(rows)), yuan(5 * len(rows)), "0", "0.00"]
    said = [",".join("`" + value for value in line) for line in (*lines, totals)]
    path.write_text("\r\n".join([FUND_HEAD, *said[:-1], FUND_TOTALS, said[-1], ""]), encoding="utf-8", newline="")
    return path


def _alipay(seller: str, day: date, rows: list[tuple]) -> bytes:
    bar, end = "-" * 41, day + timedelta(days=1)
    top = ["#支付宝业务明细查询", f"#账号：[{seller}0156]",
           f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{end:%Y年%m月%d日} 00:00:00]", f"#{bar}业务明细列表{bar}"]  # fmt: skip
    head = "支付宝交易号,商户订单号,业务类型,商品名称" + ",x" * (COLUMNS - 4)
    lines, pays, backs, paid, back, fees = [], 0, 0, 0, 0, 0
    for _party, kind, at, trade_no, our_no, fen, fee, back_no, _id, is_odd in rows:
        is_pay = kind == "pay"
        word = ("退款" if is_odd else "交易") if is_pay else "退款"
        shown = yuan(fen if is_pay else -fen)
        lines.append(
            f"{trade_no}\t,{our_no}\t,{word},番茄\t,{at},{at},,,,,159****0000\t,{shown},{shown},0.00,0.00,0.00,0.00,0.00,,"
            f"0.00,0.00,{back_no}\t,{yuan(-fee)},0.00,"
        )
        pays, paid = (pays + 1, paid + fen) if is_pay else (pays, paid)
        backs, back = (backs, back) if is_pay else (backs + 1, back + fen)
        fees += fee
    tail = [f"#{bar}业务明细列表结束{bar}", f"#交易合计：{pays}笔，商家实收共{yuan(paid)}元，商家优惠共0.00元",
            f"#退款合计：{backs}笔，商家实收退款共{yuan(-back)}元，商家优惠退款共0.00元", "#导出时间：[x]", ""]  # fmt: skip
    net = paid - back
    total = f"合计,,{pays},{backs},{yuan(net)},{yuan(net)},0.00,0.00,0.00,{yuan(-fees)},0.00,{yuan(net - fees)}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_GbkInfo(f"{seller}_业务明细.csv"), "\r\n".join([*top, head, *lines, *tail]).encode("gbk"))
        archive.writestr(_GbkInfo(f"{seller}_业务明细(汇总).csv"), "\r\n".join([*top, "x", total, ""]).encode("gbk"))
    return packed.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    def __init__(self, name: str) -> None:
        super().__init__(name, (2026, 1, 1, 0, 0, 0))
        self.compress_type = zipfile.ZIP_DEFLATED

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _unionpay(sub: str, day: date, rows: list[tuple]) -> bytes:
    lines, count, paid, backs, back, fees = [], 0, 0, 0, 0, 0
    for _party, kind, at, trade_no, our_no, fen, fee, back_no, back_id, is_odd in rows:
        is_pay = kind == "pay"
        net = (fen if is_pay else -fen) - fee
        code = ("S31" if is_odd else "S22") if is_pay else "S30"
        sent = at[5:].replace("-", "").replace(" ", "").replace(":", "")
        values = [code, "01040000", "00010000", "000000", sent, "", f"{fen:012d}", "5411", "08", trade_no if is_pay else back_id,
                  "", our_no if is_pay else back_no, "01", "", "", _signed(-fee), _signed(net), "0001", "", "01" if is_pay else "04",
                  "07", "000000", "01", "", "", "", "", "898", "", sub, "", "", _signed(net), "", "", "", "", "", "", "",
                  "" if is_pay else our_no, ""]  # fmt: skip
        lines.append(" ".join(value.ljust(width)[:width] for value, width in zip(values, WIDTHS, strict=True)))
        count, paid = (count + 1, paid + fen) if is_pay else (count, paid)
        backs, back = (backs, back) if is_pay else (backs + 1, back + fen)
        fees += fee
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(f"INN{day:%m%d}88ZM_{sub}", "".join(line + "\r\n" for line in lines))
        archive.writestr(f"INN{day:%m%d}88ZS_{sub}", f"{count}|{paid}|{backs}|{back}|{fees}|{paid - back - fees}\r\n")
    return packed.getvalue()


def _signed(fen: int) -> str:
    return ("C" if fen >= 0 else "D") + f"{abs(fen):012d}"

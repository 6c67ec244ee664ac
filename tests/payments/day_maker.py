"""Make a whole market day in the tables and the bills to it, with known differences. For tests and the bench.

Rows are made in SQL from their number, so that the same size gives the same day; bills are streamed to files.
"""
# ruff: noqa: E501

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from payments.ledger.services import post_query
from payments.models import SubMerchant
from payments.rules.bill_alipay import COLUMNS
from payments.rules.bill_unionpay import WIDTHS
from payments.rules.bill_wechat import HEAD_27, TOTALS_27
from payments.rules.bill_wechat_sharing import FUND_HEAD, FUND_TOTALS, SHARED, SHARING_HEAD, SHARING_TOTALS
from payments.services.bills import take_bill
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import day_bounds
from tests.payments.factories import (
    InstitutionFactory,
    MerchantFactory,
    PersonFactory,
    SubMerchantFactory,
)

ACQUIRERS = ("WECHAT", "ALIPAY", "UNIONPAY")
SEEDS = {
    11: ("PLATFORM_MISSING", "NOT_OURS"),
    12: ("CHANNEL_MISSING", "DAY_CUT"),
    13: ("AMOUNT_OVER", "AMOUNT_CHANGED"),
    14: ("AMOUNT_SHORT", "AMOUNT_CHANGED"),
    15: ("STATUS_OVER", "NOTICE_LOST"),
    16: ("STATUS_SHORT", "REVOKED_AT_ACQUIRER"),
    17: ("FEE", "RATE_DIFFERS"),
    18: ("REFUND", "REFUND_NOT_IN_BILL"),
    19: ("REFUND", "REFUND_AMOUNT"),
    20: ("REFUND", "REFUND_NOT_OURS"),
    21: ("DUPLICATE_PAYMENT", "BILLED_TWICE"),
    22: ("DUPLICATE_PAYMENT", "PAID_TWICE"),
    23: ("WRONG_SUB_MERCHANT", "SUB_MERCHANT_DIFFERS"),
    24: ("WRONG_DAY", "DAY_CUT"),
    25: ("WRONG_DAY", "DAY_CUT"),
    26: ("PROFIT_SHARING", "SPLIT_NOT_IN_BILL"),
    27: ("PROFIT_SHARING", "SPLIT_AMOUNT"),
}
"""Which payment, counted within a cycle, has which difference."""


@dataclass
class MadeDay:
    """What was made and what must be found."""

    day: date
    payments: int
    expected: set[tuple[str, str, str, str]] = field(default_factory=set)
    """(acquirer, kind, cause, subject)."""
    files: list[tuple[str, str, str, Path]] = field(default_factory=list)
    """(acquirer, kind of bill, scope, file)."""


def make_day(*, day: date, payments: int, merchants: int, folder: Path, cycle: int | None = None) -> MadeDay:
    """Make a day; `cycle` is how many payments apart a kind of difference comes again, None for a clean day."""
    made = MadeDay(day, payments)
    subs = _open_market(merchants)
    values = {
        "n": payments, "day": day, "start": day_bounds(day)[0], "m": merchants, "cycle": cycle or 1,
        "stride": 50_000_000 // payments,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(GENERATED, values)
        cursor.execute(
            "CREATE TEMP TABLE made_sub (place int PRIMARY KEY, q int, id bigint, sub_mchid text, merchant_id bigint)"
        )
        cursor.executemany("INSERT INTO made_sub VALUES (%s, %s, %s, %s, %s)", subs)
        cursor.execute("ANALYZE made_sub")
        for query in (PAYMENTS, ATTEMPTS, REFUNDS, SHARINGS, SHARING_LINES, SEQUENCES):
            cursor.execute(query, values)
    with connection.cursor() as cursor:
        for table in ("payment", "paymentattempt", "refund", "profitsharing"):
            cursor.execute(f"ANALYZE payments_{table}")
        cursor.execute(BILL_ROWS, values)
        cursor.execute("CREATE INDEX ON made_bill (q, party, at)")
        cursor.execute(EXPECTED, values)
        made.expected = {tuple(row) for row in cursor.fetchall()}
    post_query(query=CAPTURES, params={"day": day})
    _write_files(made, folder)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE made_bill, made, made_sub")
    return made


def take_files(made: MadeDay, at) -> None:
    """Hand the made bills in, as the fetch does."""
    forms = {("WECHAT", "TRADE"): "WECHAT_TRADE", ("ALIPAY", "TRADE"): "ALIPAY_TRADE",
             ("UNIONPAY", "TRADE"): "UNIONPAY_TRADE", ("WECHAT", "SHARING"): "WECHAT_SHARING",
             ("WECHAT", "FUND"): "WECHAT_FUND"}  # fmt: skip
    for acquirer, kind, scope, path in made.files:
        take_bill(
            acquirer_code=acquirer, kind=kind, day=made.day, form=forms[acquirer, kind], chunks=_chunks(path),
            actor=SYSTEM, at=at, scope=scope,
        )  # fmt: skip


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            yield chunk


def _open_market(merchants: int) -> list[tuple[int, int, int, str, int]]:
    person = PersonFactory()
    acquirers = [InstitutionFactory(code=code) for code in ACQUIRERS]
    rows = []
    made = type(MerchantFactory.build(legal_person=person)).objects.bulk_create(
        [MerchantFactory.build(legal_person=person, legal_name=f"库尔勒商户{n}") for n in range(merchants)]
    )
    for q, acquirer in enumerate(acquirers):
        opened = SubMerchant.objects.bulk_create(
            [
                SubMerchantFactory.build(
                    merchant=merchant, acquirer=acquirer, acquirer_code=acquirer.code, sub_mchid=f"16{q}{n:07d}",
                    legal_name=merchant.legal_name,
                )
                for n, merchant in enumerate(made)
            ]
        )  # fmt: skip
        rows += [(q * merchants + n, q, row.pk, row.sub_mchid, row.merchant_id) for n, row in enumerate(opened)]
    return rows


GENERATED = """
CREATE TEMP TABLE made AS
SELECT g, g %% 3 AS q, (g::bigint * 7919 + g / %(m)s) %% %(m)s AS place, 100 + (g::bigint * 37) %% 50000 AS fen, g %% %(cycle)s AS seed,
       %(start)s::timestamptz + interval '6 hours' + g * %(stride)s * interval '1 microsecond' AS at,
       'ATT' || lpad(g::text, 20, '0') AS attempt_no, '4200' || lpad(g::text, 16, '0') AS trade_no
FROM generate_series(1, %(n)s) g
"""
IS_BACK = "(g % 100 = 7 OR seed IN (18, 19))"
ENDS = "g %% 100 = 7 OR seed IN (18, 19)"
BACK_FEN = "greatest(fen / 2, 1)"
PAYMENTS = f"""
INSERT INTO payments_payment (id, status, payment_no, merchant_id, channel, amount_fen, refunded_fen, refunding_fen,
  description, created_at, expires_at, paid_at, business_date, paid_attempt_id)
SELECT g, CASE WHEN seed = 15 THEN 'UNKNOWN' WHEN {ENDS} THEN 'PARTIALLY_REFUNDED' ELSE 'PAID' END,
       'PAY' || lpad(g::text, 20, '0'), s.merchant_id, 'DYNAMIC_CODE', fen, CASE WHEN ({ENDS}) AND seed <> 15 THEN {BACK_FEN} ELSE 0 END, 0,
       '番茄', at, at + interval '15 minutes', CASE WHEN seed <> 15 THEN at END,
       CASE WHEN seed = 25 THEN %(day)s::date - 1 WHEN seed <> 15 THEN %(day)s END, CASE WHEN seed <> 15 THEN g END
FROM made JOIN made_sub s ON s.place = made.q * %(m)s + made.place
"""
ATTEMPTS = """
INSERT INTO payments_paymentattempt (id, status, attempt_no, uid, payment_id, sub_merchant_id, acquirer_code, flow,
  amount_fen, code_url, prepay, acquirer_trade_no, failure_code, failure_text, created_at, expires_at, looks, paid_at,
  business_date, funding, is_shared, is_surplus)
SELECT g, CASE WHEN seed = 15 THEN 'UNKNOWN' ELSE 'PAID' END, attempt_no, md5(attempt_no)::uuid, g, s.id,
       (ARRAY['WECHAT', 'ALIPAY', 'UNIONPAY'])[made.q + 1], 'NATIVE', fen, '', '{}', CASE WHEN seed = 15 THEN '' ELSE trade_no END,
       '', '', at, at + interval '15 minutes', 0, CASE WHEN seed <> 15 THEN at END,
       CASE WHEN seed = 25 THEN %(day)s::date - 1 WHEN seed <> 15 THEN %(day)s END, '', false, seed = 22
FROM made JOIN made_sub s ON s.place = made.q * %(m)s + made.place
"""
REFUNDS = f"""
INSERT INTO payments_refund (id, status, refund_no, uid, payment_id, attempt_id, acquirer_code, kind, amount_fen, reason,
  acquirer_refund_no, failure_code, failure_text, requested_by, requested_at, sent_at, looks, refunded_at, business_date)
SELECT g, 'SUCCEEDED', 'REF' || lpad(g::text, 20, '0'), md5('refund' || attempt_no)::uuid, g, g,
       (ARRAY['WECHAT', 'ALIPAY', 'UNIONPAY'])[q + 1], 'CUSTOMER', {BACK_FEN}, '退货', '5030' || lpad(g::text, 16, '0'), '', '',
       'STAFF:7', at + interval '1 minute', at + interval '1 minute', 0, at + interval '2 minutes', %(day)s
FROM made WHERE ({ENDS}) AND seed NOT IN (15, 20, 25)
"""
SHARINGS = """
INSERT INTO payments_sharingreceiver (status, sub_merchant_id, account_type, account, name, is_platform, contract_no)
SELECT 'BOUND', id, 'MERCHANT_ID', '1900000001', '平台', true, 'C' || id FROM made_sub WHERE q = 0;
INSERT INTO payments_profitsharing (id, status, sharing_no, uid, attempt_id, acquirer_code, purpose, total_fen,
  returned_fen, acquirer_sharing_no, failure_text, requested_at, looks, finished_at)
SELECT g, 'FINISHED', 'SHR' || lpad(g::text, 20, '0'), md5('split' || attempt_no)::uuid, g, 'WECHAT', 'SPLIT', 5, 0, '', '',
       at + interval '1 minute', 0, at + interval '2 minutes'
FROM made WHERE q = 0 AND (seed IN (26, 27) OR g %% 50 = 3) AND seed NOT IN (15, 22, 25)
"""
SHARING_LINES = """
INSERT INTO payments_sharingline (sharing_id, receiver_id, amount_fen, result)
SELECT made.g, v.id, 5, 'SUCCESS'
FROM made JOIN made_sub s ON s.place = made.q * %(m)s + made.place
JOIN payments_sharingreceiver v ON v.sub_merchant_id = s.id
WHERE made.q = 0 AND (seed IN (26, 27) OR g %% 50 = 3) AND seed NOT IN (15, 22, 25)
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence('payments_' || t, 'id'), %(n)s + 1000)
FROM unnest(ARRAY['payment', 'paymentattempt', 'refund', 'profitsharing']) t
"""
CAPTURES = """
SELECT a.uid AS subject, 1::smallint AS kind, 0::smallint AS leg, a.business_date AS effective_on,
       'memo:due:' || a.acquirer_code || ':' || m.merchant_no AS debit_code,
       'memo:earned:' || a.acquirer_code || ':' || m.merchant_no AS credit_code, a.amount_fen AS amount
FROM payments_paymentattempt a JOIN payments_submerchant s ON s.id = a.sub_merchant_id
JOIN accounts_merchant m ON m.id = s.merchant_id WHERE a.status = 'PAID'
UNION ALL
SELECT f.uid, 4::smallint, 0::smallint, f.business_date, 'memo:earned:' || f.acquirer_code || ':' || m.merchant_no,
       'memo:due:' || f.acquirer_code || ':' || m.merchant_no, f.amount_fen
FROM payments_refund f JOIN payments_payment p ON p.id = f.payment_id JOIN accounts_merchant m ON m.id = p.merchant_id
WHERE f.business_date = %(day)s
"""
FEE = "((fen * 38 + 5000) / 10000)"
BILL_ROWS = f"""
CREATE TEMP TABLE made_bill AS
WITH base AS (
  SELECT made.*, s.sub_mchid, o.sub_mchid AS other, s.sub_mchid AS sub
  FROM made JOIN made_sub s ON s.place = made.q * %(m)s + made.place
  JOIN made_sub o ON o.place = made.q * %(m)s + (made.place + 1) %% %(m)s)
SELECT q, CASE WHEN seed = 23 THEN other ELSE sub END AS party, 'pay' AS kind,
       CASE WHEN seed = 24 THEN at - interval '1 day' ELSE at END AS at, trade_no, attempt_no AS our_no,
       fen + CASE seed WHEN 13 THEN 100 WHEN 14 THEN -1 ELSE 0 END AS fen, {FEE} + (seed = 17)::int AS fee,
       ''::text AS back_no, ''::text AS back_id, seed = 16 AS is_odd
FROM base WHERE seed <> 12
UNION ALL
SELECT q, sub, 'pay', at, 'G' || substr(trade_no, 2), 'GHOST' || attempt_no, fen, {FEE}, '', '', false FROM base WHERE seed = 11
UNION ALL
SELECT q, sub, 'pay', at, 'D' || substr(trade_no, 2), attempt_no, fen, {FEE}, '', '', false FROM base WHERE seed = 21
UNION ALL
SELECT q, sub, 'refund', at + interval '1 minute', trade_no, attempt_no, {BACK_FEN} - CASE WHEN seed = 19 THEN 1 ELSE 0 END,
       -((2 * {FEE} * {BACK_FEN} + fen) / (2 * fen)), 'REF' || lpad(g::text, 20, '0'), '5030' || lpad(g::text, 16, '0'), false
FROM base WHERE ({ENDS} OR seed = 20) AND seed NOT IN (15, 18, 25)
"""
EXPECTED = f"""
SELECT (ARRAY['WECHAT', 'ALIPAY', 'UNIONPAY'])[q + 1], kind, cause,
       CASE seed WHEN 11 THEN 'GHOST' || attempt_no WHEN 18 THEN back WHEN 19 THEN back WHEN 20 THEN back
            WHEN 26 THEN split || '/1900000001' WHEN 27 THEN split || '/1900000001' ELSE attempt_no END
FROM (SELECT *, 'REF' || lpad(g::text, 20, '0') AS back, 'SHR' || lpad(g::text, 20, '0') AS split FROM made) made
JOIN (VALUES {", ".join(f"({seed}, '{kind}', '{cause}')" for seed, (kind, cause) in SEEDS.items())}) v (s, kind, cause)
  ON v.s = made.seed
WHERE seed NOT IN (26, 27) OR q = 0
UNION ALL
SELECT 'WECHAT', 'PROFIT_SHARING', 'FUND_NOT_RECEIVED', 'SHR' || lpad(g::text, 20, '0') FROM made WHERE seed = 26 AND q = 0
"""


def _write_files(made: MadeDay, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wechat.csv"
    _write_wechat(path)
    made.files.append(("WECHAT", "TRADE", "", path))
    if (split := _write_sharing(folder / "sharing.csv")) is not None:
        made.files.append(("WECHAT", "SHARING", "", split))
        made.files.append(("WECHAT", "FUND", "", _write_fund(folder / "fund.csv")))
    for q, code, write in ((1, "ALIPAY", _alipay), (2, "UNIONPAY", _unionpay)):
        for party, rows in _by_party(q):
            path = folder / f"{code}-{party}.zip"
            path.write_bytes(write(party, made.day, rows))
            made.files.append((code, "TRADE", party, path))


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


def sign_all(day: date, *, rate_bps: int = 10) -> None:
    """Sign every merchant to one tariff, collected separately."""
    from accounts.models import Merchant
    from payments.models import ServiceContract, Tariff, TariffLine, TariffVersion

    at = day_bounds(day)[0]
    tariff = Tariff.objects.create(code="STANDARD", name="支付服务费")
    version = TariffVersion.objects.create(
        status="ACTIVE", tariff=tariff, version=1, valid_from=day - timedelta(days=30), source="合同", drafted_by="x",
        drafted_at=at,
    )  # fmt: skip
    TariffLine.objects.create(version=version, position=1, method="BPS", rate_bps=rate_bps)
    ServiceContract.objects.bulk_create(
        [
            ServiceContract(
                status="SIGNED", contract_no=f"C-{merchant.legal_name}", merchant=merchant, tariff=tariff,
                collection="SEPARATE", valid_from=day - timedelta(days=30), signed_at=at,
            )
            for merchant in Merchant.objects.all()
        ]
    )  # fmt: skip

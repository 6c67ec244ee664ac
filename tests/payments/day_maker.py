"""Make a whole market day in the tables and the bills to it, with known differences. For tests and the bench.

Rows are made in SQL from their number, so that the same size gives the same day; `day_files` writes its bills.
"""
# ruff: noqa: E501

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from payments.ledger.services import post_query
from payments.models import SubMerchant
from payments.services.bills import take_bill
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import day_bounds
from tests.payments.day_files import write_files
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
    made.files = write_files(day, folder)
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

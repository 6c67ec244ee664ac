"""WeChat bills: columns, totals, hash, link, and every fault of a statement (F12, F18)."""

import base64
import gzip
import hashlib
import itertools
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1

DAYS = itertools.count(1)


def read(text):
    """Return header, rows and totals of a bill."""
    lines = text.decode().rstrip("\r\n").split("\r\n")
    rows = [line.removeprefix("`").split(",`") for line in lines[1:-2]]
    totals = dict(zip(lines[-2].split(","), lines[-1].removeprefix("`").split(",`"), strict=True))
    header = lines[0].split(",")
    return header, [dict(zip(header, row, strict=True)) for row in rows], totals


@pytest.fixture
def day(wechat, sandbox, no):
    """Make a day of three payments and one refund and return its date and numbers."""
    day = f"2025-03-{next(DAYS):02d}"
    sandbox.post("clock", now=f"{day}T09:00:00+08:00", freeze=True)
    numbers = [no() for _ in range(3)]
    for number, fen in zip(numbers, (8000, 1234, 99), strict=True):
        wechat.native(number, fen, description="番茄, 25kg")
        sandbox.pay(out_trade_no=number)
    wechat.refund(numbers[0], no(), 3000, 8000)
    after = f"{day[:8]}{int(day[8:]) + 1:02d}"
    sandbox.post("clock", now=f"{after}T10:00:00+08:00", freeze=True)
    return day, numbers


def test_a_trade_bill_has_27_columns_and_totals_that_add_up(wechat, sandbox, day):
    date, numbers = day

    link, text = wechat.bill(date)

    header, rows, totals = read(text)
    assert len(header) == 27
    assert hashlib.sha1(text).hexdigest() == link.json()["hash_value"]
    assert all(line.startswith("`") for line in text.decode().split("\r\n")[1:-3])
    assert [row["商户订单号"] for row in rows] == [*numbers, numbers[0]]
    assert [row["交易状态"] for row in rows] == ["SUCCESS", "SUCCESS", "SUCCESS", "REFUND"]
    assert rows[0]["商品名称"] == "番茄, 25kg"
    assert totals["总交易单数"] == "4"
    assert totals["订单总金额"] == "93.33"
    assert totals["退款总金额"] == "30.00"
    fees = sum(Decimal(row["手续费"]) for row in rows)
    assert Decimal(totals["手续费总金额"]) == fees == Decimal("0.24")
    truth = sandbox.get("journal", acquirer="wechat", date=date)
    assert sum(row["amount_fen"] for row in truth["payments"]) == 9333
    paid = sum(row["payout_fen"] for row in truth["settlement"])
    assert paid == 9333 - 3000 - 24


def test_a_zipped_bill_is_hashed_before_zipping(wechat, day):
    link, packed = wechat.bill(day[0], "&tar_type=GZIP")

    assert hashlib.sha1(gzip.decompress(packed)).hexdigest() == link.json()["hash_value"]


def test_bills_of_one_kind_and_of_one_merchant(wechat, day):
    first, second = wechat.own["sub_mchids"][:2]

    assert len(read(wechat.bill(day[0], "&bill_type=SUCCESS")[1])[1]) == 3
    assert len(read(wechat.bill(day[0], "&bill_type=REFUND")[1])[1]) == 1
    assert len(read(wechat.bill(day[0], f"&sub_mchid={first}")[1])[1]) == 4
    assert wechat.bill(day[0], f"&sub_mchid={second}")[0].json()["code"] == "NO_STATEMENT_EXIST"


def test_a_bill_is_ready_the_next_day_at_ten_and_its_link_lives_five_minutes(wechat, sandbox, day):
    date = day[0]
    after = f"{date[:8]}{int(date[8:]) + 1:02d}"
    sandbox.post("clock", now=f"{after}T09:59:59+08:00", freeze=True)
    early = wechat.bill(date)[0]
    sandbox.post("clock", now=f"{after}T10:00:00+08:00", freeze=True)

    link = wechat.bill(date)[0].json()["download_url"]
    target = link[len(wechat.own["base_url"]) :]
    sandbox.post("clock", advance_s=300, freeze=True)
    in_time = wechat.call("GET", target)
    sandbox.post("clock", advance_s=1, freeze=True)
    late = wechat.call("GET", target)

    assert (early.status_code, early.json()["code"]) == (400, "STATEMENT_CREATING")
    assert in_time.status_code == 200
    assert "Wechatpay-Signature" not in in_time.headers
    assert late.status_code == 400
    assert wechat.bill("2025-02-30")[0].json()["code"] == "PARAM_ERROR"
    assert wechat.bill("2024-12-31")[0].json()["code"] == "NO_STATEMENT_EXIST"


def test_a_sub_merchants_fund_flow_is_sealed_for_us(wechat, day):
    sub = wechat.own["sub_mchids"][0]
    query = f"sub_mchid={sub}&bill_date={day[0]}&account_type=BASIC&algorithm=AEAD_AES_256_GCM"

    shown = wechat.call("GET", f"/v3/bill/sub-merchant-fundflowbill?{query}").json()
    row = shown["download_bill_list"][0]
    sealed = wechat.call("GET", row["download_url"][len(wechat.own["base_url"]) :]).content
    padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
    key = wechat.key.decrypt(base64.b64decode(row["encrypt_key"]), padding)
    text = AESGCM(key).decrypt(row["nonce"].encode(), sealed, None)

    _, rows, totals = read(text)
    assert hashlib.sha1(text).hexdigest() == row["hash_value"]
    assert Decimal(rows[-1]["账户结余(元)"]) == Decimal("93.33") - 30 - Decimal("0.24")
    assert totals["资金流水总笔数"] == str(len(rows))


def faulty(wechat, sandbox, date, kind, **spec):
    sandbox.fault(kind, acquirer="wechat", count=1, **spec)
    return wechat.bill(date)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("row_missing", 3), ("row_extra", 5), ("duplicated", 8)],
)
def test_rows_are_missing_added_or_doubled_by_fault(wechat, sandbox, day, kind, expected):
    _, text = faulty(wechat, sandbox, day[0], kind)

    assert len(read(text)[1]) == expected
    assert sandbox.hits(kind)
    assert len(read(wechat.bill(day[0])[1])[1]) == 4


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("amount_changed", "订单金额"),
        ("fee_changed", "手续费"),
        ("wrong_sub_merchant", "特约商户号"),
        ("wrong_day", "交易时间"),
        ("status_changed", "交易状态"),
    ],
)
def test_one_column_of_the_chosen_row_is_changed_by_fault(wechat, sandbox, day, kind, column):
    date, numbers = day
    right = {row["商户订单号"]: row for row in read(wechat.bill(date)[1])[1]}

    _, text = faulty(wechat, sandbox, date, kind, out_trade_no=numbers[1])

    changed = [row for row in read(text)[1] if row["商户订单号"] == numbers[1]]
    assert changed[0][column] != right[numbers[1]][column]
    others = [row for row in read(text)[1] if row["商户订单号"] == numbers[2]]
    assert others == [right[numbers[2]]]


def test_totals_order_length_and_hash_are_spoiled_by_fault(wechat, sandbox, day):
    date, _ = day
    _, right = wechat.bill(date)

    _, totals = faulty(wechat, sandbox, date, "wrong_totals")
    _, shuffled = faulty(wechat, sandbox, date, "reordered", seed=3)
    _, cut = faulty(wechat, sandbox, date, "truncated")
    link, whole = faulty(wechat, sandbox, date, "bad_hash")

    assert read(totals)[1] == read(right)[1]
    assert read(totals)[2] != read(right)[2]
    assert sorted(shuffled.split(b"\r\n")) == sorted(right.split(b"\r\n")) != shuffled.split(b"\r\n")
    assert right.startswith(cut)
    assert len(cut) < len(right)
    assert whole == right
    assert hashlib.sha1(whole).hexdigest() != link.json()["hash_value"]

"""Alipay's gateway through a client that knows only the protocol."""

import itertools
import time

import pytest
import requests

from tests.sandbox.alipay_client import AlipayClient

DAYS = itertools.count(1)


@pytest.fixture
def alipay(sandbox):
    return AlipayClient(sandbox.get("credentials")["alipay"])


@pytest.fixture
def paid(alipay, sandbox, no):
    """Return a function that makes a paid trade and gives its number."""

    def make(yuan="100.00", notify_url=""):
        number = no()
        alipay.precreate(number, yuan, notify_url=notify_url)
        sandbox.pay(acquirer="alipay", out_trade_no=number)
        return number

    return make


def test_a_code_makes_no_trade_until_it_is_scanned_and_its_notice_is_signed(alipay, sandbox, receiver, no):
    number = no()
    receiver.usual = (200, b"success")

    code = alipay.precreate(number, "88.80", notify_url=receiver.url)
    before = alipay.query(number)
    paid = sandbox.pay(qr_code=code["qr_code"], payer={"buyer_id": "2088000000000001"})
    after = alipay.query(number)
    fields, fits = alipay.read_notice(receiver.wait_for(1)[0][3])

    assert code["code"] == "10000"
    assert (before["code"], before["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert (after["trade_status"], after["total_amount"]) == ("TRADE_SUCCESS", "88.80")
    assert after["trade_no"] == paid["trade_no"] == fields["trade_no"]
    assert fits
    assert (fields["trade_status"], fields["seller_id"]) == ("TRADE_SUCCESS", alipay.seller)
    assert fields["buyer_id"] == "2088000000000001"
    assert fields["subject"] == "番茄 } 25kg"


@pytest.mark.parametrize("answer", [b"SUCCESS", b"success!", b"success\n", b"", b'"success"'])
def test_only_the_exact_word_takes_a_notice(alipay, sandbox, receiver, paid, answer):
    receiver.usual = (200, b"success")
    receiver.answers.append((200, answer))

    paid(notify_url=receiver.url)
    receiver.wait_for(2)
    time.sleep(0.1)

    assert len(receiver.seen) == 2


@pytest.mark.parametrize(
    ("changed", "code", "sub_code"),
    [
        ({"sign": "AAAA"}, "40002", "isv.invalid-signature"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"timestamp": "2025-1-1"}, "40002", "isv.invalid-timestamp"),
        ({"app_auth_token": "202501BBnobody"}, "20001", "aop.invalid-app-auth-token"),
        ({"version": ""}, "40001", "isv.missing-version"),
    ],
)
def test_a_wrong_call_is_refused_and_makes_nothing(alipay, sandbox, no, changed, code, sub_code):
    number = no()

    answer = alipay.ask("alipay.trade.precreate", alipay.order(number, "1.00"), **changed)

    assert (answer["code"], answer["sub_code"]) == (code, sub_code)
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize("yuan", ["0", "0.00", "-1", "1.001", "1e2", "abc", None, True, "99999999999"])
def test_an_amount_that_is_not_yuan_is_refused(alipay, no, yuan):
    answer = alipay.precreate(no(), yuan)

    assert answer["code"] in ("40001", "40002", "40004")


def test_common_fields_may_stand_in_the_query_and_in_gbk(alipay, no):
    number = no()
    order = alipay.order(number, "1.00", buyer_id="2088000000000001")

    in_query = alipay.call("alipay.trade.create", order, in_query=True)
    in_gbk = alipay.call("alipay.trade.query", {"out_trade_no": number}, charset="GBK")

    assert in_query.json()["alipay_trade_create_response"]["code"] == "10000"
    assert in_gbk.json()["alipay_trade_query_response"]["trade_status"] == "WAIT_BUYER_PAY"


def test_a_created_trade_is_closed_and_cannot_be_paid(alipay, sandbox, no):
    number = no()
    alipay.ask("alipay.trade.create", alipay.order(number, "1.00", buyer_id="2088000000000001"))

    closed = alipay.ask("alipay.trade.close", {"out_trade_no": number})

    assert closed["code"] == "10000"
    assert alipay.query(number)["trade_status"] == "TRADE_CLOSED"
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "TRADE_HAS_CLOSE"


def test_a_trade_past_its_time_is_closed(alipay, sandbox, no):
    number = no()
    sandbox.post("clock", now="2026-04-01T12:00:00+08:00", freeze=True)
    order = alipay.order(number, "1.00", buyer_id="2088000000000001", timeout_express="5m")
    alipay.ask("alipay.trade.create", order)

    sandbox.post("clock", advance_s=300, freeze=True)

    assert alipay.query(number)["trade_status"] == "TRADE_CLOSED"


@pytest.mark.parametrize(
    ("ending", "code", "sub_code"),
    [
        ("00", "10000", None),
        ("61", "10003", None),
        ("64", "10003", None),
        ("62", "40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH"),
        ("63", "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID"),
    ],
)
def test_a_barcode_is_paid_waits_or_is_refused(alipay, no, ending, code, sub_code):
    number = no()

    order = alipay.order(number, "1.00", auth_code="28" + "0" * 14 + ending, scene="bar_code")
    answer = alipay.ask("alipay.trade.pay", order)

    assert (answer["code"], answer.get("sub_code")) == (code, sub_code)
    if ending == "61":
        time.sleep(0.3)
        assert alipay.query(number)["trade_status"] == "TRADE_SUCCESS"


def test_cancel_gives_the_money_of_today_back(alipay, sandbox, no):
    number = no()
    order = alipay.order(number, "1.00", auth_code="28" + "0" * 16)
    alipay.ask("alipay.trade.pay", order)

    cancelled = alipay.ask("alipay.trade.cancel", {"out_trade_no": number})

    assert (cancelled["action"], cancelled["retry_flag"]) == ("refund", "N")
    assert alipay.query(number)["trade_status"] == "TRADE_CLOSED"


def test_refunds_add_up_and_a_repeat_changes_no_money(alipay, paid, no):
    number, first = paid(), no()
    biz = {"out_trade_no": number, "refund_amount": "30.00", "out_request_no": first}

    once = alipay.ask("alipay.trade.refund", biz)
    again = alipay.ask("alipay.trade.refund", biz)
    other = alipay.ask("alipay.trade.refund", biz | {"refund_amount": "31.00"})
    beyond = alipay.ask("alipay.trade.refund", biz | {"out_request_no": no(), "refund_amount": "70.01"})
    partial = alipay.query(number)["trade_status"]
    rest = alipay.ask("alipay.trade.refund", biz | {"out_request_no": no(), "refund_amount": "70.00"})

    assert (once["fund_change"], once["refund_fee"]) == ("Y", "30.00")
    assert (again["code"], again["fund_change"]) == ("10000", "N")
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert beyond["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert partial == "TRADE_SUCCESS"
    assert rest["refund_fee"] == "100.00"
    assert alipay.query(number)["trade_status"] == "TRADE_CLOSED"
    method = "alipay.trade.fastpay.refund.query"
    shown = alipay.ask(method, {"out_trade_no": number, "out_request_no": first})
    unknown = alipay.ask(method, {"out_trade_no": number, "out_request_no": no()})
    assert (shown["refund_status"], shown["refund_amount"]) == ("REFUND_SUCCESS", "30.00")
    assert unknown["code"] == "10000"
    assert "refund_status" not in unknown


def test_a_trade_is_split_to_bound_receivers_within_the_ratio(alipay, sandbox, paid, no):
    number, request_no = paid(), no()
    trade_no = alipay.query(number)["trade_no"]
    row = {"type": "userId", "account": alipay.own["isv_pid"], "name": "服务商"}
    relation = {"receiver_list": [row], "out_request_no": no()}
    biz = {
        "out_request_no": request_no,
        "trade_no": trade_no,
        "royalty_parameters": [{"trans_in": row["account"], "trans_in_type": "userId", "amount": 5.25}],
    }

    unbound = alipay.ask("alipay.trade.order.settle", biz | {"out_request_no": no()})
    alipay.ask("alipay.trade.royalty.relation.bind", relation)
    listed = alipay.ask("alipay.trade.royalty.relation.batchquery", {"out_request_no": no()})
    split = alipay.ask("alipay.trade.order.settle", biz)
    again = alipay.ask("alipay.trade.order.settle", biz)
    more = [{"trans_in": row["account"], "amount": "24.76"}]
    beyond = alipay.ask("alipay.trade.order.settle", biz | {"out_request_no": no(), "royalty_parameters": more})
    shown = alipay.ask("alipay.trade.order.settle.query", {"settle_no": split["settle_no"]})
    alipay.ask("alipay.trade.royalty.relation.unbind", relation)

    assert unbound["sub_code"] == "ACQ.ROYALTY_RECEIVER_INVALID"
    assert row in listed["receiver_list"]
    assert split["settle_no"] == again["settle_no"]
    assert beyond["sub_code"] == "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"
    assert [part["amount"] for part in shown["royalty_detail_list"]] == ["5.25"]
    splits = [part for part in sandbox.get("journal", acquirer="alipay")["splits"] if part["no"] == request_no]
    assert [part["amount_fen"] for part in splits] == [525]
    back = {
        "out_trade_no": number,
        "refund_amount": "10.00",
        "out_request_no": no(),
        "refund_royalty_parameters": [{"trans_out": row["account"], "amount": "5.25"}],
    }
    assert alipay.ask("alipay.trade.refund", back)["fund_change"] == "Y"
    returns = sandbox.get("journal", acquirer="alipay")["split_returns"]
    assert [part["amount_fen"] for part in returns if part["no"] == back["out_request_no"]] == [525]


@pytest.fixture
def day(alipay, sandbox, paid, no):
    day = f"2025-05-{next(DAYS):02d}"
    sandbox.post("clock", now=f"{day}T09:00:00+08:00", freeze=True)
    numbers = [paid("100.00"), paid("0.50")]
    biz = {"out_trade_no": numbers[0], "refund_amount": "40.00", "out_request_no": no()}
    alipay.ask("alipay.trade.refund", biz)
    sandbox.post("clock", now=f"{day[:8]}{int(day[8:]) + 1:02d}T09:00:00+08:00", freeze=True)
    return day, numbers


def detail_rows(texts):
    detail = next(text for name, text in texts.items() if "汇总" not in name)
    lines = detail.split("\r\n")
    assert [line[0] for line in lines[:4]] == ["#"] * 4
    header = lines[4].split(",")
    rows = [line.split(",") for line in lines[5:] if line and not line.startswith("#")]
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def test_a_bill_is_a_zip_of_gbk_files_whose_rows_add_up(alipay, sandbox, day):
    date, numbers = day

    _, texts = alipay.bill(date)

    header, rows = detail_rows(texts)
    assert sorted(texts) == sorted(
        [
            f"{alipay.seller}_{date.replace('-', '')}_业务明细.csv",
            f"{alipay.seller}_{date.replace('-', '')}_业务明细(汇总).csv",
        ]
    )
    assert len(header) == 25
    assert [row["业务类型"] for row in rows] == ["交易", "交易", "退款"]
    assert [row["订单金额（元）"] for row in rows] == ["100.00", "0.50", "-40.00"]
    assert [row["服务费（元）"] for row in rows] == ["-0.38", "0.00", "0.15"]
    assert rows[0]["商户订单号"] == numbers[0] + "\t"
    summary = next(text for name, text in texts.items() if "汇总" in name)
    assert "合计,,2,1,60.50,60.50,0.00,0.00,0.00,-0.23,0.00,60.27" in summary
    truth = sandbox.get("journal", acquirer="alipay", date=date)["settlement"]
    assert sum(row["payout_fen"] for row in truth) == 6027


def test_a_bill_before_nine_of_an_empty_day_or_by_an_old_link_is_refused(alipay, sandbox, day):
    link = alipay.bill(day[0])[0]["bill_download_url"]

    sandbox.post("clock", advance_s=31, freeze=True)

    assert requests.get(link, timeout=10).status_code == 403
    assert alipay.bill("2024-01-01")[0]["sub_code"] == "isp.bill_not_exist"
    sandbox.post("clock", now=f"{day[0]}T23:00:00+08:00", freeze=True)
    assert alipay.bill(day[0])[0]["sub_code"] == "isp.bill_not_exist"


@pytest.mark.parametrize(("kind", "rows"), [("row_missing", 2), ("row_extra", 4), ("duplicated", 6)])
def test_an_alipay_bill_is_spoiled_by_fault(alipay, sandbox, day, kind, rows):
    sandbox.fault(kind, acquirer="alipay", count=1)

    assert len(detail_rows(alipay.bill(day[0])[1])[1]) == rows


def test_a_merchants_code_is_exchanged_for_its_token(alipay):
    sub = alipay.own["sub_merchants"][1]
    biz = {"grant_type": "authorization_code", "code": sub["app_auth_code"]}

    shown = alipay.ask("alipay.open.auth.token.app", biz, app_auth_token="")
    wrong = alipay.ask("alipay.open.auth.token.app", biz | {"code": "P0"}, app_auth_token="")

    assert (shown["app_auth_token"], shown["user_id"]) == (sub["app_auth_token"], sub["sub_mchid"])
    assert wrong["sub_code"] == "isv.code-invalid"

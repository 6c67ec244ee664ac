"""What the wire itself shows of the Alipay gateway, as public documentation and captures have it."""

import json
import time
from urllib.parse import quote

import pytest

from tests.sandbox.alipay_client import AlipayClient

PRECREATE, REFUND = "alipay.trade.precreate", "alipay.trade.refund"


@pytest.fixture
def alipay(sandbox):
    return AlipayClient(sandbox.get("credentials")["alipay"])


@pytest.mark.parametrize(
    ("app_id", "sub_code"), [("2021000000000000", "isv.invalid-app-id"), ("", "isv.missing-app-id")]
)
def test_a_stranger_is_refused_before_all_else_and_without_a_signature(alipay, sandbox, no, app_id, sub_code):
    number = no()

    answer = alipay.call(PRECREATE, alipay.order(number, "1.00"), app_id=app_id, sign="", timestamp="never")

    assert answer.status_code == 200
    assert answer.json()["alipay_trade_precreate_response"]["sub_code"] == sub_code
    assert "sign" not in answer.json()
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize(
    ("changed", "code", "sub_code"),
    [
        ({"sign": ""}, "40001", "isv.missing-signature"),
        ({"sign_type": ""}, "40001", "isv.missing-signature-type"),
        ({"timestamp": ""}, "40001", "isv.missing-timestamp"),
        ({"format": "XML"}, "40002", "isv.invalid-format"),
        ({"charset": "big5"}, "40002", "isv.invalid-charset"),
    ],
)
def test_a_form_not_as_agreed_is_named_as_the_documentation_names_it(alipay, sandbox, no, changed, code, sub_code):
    number = no()

    answer = alipay.ask(PRECREATE, alipay.order(number, "1.00"), **changed)

    assert (answer["code"], answer["sub_code"]) == (code, sub_code)
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize("change", [{"total_amount": None}, {"subject": ""}, {"total_amount": "1.001"}])
def test_a_missing_or_malformed_field_is_a_business_refusal(alipay, sandbox, no, change):
    number = no()

    answer = alipay.ask(PRECREATE, alipay.order(number, "1.00") | change)

    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.INVALID_PARAMETER")
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_NOT_EXIST"


def test_biz_content_that_is_no_json_is_a_business_refusal(alipay):
    answer = alipay.ask(REFUND, {}, biz_content='{"out_trade_no":"25","refund_amount":"6000",}')

    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.INVALID_PARAMETER")


def test_a_bill_of_a_day_that_is_none_is_refused_in_lower_case(alipay):
    method = "alipay.data.dataservice.bill.downloadurl.query"

    answer = alipay.ask(method, {"bill_type": "trade", "bill_date": "2026/01/01"})

    assert (answer["code"], answer["sub_code"]) == ("40004", "invalid_arguments")


def test_a_charset_is_understood_though_every_letter_is_escaped(alipay, no):
    number = no()
    fields = {
        "app_auth_token": alipay.token,
        "app_id": alipay.own["app_id"],
        "biz_content": json.dumps(alipay.order(number, "1.00"), ensure_ascii=False),
        "charset": "GBK",
        "format": "JSON",
        "method": PRECREATE,
        "sign_type": "RSA2",
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
    }
    signed = alipay.call(PRECREATE, alipay.order(number, "1.00"), charset="GBK")
    fields["sign"] = dict(pair.split("=", 1) for pair in signed.request.body.split("&"))["sign"]

    def escape(name, value):
        return value if name == "sign" else "".join(f"%{byte:02X}" for byte in value.encode("gbk"))

    body = "&".join(f"{quote(name)}={escape(name, value)}" for name, value in fields.items())
    again = alipay.http.post(
        alipay.own["gateway_url"], data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert again.headers["Content-Type"] == "text/html;charset=gbk"
    assert again.json()["alipay_trade_precreate_response"]["code"] == "10000"


def test_a_trade_that_waits_shows_that_nothing_was_received(alipay, no):
    number = no()
    alipay.ask("alipay.trade.create", alipay.order(number, "1.00", buyer_id="2088000000000001"))

    shown = alipay.query(number)

    assert shown["trade_status"] == "WAIT_BUYER_PAY"
    assert shown["total_amount"] == "1.00"
    assert {shown[name] for name in ("receipt_amount", "buyer_pay_amount", "invoice_amount")} == {"0.00"}


def test_a_refund_notice_has_milliseconds_and_tells_nothing_of_the_payment(alipay, sandbox, receiver, no):
    number, part, rest = no(), no(), no()
    receiver.usual = (200, b"success")
    qr_code = alipay.precreate(number, "8.00", receiver.url)["qr_code"]
    sandbox.pay(qr_code=qr_code)
    receiver.wait_for(1)

    alipay.ask(REFUND, {"out_trade_no": number, "refund_amount": "3.00", "out_request_no": part})
    receiver.wait_for(2)
    alipay.ask(REFUND, {"out_trade_no": number, "refund_amount": "5.00", "out_request_no": rest})
    receiver.wait_for(3)

    (paid, _), (first, first_signed), (last, last_signed) = (alipay.read_notice(seen[3]) for seen in receiver.seen)
    assert first_signed
    assert last_signed
    assert {"receipt_amount", "fund_bill_list"} <= set(paid)
    assert not {"receipt_amount", "buyer_pay_amount", "invoice_amount", "fund_bill_list"} & (set(first) | set(last))
    assert len(first["gmt_refund"]) == len("2020-03-27 18:19:15.143")
    assert (first["trade_status"], first["refund_fee"], "gmt_close" in first) == ("TRADE_SUCCESS", "3.00", False)
    assert (last["trade_status"], last["refund_fee"], "gmt_close" in last) == ("TRADE_CLOSED", "8.00", True)

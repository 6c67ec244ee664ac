"""The sandbox as seen by the public SDK wechatpayv3 in partner and public-key mode."""

import json

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.processes import eventually


@pytest.fixture
def sdk(sandbox):
    own = sandbox.get("credentials")["wechat"]
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=own["sp_mchid"],
        private_key=own["merchant_private_key"],
        cert_serial_no=own["merchant_serial_no"],
        appid=own["sp_appid"],
        apiv3_key=own["apiv3_key"],
        partner_mode=True,
        public_key=own["platform_public_key"],
        public_key_id=own["platform_public_key_id"],
        timeout=(5, 20),
    )
    client._core._gate_way = own["base_url"]
    return client


@pytest.fixture
def sub(sandbox):
    return sandbox.get("credentials")["wechat"]["sub_mchids"][0]


def test_the_sdk_pays_queries_closes_and_refunds(sdk, sandbox, receiver, sub, no):
    number, closed, refund_no = no(), no(), no()
    amount = {"total": 100, "currency": "CNY"}

    status, text = sdk.pay("番茄", number, amount, notify_url=receiver.url, sub_mchid=sub)
    sdk.pay("番茄", closed, amount, notify_url=receiver.url, sub_mchid=sub)
    sandbox.pay(code_url=json.loads(text)["code_url"])
    _, _, headers, body = receiver.wait_for(1)[0]
    notice = sdk.callback(headers, body)

    assert status == 200
    assert notice["resource"]["out_trade_no"] == number
    assert sdk.close(closed, sub_mchid=sub)[0] == 204
    assert json.loads(sdk.query(out_trade_no=closed, sub_mchid=sub)[1])["trade_state"] == "CLOSED"
    refund = {"refund": 100, "total": 100, "currency": "CNY"}
    assert sdk.refund(refund_no, refund, out_trade_no=number, sub_mchid=sub)[0] == 200
    eventually(lambda: "SUCCESS" in sdk.query_refund(refund_no, sub_mchid=sub)[1])


def test_the_sdk_splits_and_takes_back(sdk, sandbox, sub, no):
    number, order_no, return_no = no(), no(), no()
    amount = {"total": 10000, "currency": "CNY"}
    sdk.pay(
        "酒",
        number,
        amount,
        notify_url="http://127.0.0.1:9/x",
        sub_mchid=sub,
        settle_info={"profit_sharing": True},
    )
    trade_no = sandbox.pay(out_trade_no=number)["trade_no"]
    me = sandbox.get("credentials")["wechat"]["sp_mchid"]

    added, _ = sdk.profitsharing_add_receiver("MERCHANT_ID", me, "SERVICE_PROVIDER", "服务商", sub_mchid=sub)
    receivers = [{"type": "MERCHANT_ID", "account": me, "amount": 300, "description": "费", "name": "服务商"}]
    split, _ = sdk.profitsharing_order(trade_no, order_no, receivers, False, sub_mchid=sub)
    left = json.loads(sdk.profitsharing_amount_query(trade_no)[1])
    back, _ = sdk.profitsharing_return(return_no, me, 300, "退", out_order_no=order_no, sub_mchid=sub)

    assert (added, split, back) == (200, 200, 200)
    assert left["unsplit_amount"] == 10000 - 38 - 300
    assert json.loads(sdk.profitsharing_config_query(sub)[1])["max_ratio"] == 3000
    eventually(lambda: "FINISHED" in sdk.profitsharing_order_query(trade_no, order_no, sub)[1])
    eventually(lambda: "SUCCESS" in sdk.profitsharing_return_query(order_no, return_no, sub)[1])
    assert sdk.profitsharing_unfreeze(trade_no, no(), "完结", sub_mchid=sub)[0] == 200


def applicant(code, name):
    return {
        "business_code": code,
        "contact_info": {
            "contact_type": "LEGAL",
            "contact_name": "联系人",
            "mobile_phone": "13900000000",
            "contact_email": "a@example.com",
        },
        "subject_info": {
            "subject_type": "SUBJECT_TYPE_INDIVIDUAL",
            "business_license_info": {"merchant_name": name, "license_number": "92650000MA00000000"},
            "identity_info": {"id_doc_type": "IDENTIFICATION_TYPE_IDCARD"},
        },
        "business_info": {"merchant_shortname": name, "service_phone": "09962000000"},
        "settlement_info": {"settlement_id": "719", "qualification_type": "零售", "activities_rate": "0.38"},
        "bank_account_info": {
            "bank_account_type": "BANK_ACCOUNT_TYPE_PERSONAL",
            "account_name": "联系人",
            "account_bank": "建设银行",
            "account_number": "6217000000000000000",
        },
    }


def test_the_sdk_takes_a_merchant_on_board_as_the_clock_moves(sdk, sandbox, no):
    code = f"B{no()}"
    sandbox.post("clock", now="2026-05-01T09:00:00+08:00", freeze=True)

    status, text = sdk.applyment_submit(**applicant(code, "团结路干果行"))
    states, last = [], {}
    for _ in range(6):
        last = json.loads(sdk.applyment_query(business_code=code)[1])
        states.append(last["applyment_state"].removeprefix("APPLYMENT_STATE_"))
        sandbox.post("clock", advance_s=10, freeze=True)

    assert status == 200
    assert states == ["EDITTING", "AUDITING", "TO_BE_CONFIRMED", "TO_BE_SIGNED", "SIGNING", "FINISHED"]
    assert json.loads(text)["applyment_id"] == last["applyment_id"]
    amount = {"total": 1, "currency": "CNY"}
    paid = sdk.pay("杏干", no(), amount, notify_url="http://127.0.0.1:9/x", sub_mchid=last["sub_mchid"])
    assert paid[0] == 200
    status, text = sdk.applyment_settlement_query(last["sub_mchid"])
    assert (status, json.loads(text)["account_type"]) == (200, "ACCOUNT_TYPE_PRIVATE")


@pytest.mark.parametrize(
    ("part", "field"), [("subject_info", "subject_type"), ("bank_account_info", "bank_account_type")]
)
def test_an_application_of_an_unknown_kind_is_refused_and_kept_nowhere(sdk, no, part, field):
    code = f"B{no()}"
    form = applicant(code, "干果行")
    form[part][field] = "OTHER_KIND"

    status, text = sdk.applyment_submit(**form)

    assert (status, json.loads(text)["detail"]["field"]) == (400, f"/{part}/{field}")
    assert sdk.applyment_query(business_code=code)[0] == 404


def test_a_rejected_application_is_overwritten_under_its_code(sdk, sandbox, no):
    code = f"B{no()}"
    sandbox.post("clock", now="2026-05-02T09:00:00+08:00", freeze=True)
    first = json.loads(sdk.applyment_submit(**applicant(code, "请驳回我"))[1])

    too_early = sdk.applyment_submit(**applicant(code, "干果行"))
    sandbox.post("clock", advance_s=25, freeze=True)
    rejected = json.loads(sdk.applyment_query(business_code=code)[1])
    second = json.loads(sdk.applyment_submit(**applicant(code, "干果行"))[1])

    assert too_early[0] == 400
    assert rejected["applyment_state"] == "APPLYMENT_STATE_REJECTED"
    assert rejected["audit_detail"][0]["field"] == "merchant_shortname"
    assert first == second
    state = json.loads(sdk.applyment_query(applyment_id=first["applyment_id"])[1])["applyment_state"]
    assert state == "APPLYMENT_STATE_EDITTING"


def test_the_sdk_uploads_a_picture(sdk, tmp_path):
    picture = tmp_path / "licence.png"
    picture.write_bytes(b"\x89PNG\r\n\r\n--not a boundary" * 3)

    status, text = sdk.image_upload(str(picture))

    assert (status, "media_id" in text) == (200, True)


def test_the_sdk_downloads_a_bill(sdk, sandbox, sub, no):
    sandbox.post("clock", now="2025-04-01T09:00:00+08:00", freeze=True)
    number = no()
    amount = {"total": 100, "currency": "CNY"}
    sdk.pay("番茄", number, amount, notify_url="http://127.0.0.1:9/x", sub_mchid=sub)
    sandbox.pay(out_trade_no=number)
    sandbox.post("clock", now="2025-04-02T10:00:00+08:00", freeze=True)

    link = json.loads(sdk.trade_bill("2025-04-01", tar_type="GZIP")[1])
    status, content = sdk.download_bill(link["download_url"])

    assert status == 200
    assert content[:2] == b"\x1f\x8b"

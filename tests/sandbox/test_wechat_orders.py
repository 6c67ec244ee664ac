"""WeChat orders, signatures and notices through a client that knows only the protocol."""

import time

import pytest

from tests.sandbox.wechat_client import WechatClient


def test_a_native_order_is_paid_and_its_notice_opens(wechat, sandbox, receiver, no):
    number = no()

    created = wechat.native(number, 8000, receiver.url)
    paid = sandbox.pay(acquirer="wechat", code_url=created.json()["code_url"])
    _, _, headers, body = receiver.wait_for(1)[0]

    assert created.status_code == 200
    assert wechat.is_signed(created.headers, created.content)
    assert wechat.is_signed(headers, body)
    opened = wechat.open(body)
    assert opened["amount"] == {"total": 8000, "currency": "CNY", "payer_total": 8000, "payer_currency": "CNY"}
    assert (opened["out_trade_no"], opened["trade_state"]) == (number, "SUCCESS")
    assert opened["transaction_id"] == paid["trade_no"]
    assert opened["success_time"].endswith("+08:00")
    assert receiver.bodies()[0]["event_type"] == "TRANSACTION.SUCCESS"
    queried = wechat.query(number)
    assert queried.json()["trade_state"] == "SUCCESS"
    assert queried.json()["payer"]["sp_openid"] == opened["payer"]["sp_openid"]
    who = wechat.who()
    path = f"/v3/pay/partner/transactions/id/{paid['trade_no']}"
    by_id = wechat.call("GET", f"{path}?sp_mchid={who['sp_mchid']}&sub_mchid={who['sub_mchid']}")
    assert by_id.json() == queried.json()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signature": "AAAA"}, "signature"),
        ({"serial_no": "00AA"}, "serial_no"),
        ({"mchid": "1900000000"}, "mchid"),
        ({"timestamp": -302}, "timestamp"),
        ({"timestamp": 310}, "timestamp"),
        ({"timestamp": "soon"}, "timestamp"),
    ],
)
def test_a_wrong_authorization_is_401_and_opens_nothing(wechat, no, changed, field):
    number = no()
    if isinstance(changed.get("timestamp"), int):
        changed = {"timestamp": str(int(time.time()) + changed["timestamp"])}

    answer = wechat.call("POST", "/v3/pay/partner/transactions/native", wechat.order(number, 100), **changed)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert answer.json()["detail"]["field"] == field
    assert wechat.query(number).status_code == 404


def test_a_body_or_query_changed_after_signing_is_401(wechat, no):
    number = no()
    body = wechat.order(number, 100)

    changed = wechat.call("POST", "/v3/pay/partner/transactions/native", body, sent=str(body))

    assert changed.status_code == 401
    assert wechat.query(number).status_code == 404


@pytest.mark.parametrize("total", [0, -1, 1.5, "100", True, None, 2**63])
def test_an_amount_that_is_no_positive_integer_is_refused(wechat, no, total):
    number = no()

    answer = wechat.native(number, total)

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == "/amount/total"
    assert wechat.query(number).json()["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"sub_mchid": "1699999999"}, 403, "NO_AUTH"),
        ({"sp_appid": "wx0000000000000000"}, 400, "APPID_MCHID_NOT_MATCH"),
        ({"notify_url": "http://127.0.0.1/a?b=c"}, 400, "PARAM_ERROR"),
        ({"notify_url": "ftp://127.0.0.1/a"}, 400, "PARAM_ERROR"),
        ({"description": ""}, 400, "PARAM_ERROR"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, 400, "PARAM_ERROR"),
        ({"time_expire": "tomorrow"}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 1, "currency": "USD"}}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "a"}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "not allowed!"}, 400, "PARAM_ERROR"),
    ],
)
def test_a_wrong_field_is_refused_as_wechat_does(wechat, no, change, status, code):
    answer = wechat.native(no(), 100, **change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_same_order_again_gives_a_fresh_code_and_both_codes_lead_to_it(wechat, sandbox, no):
    number = no()

    first = wechat.native(number, 100).json()["code_url"]
    second = wechat.native(number, 100).json()["code_url"]
    other = wechat.native(number, 101)

    assert first != second
    assert (other.status_code, other.json()["code"]) == (400, "INVALID_REQUEST")
    assert sandbox.pay(code_url=first)["out_trade_no"] == number
    assert sandbox.post("pay", (409,), code_url=second)["code"] == "ORDERPAID"
    assert wechat.native(number, 100).json()["code"] == "ORDERPAID"
    elsewhere = wechat.native(number, 100, sub=wechat.own["sub_mchids"][1])
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "OUT_TRADE_NO_USED")


def test_close_answers_204_signed_over_an_empty_body_even_for_an_unknown_number(wechat, sandbox, no):
    number = no()
    wechat.native(number, 100)

    closed = wechat.close(number)
    unknown = wechat.close(no())

    assert (closed.status_code, unknown.status_code) == (204, 204)
    assert wechat.is_signed(closed.headers, b"")
    assert "Content-Length" not in closed.headers
    assert wechat.query(number).json()["trade_state"] == "CLOSED"
    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_CLOSED"
    assert wechat.native(number, 100).json()["code"] == "ORDER_CLOSED"


def test_an_expired_order_cannot_be_paid_but_is_not_closed(wechat, sandbox, no):
    number = no()
    sandbox.post("clock", now="2026-03-01T12:00:00+08:00", freeze=True)
    wechat.native(number, 100, time_expire="2026-03-01T12:05:00+08:00")

    sandbox.post("clock", now="2026-03-01T12:05:00+08:00", freeze=True)

    assert sandbox.post("pay", (409,), out_trade_no=number)["code"] == "ORDER_EXPIRED"
    assert wechat.query(number).json()["trade_state"] == "NOTPAY"


def test_a_jsapi_order_gives_a_prepay_id_and_wants_its_own_payer(wechat, sandbox, no):
    number = no()
    body = wechat.order(number, 100, payer={"sp_openid": "oABC"})

    prepay_id = wechat.call("POST", "/v3/pay/partner/transactions/jsapi", body).json()["prepay_id"]
    refused = sandbox.post("pay", (409,), prepay_id=prepay_id, payer={"openid": "oXYZ"})
    sandbox.pay(prepay_id=prepay_id, payer={"openid": "oABC", "funding": "credit"})

    assert prepay_id.startswith("wx")
    assert refused["code"] == "OPENID_MISMATCH"
    assert wechat.query(number).json()["payer"] == {"sp_openid": "oABC"}
    assert wechat.query(number).json()["bank_type"] == "CCB_CREDIT"


def test_an_h5_order_leads_to_a_page_on_which_a_person_pays(wechat, sandbox, no):
    number = no()
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    body = wechat.order(number, 12345, scene_info=scene)

    url = wechat.call("POST", "/v3/pay/partner/transactions/h5", body).json()["h5_url"]
    page = sandbox.http.get(url + "&redirect_url=http://127.0.0.1:1/back").text

    assert "123.45" in page
    assert 'value="http://127.0.0.1:1/back"' in page


@pytest.mark.parametrize(
    ("ending", "status", "state"),
    [("00", 200, "SUCCESS"), ("61", 202, "USERPAYING"), ("64", 202, "USERPAYING")],
)
def test_a_barcode_is_paid_at_once_or_waits_for_the_password(wechat, no, ending, status, state):
    number = no()
    body = wechat.order(number, 100, payer={"auth_code": "13" + "0" * 14 + ending})

    answer = wechat.call("POST", "/v3/pay/partner/transactions/codepay", body)

    assert (answer.status_code, answer.json()["trade_state"]) == (status, state)
    if ending == "61":
        time.sleep(0.3)
        assert wechat.query(number).json()["trade_state"] == "SUCCESS"


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [
        ("62", 403, "NOT_ENOUGH"),
        ("63", 400, "AUTH_CODE_EXPIRED"),
        ("65", 500, "BANK_ERROR"),
        ("66", 403, "TRADE_ERROR"),
    ],
)
def test_a_barcode_without_money_is_refused(wechat, no, ending, status, code):
    body = wechat.order(no(), 100, payer={"auth_code": "13" + "0" * 14 + ending})

    answer = wechat.call("POST", "/v3/pay/partner/transactions/codepay", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert wechat.is_signed(answer.headers, answer.content)


def test_a_barcode_payment_is_reversed_and_the_money_goes_back(wechat, sandbox, no):
    number = no()
    body = wechat.order(number, 100, payer={"auth_code": "13" + "0" * 16})
    wechat.call("POST", "/v3/pay/partner/transactions/codepay", body)

    path = f"/v3/pay/partner/transactions/out-trade-no/{number}/reverse"
    wechat.call("POST", path, wechat.who() | {"sp_appid": wechat.own["sp_appid"]})

    assert wechat.query(number).json()["trade_state"] == "REVOKED"
    refunds = sandbox.get("journal", acquirer="wechat")["refunds"]
    assert [row["amount_fen"] for row in refunds if row["out_trade_no"] == number] == [100]


def test_after_a_key_rotation_the_old_key_signs_nothing_more(own_sandbox):
    """The platform's key changes in mid-run (F21)."""
    old = WechatClient(own_sandbox.get("credentials")["wechat"])
    fresh = WechatClient(own_sandbox.post("rotate-key", acquirer="wechat")["wechat"])

    answer = old.native("rotated-1", 100)

    assert not old.is_signed(answer.headers, answer.content)
    assert fresh.is_signed(answer.headers, answer.content)
    own_sandbox.kill()
    own_sandbox.restart()
    assert own_sandbox.get("credentials")["wechat"]["platform_public_key_id"] == fresh.own["platform_public_key_id"]


def test_a_complaint_is_listed(wechat, sandbox, no):
    number = no()
    wechat.native(number, 100)
    sandbox.pay(out_trade_no=number)
    made = sandbox.post("complaints", out_trade_no=number, complaint_detail="番茄坏了")
    day = made["complaint_time"][:10]

    path = f"/v3/merchant-service/complaints-v2?limit=50&offset=0&begin_date={day}&end_date={day}"
    listed = wechat.call("GET", path).json()

    assert made in listed["data"]
    one = wechat.call("GET", f"/v3/merchant-service/complaints-v2/{made['complaint_id']}").json()
    assert one == made


def test_a_notice_is_repeated_by_schedule_until_it_is_taken(wechat, sandbox, receiver, no):
    number = no()
    receiver.answers += [(500, b""), (401, b""), (200, b"{}")]
    sandbox.post("clock", factor=100)
    wechat.native(number, 100, receiver.url)

    sandbox.pay(out_trade_no=number)
    seen = receiver.wait_for(3)
    time.sleep(0.5)

    assert len(seen) == 3
    assert seen[1][0] - seen[0][0] >= 0.14
    assert sandbox.get("notices", out_trade_no=number)[0]["state"] == "DONE"
    assert sandbox.get("notices", out_trade_no=number)[0]["attempts"] == 3
    assert len({headers["Wechatpay-Nonce"] for _, _, headers, _ in seen}) == 3


def test_a_notice_nobody_takes_is_given_up_after_fifteen_repeats(wechat, sandbox, receiver, no):
    number = no()
    receiver.usual = (500, b"")
    sandbox.post("clock", factor=10_000_000)
    wechat.native(number, 100, receiver.url)

    sandbox.pay(out_trade_no=number)
    receiver.wait_for(16)
    time.sleep(0.2)

    assert len(receiver.seen) == 16
    assert sandbox.get("notices", out_trade_no=number)[0]["state"] == "GIVEN_UP"

"""What the wire itself demands of WeChat Pay's clients, as public documentation and captures show it."""

import hashlib
import json

import pytest

NATIVE = "/v3/pay/partner/transactions/native"
SHARE = "/v3/profitsharing"
OTHER_KEY = {"Wechatpay-Serial": "PUB_KEY_ID_0"}


def is_bare(answer):
    return not [name for name in answer.headers if name.lower().startswith("wechatpay-")]


def receiver(wechat, **changed):
    return {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "appid": wechat.own["sp_appid"],
        "type": "MERCHANT_ID",
        "account": wechat.own["sp_mchid"],
        "name": wechat.seal("服务商"),
        "relation_type": "SERVICE_PROVIDER",
    } | changed


def add(wechat, headers=None, **changed):
    return wechat.call("POST", f"{SHARE}/receivers/add", receiver(wechat, **changed), headers=headers)


def split(wechat, trade_no, **changed):
    row = {"type": "MERCHANT_ID", "account": wechat.own["sp_mchid"], "amount": 100, "description": "服务费"}
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "appid": wechat.own["sp_appid"],
        "transaction_id": trade_no,
        "out_order_no": f"P{trade_no[-12:]}",
        "receivers": [row],
        "unfreeze_unsplit": False,
    } | changed
    body = {name: value for name, value in body.items() if value is not None}
    return wechat.call("POST", f"{SHARE}/orders", body)


@pytest.fixture
def paid(wechat, sandbox, no):
    number = no()
    wechat.native(number, 10000, settle_info={"profit_sharing": True})
    return sandbox.pay(acquirer="wechat", out_trade_no=number)["trade_no"]


def test_a_refused_signature_is_answered_without_a_signature(wechat, no):
    answer = wechat.call("POST", NATIVE, wechat.order(no(), 100), signature="AAAA")

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert is_bare(answer)
    assert answer.headers["Request-ID"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", NATIVE, 405), ("POST", "/v3/nothing", 404), ("GET", "/v3/nothing", 404)]
)
def test_a_wrong_path_or_method_is_answered_without_body_or_signature_whoever_asks(wechat, method, path, status):
    known = wechat.call(method, path)
    stranger = wechat.call(method, path, headers={"Authorization": "Bearer token"})

    assert [known.status_code, stranger.status_code] == [status, status]
    assert known.content == stranger.content == b""
    assert is_bare(known)


@pytest.mark.parametrize("missing", ["Accept", "User-Agent"])
def test_a_client_that_names_neither_itself_nor_what_it_takes_is_refused_before_its_signature(wechat, no, missing):
    number = no()

    answer = wechat.call("POST", NATIVE, wechat.order(number, 100), headers={missing: ""}, signature="AAAA")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert answer.json()["message"] == "Http头缺少Accept或User-Agent"
    assert is_bare(answer)
    assert wechat.query(number).status_code == 404


def test_a_client_that_asks_for_platform_certificates_is_sent_to_the_public_key(wechat):
    answer = wechat.call("GET", "/v3/certificates")

    assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert "微信支付公钥" in answer.json()["message"]


def test_a_wrong_field_is_named_by_pointer_in_the_body_and_by_name_in_the_query(wechat, paid, no):
    number = no()

    in_query = wechat.call("GET", f"/v3/pay/partner/transactions/out-trade-no/{number}").json()
    in_body = wechat.native(number, "1").json()
    in_row = split(wechat, paid, receivers=[{"type": "MERCHANT_ID", "account": "", "amount": 1}]).json()

    assert in_query["detail"] | {"issue": ""} == {"field": "sp_mchid", "value": "", "issue": "", "location": "query"}
    assert in_body["detail"]["field"] == "/amount/total"
    assert in_row["detail"]["field"] == "/receivers/0/account"


def test_an_answer_never_holds_a_null(wechat, no):
    order = wechat.order(no(), 100)

    answers = [wechat.call("POST", NATIVE, order | {name: None}) for name in ("out_trade_no", "description", "amount")]

    assert {answer.status_code for answer in answers} == {400}
    assert not [answer.text for answer in answers if "null" in answer.text]


@pytest.mark.parametrize("words", ["番茄🍅", "𠮷野家", "\ud83c"])
def test_characters_beyond_three_bytes_are_refused_and_open_nothing(wechat, no, words):
    number = no()
    body = json.dumps(wechat.order(number, 100) | {"description": words})

    answer = wechat.http.post(
        wechat.own["base_url"] + NATIVE,
        data=body,
        headers={"Authorization": wechat.authorization("POST", NATIVE, body), "Accept": "application/json"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert wechat.query(number).status_code == 404


def test_a_sealed_name_needs_the_id_of_the_key_that_sealed_it(wechat, paid):
    account = "1900000109"

    without = add(wechat, {"Wechatpay-Serial": ""}, account=account)
    wrong = add(wechat, OTHER_KEY, account=account)
    plain = add(wechat, account=account, name="服务商")

    assert [answer.json()["code"] for answer in (without, wrong, plain)] == ["PARAM_ERROR"] * 3
    assert "Wechatpay-Serial" in without.json()["message"]
    assert plain.json()["detail"]["field"] == "/name"
    row = {"type": "MERCHANT_ID", "account": account, "amount": 1, "description": "服务费"}
    assert split(wechat, paid, receivers=[row]).json()["message"].startswith("分账接收方关系未绑定")


def test_a_split_says_whether_the_rest_is_unfrozen_and_seals_the_names_it_gives(wechat, paid):
    assert add(wechat).status_code == 200
    row = {"type": "MERCHANT_ID", "account": wechat.own["sp_mchid"], "amount": 1, "description": "服务费"}

    silent = split(wechat, paid, unfreeze_unsplit=None)
    plain = split(wechat, paid, receivers=[row | {"name": "服务商"}])
    sealed = split(wechat, paid, receivers=[row | {"name": wechat.seal("服务商")}])

    assert silent.json()["detail"]["field"] == "/unfreeze_unsplit"
    assert plain.json()["detail"]["field"] == "/receivers/0/name"
    assert sealed.status_code == 200


def test_a_return_keeps_its_description(wechat, sandbox, paid, no):
    add(wechat)
    made = split(wechat, paid).json()
    body = {
        "sub_mchid": made["sub_mchid"],
        "out_order_no": made["out_order_no"],
        "out_return_no": no(),
        "return_mchid": wechat.own["sp_mchid"],
        "amount": 40,
        "description": "缺斤少两",
    }

    answer = wechat.call("POST", f"{SHARE}/return-orders", body)

    assert answer.json()["description"] == "缺斤少两"


def test_a_sub_openid_needs_the_sub_appid_it_belongs_to(wechat, no):
    path = "/v3/pay/partner/transactions/jsapi"
    order = wechat.order(no(), 100, payer={"sub_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"})

    without = wechat.call("POST", path, order)
    complete = wechat.call("POST", path, order | {"sub_appid": "wx8888888888888888"})

    assert without.json()["detail"]["field"] == "/sub_appid"
    assert complete.json()["prepay_id"].startswith("wx")


def upload(wechat, name, content):
    meta = json.dumps({"filename": name, "sha256": hashlib.sha256(content).hexdigest()})
    path = "/v3/merchant/media/upload"
    return wechat.http.post(
        wechat.own["base_url"] + path,
        files={"meta": (None, meta, "application/json"), "file": (name, content, "image/png")},
        headers={"Authorization": wechat.authorization("POST", path, meta), "Accept": "application/json"},
    )


def test_a_picture_is_taken_to_its_last_byte_and_only_as_a_picture(wechat):
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n\n"

    taken = upload(wechat, "licence.png", content)
    refused = upload(wechat, "licence.txt", content)

    assert taken.json()["media_id"]
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")

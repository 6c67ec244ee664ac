"""WeChat profit sharing: receivers, ratio, refunds against what is frozen, returns."""

import pytest

from tests.sandbox.processes import eventually


@pytest.fixture
def shared(wechat, sandbox, no):
    """Return number and transaction id of a paid order of 100.00 that may be split."""
    number = no()
    wechat.native(number, 10000, settle_info={"profit_sharing": True})
    return number, sandbox.pay(out_trade_no=number)["trade_no"]


@pytest.fixture
def partner(wechat):
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "appid": wechat.own["sp_appid"],
        "type": "MERCHANT_ID",
        "account": wechat.own["sp_mchid"],
        "name": wechat.seal("服务商"),
        "relation_type": "SERVICE_PROVIDER",
    }
    assert wechat.call("POST", "/v3/profitsharing/receivers/add", body).status_code == 200
    return wechat.own["sp_mchid"]


def split(wechat, trade_no, no, account, fen, unfreeze=False):
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "appid": wechat.own["sp_appid"],
        "transaction_id": trade_no,
        "out_order_no": no,
        "receivers": [{"type": "MERCHANT_ID", "account": account, "amount": fen, "description": "服务费"}],
        "unfreeze_unsplit": unfreeze,
    }
    return wechat.call("POST", "/v3/profitsharing/orders", body)


def unsplit(wechat, trade_no):
    path = f"/v3/profitsharing/transactions/{trade_no}/amounts"
    return wechat.call("GET", path).json()["unsplit_amount"]


def test_a_split_is_finished_and_the_rest_unfrozen(wechat, sandbox, shared, partner, no):
    _, trade_no = shared
    first, rest = no(), no()
    sub = wechat.own["sub_mchids"][0]

    before = unsplit(wechat, trade_no)
    accepted = split(wechat, trade_no, first, partner, 500)
    after = unsplit(wechat, trade_no)
    path = f"/v3/profitsharing/orders/{first}?transaction_id={trade_no}&sub_mchid={sub}"
    eventually(lambda: wechat.call("GET", path).json()["state"] == "FINISHED")
    body = {"sub_mchid": sub, "transaction_id": trade_no, "out_order_no": rest, "description": "完结"}
    unfrozen = wechat.call("POST", "/v3/profitsharing/orders/unfreeze", body)

    assert accepted.status_code == 200
    assert (before, after) == (9962, 9462)
    assert [row["amount"] for row in unfrozen.json()["receivers"]] == [9462]
    assert unsplit(wechat, trade_no) == 0
    splits = sandbox.get("journal", acquirer="wechat")["splits"]
    assert [row["amount_fen"] for row in splits if row["no"] in (first, rest)] == [500, 0]


def test_a_split_again_under_its_number_has_one_effect(wechat, shared, partner, no):
    _, trade_no = shared
    number = no()

    first = split(wechat, trade_no, number, partner, 500).json()
    again = split(wechat, trade_no, number, partner, 500).json()
    other = split(wechat, trade_no, number, partner, 501)

    assert first["order_id"] == again["order_id"]
    assert other.json()["code"] == "INVALID_REQUEST"
    assert unsplit(wechat, trade_no) == 9462


def test_a_split_beyond_the_ratio_or_to_a_stranger_is_refused(wechat, shared, partner, no):
    _, trade_no = shared
    sub = wechat.own["sub_mchids"][0]

    beyond = split(wechat, trade_no, no(), partner, 3001)
    stranger = split(wechat, trade_no, no(), "1900000001", 1)
    ratio = wechat.call("GET", f"/v3/profitsharing/merchant-configs/{sub}").json()

    assert (beyond.status_code, beyond.json()["code"]) == (403, "RULE_LIMIT")
    assert stranger.json()["code"] == "INVALID_REQUEST"
    assert ratio == {"sub_mchid": sub, "max_ratio": 3000}
    assert unsplit(wechat, trade_no) == 9962


def test_an_order_not_meant_for_splitting_is_refused(wechat, sandbox, partner, no):
    number = no()
    wechat.native(number, 10000)
    trade_no = sandbox.pay(out_trade_no=number)["trade_no"]

    assert split(wechat, trade_no, no(), partner, 1).json()["code"] == "INVALID_REQUEST"


def test_a_refund_larger_than_the_unsplit_rest_waits_for_the_return(wechat, shared, partner, no):
    number, trade_no = shared
    order_no, return_no = no(), no()
    split(wechat, trade_no, order_no, partner, 500)
    sub = wechat.own["sub_mchids"][0]

    refused = wechat.refund(number, no(), 10000, 10000)
    body = {
        "sub_mchid": sub,
        "out_order_no": order_no,
        "out_return_no": return_no,
        "return_mchid": partner,
        "amount": 500,
        "description": "退款",
    }
    returned = wechat.call("POST", "/v3/profitsharing/return-orders", body)
    again = wechat.call("POST", "/v3/profitsharing/return-orders", body)
    beyond = wechat.call("POST", "/v3/profitsharing/return-orders", body | {"out_return_no": no(), "amount": 1})
    accepted = wechat.refund(number, no(), 10000, 10000)

    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ENOUGH")
    assert returned.json()["return_id"] == again.json()["return_id"]
    assert beyond.json()["code"] == "NOT_ENOUGH"
    assert accepted.status_code == 200
    path = f"/v3/profitsharing/return-orders/{return_no}?&out_order_no={order_no}&sub_mchid={sub}"
    assert eventually(lambda: wechat.call("GET", path).json()["result"] == "SUCCESS")


def test_splits_and_returns_stand_in_the_sharing_bill_and_our_own_fund_flow(wechat, sandbox, partner, no):
    sandbox.post("clock", now="2025-08-01T09:00:00+08:00", freeze=True)
    number, order_no = no(), no()
    wechat.native(number, 10000, settle_info={"profit_sharing": True})
    trade_no = sandbox.pay(out_trade_no=number)["trade_no"]
    split(wechat, trade_no, order_no, partner, 500, unfreeze=True)
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "out_order_no": order_no,
        "out_return_no": no(),
        "return_mchid": partner,
        "amount": 200,
        "description": "退款",
    }
    wechat.call("POST", "/v3/profitsharing/return-orders", body)
    sandbox.post("clock", now="2025-08-02T10:00:00+08:00", freeze=True)

    texts = []
    for path in ("/v3/profitsharing/bills", "/v3/bill/fundflowbill"):
        link = wechat.call("GET", f"{path}?bill_date=2025-08-01").json()
        target = link["download_url"][len(wechat.own["base_url"]) :]
        texts.append(wechat.call("GET", target).content.decode().splitlines())

    sharing, flow = texts
    assert sharing[-1] == "`3,`2,`99.62,`1,`2.00"
    assert len(sharing[1].split(",`")) == len(sharing[0].split(","))
    assert flow[-1] == "`2,`1,`5.00,`1,`2.00"
    net = sandbox.get("settlement", acquirer="wechat", date="2025-08-01", format="json")
    assert sum(row["net_fen"] for row in net) == 10000 - 38 - 500 + 200


def test_a_deleted_receiver_takes_no_more(wechat, shared, partner, no):
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "appid": wechat.own["sp_appid"],
        "type": "MERCHANT_ID",
        "account": partner,
    }

    wechat.call("POST", "/v3/profitsharing/receivers/delete", body)

    assert split(wechat, shared[1], no(), partner, 1).json()["code"] == "INVALID_REQUEST"

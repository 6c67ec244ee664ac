"""One test per fault of requests and notices (F7–F13), and the control room's refusals."""

import time

import pytest
import requests

from tests.sandbox.processes import eventually


@pytest.fixture
def number(no):
    return no()


def open_and_pay(wechat, sandbox, receiver, number, fen=100):
    assert wechat.native(number, fen, receiver.url).status_code == 200
    sandbox.pay(acquirer="wechat", out_trade_no=number)


def test_delay_answers_late(wechat, sandbox, number):
    sandbox.fault("delay", delay_ms=400, endpoint="create", out_trade_no=number)

    start = time.monotonic()
    answer = wechat.native(number, 100)

    assert answer.status_code == 200
    assert time.monotonic() - start >= 0.4


def test_drop_closes_before_acting(wechat, sandbox, number):
    sandbox.fault("drop", count=1, out_trade_no=number)

    with pytest.raises(requests.ConnectionError):
        wechat.native(number, 100)

    assert wechat.query(number).status_code == 404


def test_drop_after_closes_after_acting(wechat, sandbox, number):
    sandbox.fault("drop_after", count=1, out_trade_no=number)

    with pytest.raises(requests.ConnectionError):
        wechat.native(number, 100)

    assert wechat.query(number).json()["trade_state"] == "NOTPAY"


def test_act_then_timeout_acts_and_never_answers(wechat, sandbox, number, no):
    wechat.native(number, 100)
    sandbox.pay(out_trade_no=number)
    sandbox.fault("act_then_timeout", endpoint="refund", out_trade_no=number, count=1)
    refund_no = no()
    body = {
        "sub_mchid": wechat.own["sub_mchids"][0],
        "out_trade_no": number,
        "out_refund_no": refund_no,
        "amount": {"refund": 100, "total": 100, "currency": "CNY"},
    }

    with pytest.raises(requests.Timeout):
        wechat.call("POST", "/v3/refund/domestic/refunds", body, timeout=0.5)

    assert eventually(lambda: wechat.refund_query(refund_no).json()["status"] == "SUCCESS")


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("http_429", 429, "FREQUENCY_LIMITED"), ("http_500", 500, "SYSTEM_ERROR")]
)
@pytest.mark.parametrize("act", [False, True])
def test_busy_and_broken_answers_come_with_or_without_acting(wechat, sandbox, number, kind, status, code, act):
    sandbox.fault(kind, act=act, count=1, endpoint="create", out_trade_no=number)

    answer = wechat.native(number, 100)

    assert answer.status_code == status
    assert act or answer.json()["code"] == code
    assert wechat.query(number).status_code == (200 if act else 404)


def test_refuse_answers_any_code(wechat, sandbox, number, no):
    wechat.native(number, 100)
    sandbox.pay(out_trade_no=number)
    sandbox.fault("refuse", endpoint="refund", status=403, code="NOT_ENOUGH", message="余额不足", count=1)

    first = wechat.refund(number, no(), 100, 100)
    second = wechat.refund(number, no(), 100, 100)

    assert (first.status_code, first.json()["code"]) == (403, "NOT_ENOUGH")
    assert second.status_code == 200


@pytest.mark.parametrize("kind", ["unsigned_response", "bad_response_signature"])
def test_an_answer_is_unsigned_or_signed_by_a_stranger(wechat, sandbox, number, kind):
    sandbox.fault(kind, count=1, out_trade_no=number)

    bad = wechat.native(number, 100)
    good = wechat.native(number, 100)

    assert bad.status_code == 200
    assert not wechat.is_signed(bad.headers, bad.content)
    assert wechat.is_signed(good.headers, good.content)


def test_a_dropped_notice_never_comes_but_can_be_resent(wechat, sandbox, receiver, number):
    sandbox.fault("drop_notice", out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    time.sleep(0.3)
    lost = len(receiver.seen)
    sandbox.post("notices/resend", out_trade_no=number)

    assert lost == 0
    assert sandbox.get("notices", out_trade_no=number)[0]["state"] == "DROPPED"
    assert receiver.wait_for(1)


def test_a_notice_comes_many_times_at_once(wechat, sandbox, receiver, number):
    sandbox.fault("duplicate_notice", n=19, out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    seen = receiver.wait_for(20)

    assert len({wechat.open(body)["transaction_id"] for _, _, _, body in seen}) == 1
    assert len({body["id"] for body in receiver.bodies()}) == 1


def test_a_later_notice_overtakes_an_earlier_one(wechat, sandbox, receiver, number, no):
    later = no()
    sandbox.fault("reorder_notice", delay_ms=500, out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    open_and_pay(wechat, sandbox, receiver, later)
    seen = receiver.wait_for(2)

    assert [wechat.open(body)["out_trade_no"] for _, _, _, body in seen] == [later, number]


def test_a_forged_notice_comes_beside_the_true_one(wechat, sandbox, receiver, number):
    sandbox.fault("forge_notice", out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    seen = receiver.wait_for(2)

    assert sorted(wechat.is_signed(headers, body) for _, _, headers, body in seen) == [False, True]
    assert eventually(lambda: sandbox.hits("sent_forged"))[0]["taken"] is True


def test_a_probe_carries_the_signature_wechat_probes_with(wechat, sandbox, receiver, number):
    sandbox.fault("probe_signature", out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    seen = receiver.wait_for(2)

    probes = [h for _, _, h, _ in seen if h["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")]
    assert len(probes) == 1


def test_a_wrong_amount_comes_well_signed_and_replaces_the_true_notice(wechat, sandbox, receiver, number):
    sandbox.fault("wrong_notice_amount", replace=True, out_trade_no=number)

    open_and_pay(wechat, sandbox, receiver, number)
    _, _, headers, body = receiver.wait_for(1)[0]
    time.sleep(0.2)

    assert wechat.is_signed(headers, body)
    assert wechat.open(body)["amount"]["total"] == 101
    assert wechat.query(number).json()["amount"]["total"] == 100
    assert len(receiver.seen) == 1


def test_a_closed_order_is_paid_after_all(wechat, sandbox, receiver, number):
    sandbox.fault("pay_after_close", out_trade_no=number)
    wechat.native(number, 100, receiver.url)
    wechat.close(number)

    sandbox.pay(out_trade_no=number)

    assert wechat.open(receiver.wait_for(1)[0][3])["trade_state"] == "SUCCESS"
    assert wechat.query(number).json()["trade_state"] == "SUCCESS"


def test_a_fault_strikes_with_its_probability_the_same_way_for_a_seed(wechat, sandbox, no):
    def struck():
        sandbox.clear()
        sandbox.fault("http_500", probability=0.5, seed=7, endpoint="query")
        return [wechat.query("unknown1").status_code for _ in range(20)]

    first, second = struck(), struck()

    assert first == second
    assert 4 < first.count(500) < 16


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "drop", "count": 0}, "count"),
        ({"kind": "drop", "probability": 2}, "probability"),
        ({"kind": "drop", "speed": 2}, "speed"),
        ({"kind": "delay", "delay_ms": "long"}, "delay_ms"),
        ({"kind": "drop", "acquirer": 1}, "acquirer"),
    ],
)
def test_a_wrong_fault_is_refused_naming_the_field(sandbox, body, field):
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/faults", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field}:")
    assert sandbox.get("faults")["active"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"now": "yesterday"}, "now"),
        ({"now": "2025-11-11T05:00:00"}, "now"),
        ({"factor": 0}, "factor"),
        ({"freeze": "yes"}, "freeze"),
        ({"signing": "none"}, "signing"),
        ({"speed": 1}, "speed"),
    ],
)
def test_a_wrong_clock_is_refused_naming_the_field(sandbox, body, field):
    before = sandbox.get("clock")["offset_s"]

    answer = sandbox.post("clock", (400,), **body)

    assert answer["error"].startswith(f"{field}:")
    assert sandbox.get("clock")["offset_s"] == before


def test_wrong_control_requests_are_refused_naming_the_field(sandbox):
    post, get = sandbox.post, sandbox.http.get
    assert post("pay", (400,))["error"].startswith("out_trade_no:")
    assert post("pay", (400,), acquirer="visa", out_trade_no="1")["error"].startswith("acquirer:")
    assert post("pay", (400,), out_trade_no="1", payer={"funding": "gold"})["error"].startswith("payer.funding:")
    assert post("sub-merchants", (400,), acquirer="wechat")["error"].startswith("name:")
    assert post("sub-merchants", (400,), acquirer="wechat", name="x", rate_bps=-1)["error"].startswith("rate_bps:")
    assert post("settings", (400,), speed=1)["error"].startswith("speed:")
    assert get(f"{sandbox.url}/_sandbox/journal?date=x").json()["error"].startswith("date:")
    assert get(f"{sandbox.url}/_sandbox/nothing").status_code == 404
    assert sandbox.http.post(f"{sandbox.url}/_sandbox/pay", data="{").json()["error"].startswith("body:")

"""WeChat refunds: limits, repeats, states, notices, and the fee given back."""

import pytest

from tests.sandbox.processes import eventually


@pytest.fixture
def paid(wechat, sandbox, no):
    """Return a function that makes a paid order and gives its number."""

    def make(fen=10000, **more):
        number = no()
        assert wechat.native(number, fen, **more).status_code == 200
        sandbox.pay(out_trade_no=number)
        return number

    return make


def test_a_refund_is_accepted_then_succeeds_and_its_notice_opens(wechat, receiver, paid, no):
    number, refund_no = paid(), no()

    accepted = wechat.refund(number, refund_no, 3000, 10000, notify_url=receiver.url)
    _, _, headers, body = receiver.wait_for(1)[0]

    assert accepted.json()["status"] == "PROCESSING"
    assert accepted.json()["amount"]["refund"] == 3000
    assert wechat.is_signed(headers, body)
    assert receiver.bodies()[0]["event_type"] == "REFUND.SUCCESS"
    assert wechat.open(body)["amount"] == {
        "total": 10000,
        "refund": 3000,
        "payer_total": 10000,
        "payer_refund": 3000,
    }
    shown = wechat.refund_query(refund_no).json()
    assert (shown["status"], shown["refund_id"]) == ("SUCCESS", accepted.json()["refund_id"])
    assert wechat.query(number).json()["trade_state"] == "REFUND"


def test_the_same_refund_number_again_has_one_effect(wechat, sandbox, paid, no):
    number, refund_no = paid(), no()

    first = wechat.refund(number, refund_no, 3000, 10000).json()
    again = wechat.refund(number, refund_no, 3000, 10000).json()
    other = wechat.refund(number, refund_no, 3001, 10000)

    assert first["refund_id"] == again["refund_id"]
    assert (other.status_code, other.json()["code"]) == (400, "INVALID_REQUEST")
    refunds = sandbox.get("journal", acquirer="wechat")["refunds"]
    assert [row["amount_fen"] for row in refunds if row["out_trade_no"] == number] == [3000]


def test_refunds_together_cannot_exceed_what_was_paid(wechat, sandbox, paid, no):
    number = paid()
    wechat.refund(number, no(), 6000, 10000)

    beyond = wechat.refund(number, no(), 4001, 10000)
    rest = wechat.refund(number, no(), 4000, 10000)

    assert (beyond.status_code, beyond.json()["code"]) == (400, "INVALID_REQUEST")
    assert rest.status_code == 200
    refunds = sandbox.get("journal", acquirer="wechat")["refunds"]
    assert sum(row["amount_fen"] for row in refunds if row["out_trade_no"] == number) == 10000


def test_the_fifty_first_refund_of_an_order_is_refused(wechat, paid, no):
    number = paid()
    for _ in range(50):
        assert wechat.refund(number, no(), 1, 10000).status_code == 200

    answer = wechat.refund(number, no(), 1, 10000)

    assert answer.json()["code"] == "INVALID_REQUEST"


def test_a_refund_after_a_year_is_refused(wechat, sandbox, paid, no):
    sandbox.post("clock", now="2024-02-29T12:00:00+08:00", freeze=True)
    number = paid()

    sandbox.post("clock", now="2025-02-28T11:00:00+08:00", freeze=True)
    within = wechat.refund(number, no(), 1, 10000)
    sandbox.post("clock", now="2025-02-28T13:00:00+08:00", freeze=True)
    beyond = wechat.refund(number, no(), 1, 10000)

    assert within.status_code == 200
    assert beyond.json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"sub_mchid": "1600000000"}, 404, "RESOURCE_NOT_EXISTS"),
        ({"out_trade_no": "unknown-number"}, 404, "RESOURCE_NOT_EXISTS"),
        ({"amount": {"refund": 0, "total": 10000, "currency": "CNY"}}, 400, "PARAM_ERROR"),
        ({"amount": {"refund": 1, "total": 9999, "currency": "CNY"}}, 400, "INVALID_REQUEST"),
        ({"amount": {"refund": 1, "total": 10000}}, 400, "PARAM_ERROR"),
    ],
)
def test_a_wrong_refund_is_refused_as_wechat_does(wechat, paid, no, change, status, code):
    number = paid()

    answer = wechat.refund(number, no(), 1, 10000, **change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert wechat.query(number).json()["trade_state"] == "SUCCESS"


def test_an_unpaid_order_cannot_be_refunded(wechat, no):
    number = no()
    wechat.native(number, 100)

    assert wechat.refund(number, no(), 100, 100).json()["code"] == "INVALID_REQUEST"


def test_an_order_refunded_whole_in_odd_parts_has_cost_no_fee(wechat, sandbox, paid, no):
    number = paid(9999)
    for part in (3333, 1, 3332, 3333):
        wechat.refund(number, no(), part, 9999)

    day = sandbox.get("journal", acquirer="wechat")

    payment = next(row for row in day["payments"] if row["out_trade_no"] == number)
    refunds = [row for row in day["refunds"] if row["out_trade_no"] == number]
    assert payment["fee_fen"] == 38
    assert sum(row["fee_fen"] for row in refunds) == 38


@pytest.mark.parametrize(("fen", "fee_fen"), [(100, 1), (83, 0), (84, 1), (249, 1), (250, 2), (10_000_000, 60_000)])
def test_a_fee_is_rounded_half_up_per_order(wechat, sandbox, no, fen, fee_fen):
    """At 60 bps 0.83 yuan cost 0.498 fen, 2.50 yuan exactly 1.5 fen."""
    sub = sandbox.post("sub-merchants", acquirer="wechat", name="费率样例", rate_bps=60)["sub_mchid"]
    number = no()
    wechat.native(number, fen, sub=sub)

    sandbox.pay(out_trade_no=number)

    payments = sandbox.get("journal", acquirer="wechat")["payments"]
    assert [row["fee_fen"] for row in payments if row["out_trade_no"] == number] == [fee_fen]


def test_an_abnormal_refund_says_so(wechat, sandbox, receiver, paid, no):
    number, refund_no = paid(), no()
    sandbox.fault("refund_abnormal", out_trade_no=number)

    wechat.refund(number, refund_no, 1, 10000, notify_url=receiver.url)
    receiver.wait_for(1)

    assert receiver.bodies()[0]["event_type"] == "REFUND.ABNORMAL"
    assert eventually(lambda: wechat.refund_query(refund_no).json()["status"] == "ABNORMAL")

"""The page on which a person plays the payer, and the settlement of what was paid."""

import re

import pytest
import requests


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "//example.com",
        "javascript:alert(1)",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1.example.com/",
        "http://169.254.1.1/",
        'http://127.0.0.1/"><script>',
        "http:\\\\example.com",
    ],
)
def test_the_page_leads_back_to_this_machine_only(wechat, sandbox, no, address):
    number = no()
    wechat.native(number, 100)
    fields = {"out_trade_no": number, "acquirer": "wechat", "return": address}

    page = requests.get(f"{sandbox.url}/_sandbox/payer", params=fields, timeout=10).text
    paid = requests.post(f"{sandbox.url}/_sandbox/payer", data=fields, timeout=10).text

    assert 'name="return" value=""' in page
    assert "付款成功" in paid
    assert "返回商家" not in paid


def test_a_person_finds_the_order_pays_and_is_led_back(wechat, sandbox, no):
    number = no()
    wechat.native(number, 1234, description="<b>番茄</b>")
    listing = requests.get(f"{sandbox.url}/_sandbox/payer", timeout=10).text
    back = "http://127.0.0.1:8000/r?a=1"

    page = requests.get(f"{sandbox.url}/_sandbox/payer?out_trade_no={number}", timeout=10)
    hidden = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    done = requests.post(f"{sandbox.url}/_sandbox/payer", data=hidden | {"return": back}, timeout=10)

    assert number in listing
    assert "12.34" in page.text
    assert "<b>番茄" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert f'href="{back}"' in done.text
    assert wechat.query(number).json()["trade_state"] == "SUCCESS"
    again = requests.post(f"{sandbox.url}/_sandbox/payer", data=hidden, timeout=10)
    assert again.status_code == 409
    assert "请勿重复付款" in again.text


def test_a_negative_day_is_carried_to_the_next_payout(wechat, sandbox, no):
    sub = sandbox.post("sub-merchants", acquirer="wechat", name="结算样例", rate_bps=60)["sub_mchid"]
    numbers = [no(), no()]
    sandbox.post("clock", now="2025-07-01T09:00:00+08:00", freeze=True)
    wechat.native(numbers[0], 10000, sub=sub)
    sandbox.pay(out_trade_no=numbers[0])
    sandbox.post("clock", now="2025-07-02T09:00:00+08:00", freeze=True)
    wechat.refund(numbers[0], no(), 5000, 10000, sub=sub)
    sandbox.post("clock", now="2025-07-03T09:00:00+08:00", freeze=True)
    wechat.native(numbers[1], 8000, sub=sub)
    sandbox.pay(out_trade_no=numbers[1])

    rows = []
    for day in ("2025-07-01", "2025-07-02", "2025-07-03"):
        found = sandbox.get("settlement", acquirer="wechat", date=day, format="json")
        rows += [row for row in found if row["sub_mchid"] == sub]

    assert [row["net_fen"] for row in rows] == [9940, -4970, 7952]
    assert [row["payout_fen"] for row in rows] == [9940, 0, 2982]
    text = sandbox.http.get(f"{sandbox.url}/_sandbox/settlement?acquirer=wechat&date=2025-07-03").text
    assert text.splitlines()[0].startswith("acquirer,date,sub_mchid,name,payments,paid_fen")
    assert any(line.split(",")[2] == sub and ",2982," in line for line in text.splitlines())


def test_chunked_bodies_and_old_connections_are_understood(sandbox):
    chunked = requests.post(f"{sandbox.url}/_sandbox/clock", data=iter([b'{"fac', b'tor": 9}']), timeout=10)
    closing = requests.get(f"{sandbox.url}/_sandbox/clock", headers={"Connection": "close"}, timeout=10)

    assert chunked.json()["factor"] == 9
    assert closing.headers["Connection"] == "close"

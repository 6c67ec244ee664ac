"""UnionPay ACP 5.1.0 through a client that knows only the protocol."""

import itertools
import time

import pytest

from tests.sandbox.processes import eventually
from tests.sandbox.unionpay_client import UnionpayClient

DAYS = itertools.count(1)
WIDTHS = [3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1]
WIDTHS += [21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98]


@pytest.fixture
def unionpay(sandbox):
    return UnionpayClient(sandbox.get("credentials")["unionpay"])


@pytest.fixture
def paid(unionpay, sandbox, no):
    """Return a function that makes a paid order and gives number, time and queryId."""

    def make(fen=10000, back_url=""):
        number = no()
        applied = unionpay.apply(number, fen, back_url)
        trade_no = sandbox.pay(acquirer="unionpay", qr_code=applied["qrCode"])["trade_no"]
        return number, applied["txnTime"], trade_no

    return make


def test_a_code_is_paid_and_its_notice_leads_back_to_the_root(unionpay, sandbox, receiver, no):
    number = no()
    receiver.usual = (200, b"ok")

    applied = unionpay.apply(number, 8000, receiver.url, reqReserved="abc")
    before = unionpay.query(number, applied["txnTime"])
    paid = sandbox.pay(acquirer="unionpay", order_no=number)
    after = unionpay.query(number, applied["txnTime"])
    fields, trusted = unionpay.read_notice(receiver.wait_for(1)[0][3])

    assert applied["qrCode"].startswith("https://qr.95516.com/")
    assert (before["respCode"], before["origRespCode"]) == ("00", "05")
    assert (after["origRespCode"], after["txnAmt"], after["settleAmt"]) == ("00", "8000", "8000")
    assert trusted
    assert (fields["respCode"], fields["orderId"], fields["reqReserved"]) == ("00", number, "abc")
    assert fields["queryId"] == paid["trade_no"] == after["queryId"]


@pytest.mark.parametrize(
    ("form", "changed", "code"),
    [
        ({}, {"txnAmt": "7999"}, "11"),
        ({}, {"signature": "AAAA"}, "11"),
        ({"certId": "1"}, {}, "11"),
        ({"merId": "898000000000000"}, {}, "31"),
        ({"txnAmt": "0"}, {}, "10"),
        ({"txnAmt": "1.00"}, {}, "10"),
        ({"txnAmt": ""}, {}, "13"),
        ({"orderId": "a-b-c-d-e-f"}, {}, "10"),
        ({"version": "5.0.0"}, {}, "10"),
        ({"currencyCode": "840"}, {}, "10"),
        ({"txnSubType": "99"}, {}, "32"),
        ({"txnTime": "20251301000000"}, {}, "10"),
        ({"backUrl": ""}, {}, "13"),
        ({"backUrl": "ftp://127.0.0.1"}, {}, "10"),
    ],
)
def test_a_wrong_form_is_refused_and_makes_nothing(unionpay, sandbox, no, form, changed, code):
    number = no()
    usual = {"txnType": "01", "txnSubType": "07", "orderId": number, "txnAmt": "8000", "currencyCode": "156"}

    answer = unionpay.ask(usual | form, **changed)

    assert answer["respCode"] == code
    assert sandbox.post("pay", (409,), acquirer="unionpay", order_no=number)["code"] == "ORDER_NOT_EXIST"


def test_the_same_order_again_is_a_double(unionpay, no):
    number = no()
    first = unionpay.apply(number, 100)

    again = unionpay.apply(number, 100, txnTime=first["txnTime"])

    assert (first["respCode"], again["respCode"]) == ("00", "12")


@pytest.mark.parametrize(("ending", "code", "orig"), [("00", "00", "00"), ("64", "00", "05"), ("62", "64", "64")])
def test_a_cardholders_code_is_paid_waits_or_is_refused(unionpay, no, ending, code, orig):
    number = no()
    form = {"txnType": "01", "txnSubType": "06", "orderId": number, "txnAmt": "100"}

    answer = unionpay.ask(form | {"qrNo": "62" + "0" * 15 + ending})

    assert answer["respCode"] == code
    assert unionpay.query(number, answer["txnTime"])["origRespCode"] == orig


def test_a_refund_is_accepted_then_reported_and_cannot_exceed_the_payment(unionpay, receiver, paid, no):
    receiver.usual = (200, b"")
    _, _, query_id = paid()
    number = no()

    accepted = unionpay.refund(number, query_id, 6000, receiver.url)
    fields, trusted = unionpay.read_notice(receiver.wait_for(1)[0][3])
    beyond = unionpay.refund(no(), query_id, 4001)
    unknown = unionpay.refund(no(), "0" * 21, 1)

    assert accepted["respCode"] == "00"
    assert trusted
    assert (fields["txnType"], fields["orderId"], fields["txnAmt"]) == ("04", number, "6000")
    assert unionpay.query(number, accepted["txnTime"])["origRespCode"] == "00"
    assert (beyond["respCode"], unknown["respCode"]) == ("33", "35")


def test_a_whole_payment_of_today_is_revoked_or_reversed(unionpay, sandbox, paid, no):
    _, _, query_id = paid()
    number, txn_time, _ = paid()
    form = {"txnType": "31", "txnSubType": "00", "orderId": no(), "txnAmt": "10000", "origQryId": query_id}

    part = unionpay.ask(form | {"txnAmt": "9999", "orderId": no()})
    revoked = unionpay.ask(form)
    back = {"txnType": "99", "txnSubType": "01", "orderId": number, "txnTime": txn_time}
    reversed_once = unionpay.ask(back)
    reversed_again = unionpay.ask(back)

    assert (part["respCode"], revoked["respCode"]) == ("36", "00")
    assert (reversed_once["respCode"], reversed_again["respCode"]) == ("00", "00")
    refunds = sandbox.get("journal", acquirer="unionpay")["refunds"]
    assert [row["amount_fen"] for row in refunds if row["out_trade_no"] == number] == [10000]


@pytest.fixture
def day(unionpay, sandbox, paid, no):
    day = f"2025-06-{next(DAYS):02d}"
    sandbox.post("clock", now=f"{day}T09:00:00+08:00", freeze=True)
    first, second = paid(10000), paid(50)
    unionpay.refund(no(), first[2], 4000)
    time.sleep(0.1)
    sandbox.post("clock", now=f"{day[:8]}{int(day[8:]) + 1:02d}T09:00:00+08:00", freeze=True)
    return day, first, second


def lines_of(texts):
    name = next(name for name in texts if "ZM_" in name)
    rows = []
    for line in texts[name].splitlines():
        row, start = [], 0
        for width in WIDTHS:
            row.append(line[start : start + width].strip())
            start += width + 1
        rows.append(row)
    return rows


def test_a_statement_has_fixed_columns_and_sums_that_add_up(unionpay, sandbox, day):
    date, first, second = day

    fields, texts = unionpay.statement(date[5:].replace("-", ""))

    rows = lines_of(texts)
    assert fields["fileName"].endswith(".zip")
    assert [row[0] for row in rows] == ["S22", "S22", "S30"]
    assert [row[11] for row in rows][:2] == [first[0], second[0]]
    assert [row[6] for row in rows] == ["000000010000", "000000000050", "000000004000"]
    assert [row[15] for row in rows] == ["D000000000038", "C000000000000", "C000000000015"]
    assert rows[2][26] == first[2]
    net = sum(int(row[16][1:]) * (1 if row[16][0] == "C" else -1) for row in rows)
    truth = sandbox.get("journal", acquirer="unionpay", date=date)["settlement"]
    assert net == sum(row["payout_fen"] for row in truth) == 10050 - 4000 - 23


def test_a_statement_of_an_empty_day_or_too_early_is_98(unionpay, sandbox, day):
    month_day = day[0][5:].replace("-", "")

    sandbox.post("clock", now=f"{day[0]}T23:00:00+08:00", freeze=True)

    assert unionpay.statement(month_day)[0]["respCode"] == "98"
    assert unionpay.statement("0101")[0]["respCode"] == "98"


@pytest.mark.parametrize(("kind", "rows"), [("row_missing", 2), ("row_extra", 4), ("duplicated", 6)])
def test_a_statement_is_spoiled_by_fault(unionpay, sandbox, day, kind, rows):
    sandbox.fault(kind, acquirer="unionpay", count=1)

    assert len(lines_of(unionpay.statement(day[0][5:].replace("-", ""))[1])) == rows


def test_a_forged_notice_with_a_certificate_of_its_own_is_not_trusted(unionpay, sandbox, receiver, no):
    number = no()
    receiver.usual = (200, b"")
    sandbox.fault("forge_notice", out_trade_no=number)
    unionpay.apply(number, 100, receiver.url)

    sandbox.pay(acquirer="unionpay", order_no=number)
    receiver.wait_for(2)

    verdicts = [unionpay.read_notice(body)[1] for _, _, _, body in receiver.seen]
    assert sorted(verdicts) == [False, True]


def test_the_platform_pays_for_a_merchant_below_it(unionpay, no):
    form = {"merId": unionpay.own["mer_id"], "subMerId": unionpay.sub, "accessType": "2"}

    assert unionpay.apply(no(), 100, **form)["respCode"] == "00"
    assert unionpay.apply(no(), 100, **form | {"subMerId": "1"})["respCode"] == "31"


def test_a_notice_not_answered_with_200_comes_again(unionpay, receiver, paid):
    receiver.answers.append((500, b""))
    receiver.usual = (200, b"")

    paid(back_url=receiver.url)

    assert eventually(lambda: len(receiver.seen) == 2)


def test_a_statement_tells_payers_codes_from_scanned_ones(unionpay, sandbox, no):
    sandbox.post("clock", now="2025-07-01T09:00:00+08:00", freeze=True)
    unionpay.ask({"txnType": "01", "txnSubType": "06", "orderId": no(), "txnAmt": "100", "qrNo": "6212345678901234500"})
    sandbox.pay(acquirer="unionpay", qr_code=unionpay.apply(no(), 200)["qrCode"])
    sandbox.post("clock", now="2025-07-02T09:00:00+08:00", freeze=True)

    _, texts = unionpay.statement("0701")

    assert [(row[6], row[19], row[20]) for row in lines_of(texts)] == [
        ("000000000100", "01", "06"),
        ("000000000200", "01", "07"),
    ]

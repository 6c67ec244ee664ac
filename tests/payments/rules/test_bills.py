"""F18: a bill that is cut off, doubled, reordered or wrong in its totals is refused whole; both WeChat forms read."""

import random

import pytest

from payments.rules.bill import BillUnreadableError, Tally, fen_of
from payments.rules.bill_wechat import HEAD_24, HEAD_27, TOTALS_24, TOTALS_27, read_wechat
from tests.payments.day_files import wechat_line, yuan

DAY = "2026-11-17"


def rows(count=20):
    return [
        ("1600000001", "pay", f"{DAY} 06:{n:02d}:00", f"4200{n}", f"ATT{n:017d}", 1_000 + n, 4, "", "", False)
        for n in range(count)
    ]


def bill(details, *, count=None, paid=None):
    total = sum(row[5] for row in details) if paid is None else paid
    fee = sum(row[6] for row in details)
    values = [
        str(len(details) if count is None else count),
        yuan(total),
        "0.00",
        "0.00",
        yuan(fee) + "000",
        yuan(total),
        "0.00",
    ]
    return [HEAD_27, *map(wechat_line, details), TOTALS_27, ",".join("`" + v for v in values), ""]


def read(lines):
    tally = Tally()
    return list(read_wechat(lines, DAY, tally)), tally


def test_a_bill_in_order_is_read_to_the_fen():
    found, tally = read(bill(rows()))

    assert (tally.rows, tally.paid_fen, tally.fee_fen, tally.refunded_fen) == (
        20,
        sum(1_000 + n for n in range(20)),
        80,
        0,
    )
    assert found[3][2] == "ATT" + "3".zfill(17)
    assert found[3][7:9] == (1_003, 4)


def test_a_comma_in_the_name_of_goods_splits_nothing():
    found, _tally = read(bill(rows(1)))

    assert "番茄,特级" in wechat_line(rows(1)[0])
    assert len(found) == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_bill_is_refused(share):
    text = "\r\n".join(bill(rows()))

    with pytest.raises(BillUnreadableError):
        read(text[: int(len(text) * share)].split("\r\n"))


def test_a_bill_without_its_last_line_is_refused():
    with pytest.raises(BillUnreadableError, match="cut off"):
        read(bill(rows())[:-2])


def test_a_doubled_bill_is_refused():
    lines = bill(rows())
    details = lines[1:-3]

    with pytest.raises(BillUnreadableError):
        read([lines[0], *details, *details, *lines[-3:]])


def test_a_reordered_bill_is_refused():
    details = rows()
    random.Random(1).shuffle(details)

    with pytest.raises(BillUnreadableError, match="order of time"):
        read(bill(details))


def test_a_bill_in_falling_order_of_time_is_read():
    found, _tally = read(bill(rows()[::-1]))

    assert len(found) == 20


@pytest.mark.parametrize("wrong", [{"count": 19}, {"paid": 1}])
def test_a_bill_with_wrong_totals_is_refused(wrong):
    with pytest.raises(BillUnreadableError, match="totals say"):
        read(bill(rows(), **wrong))


def test_something_after_the_totals_is_refused():
    with pytest.raises(BillUnreadableError, match="after the totals"):
        read([*bill(rows()), wechat_line(rows()[0])])


def test_the_older_form_of_24_columns_is_read():
    detail = [f"{DAY} 06:00:00", "wxapp", "1900000001", "1600000001", "", "4200", "ATT1", "o", "JSAPI", "SUCCESS",
              "CFT", "CNY", "12.34", "0.00", "0", "0", "0.00", "0.00", "", "", "番茄", "",
              "0.05000", "0.38%"]  # fmt: skip
    back = [f"{DAY} 07:00:00", *detail[1:9], "REFUND", "CFT", "CNY", "0.00", "0.00", "5030", "REF1", "2.00", "0.00",
            "ORIGINAL", "SUCCESS", "番茄", "", "-0.01000", "0.38%"]  # fmt: skip
    totals = ["2", "12.34", "2.00", "0.00", "0.04000"]
    lines = [
        HEAD_24,
        *(",".join("`" + v for v in line) for line in (detail, back)),
        TOTALS_24,
        ",".join("`" + v for v in totals),
    ]

    found, tally = read(lines)

    assert [row[1:3] for row in found] == [("PAY", "ATT1"), ("REFUND", "REF1")]
    assert (tally.paid_fen, tally.refunded_fen, tally.fee_fen) == (1_234, 200, 4)


@pytest.mark.parametrize("text", ["1e2", "NaN", "", "1.2.3", "0.005", "１.00", "--1", "9" * 20])
def test_what_is_no_exact_amount_is_refused(text):
    with pytest.raises(BillUnreadableError):
        fen_of(text, 7)

"""A malformed trade file is refused with one sentence that names the row or the column."""

import gzip
from datetime import date
from decimal import Decimal

import pytest

from supplychain.management.market_day.trades import TradesUnreadable, read_trades

DAY = date(2025, 11, 11)
HEADER = "date,product,avg_price_twd_kg,volume_kg\n"


@pytest.fixture
def trade_file(tmp_path):
    def write(text, name="trades.csv"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.mark.parametrize("name", ["trades.csv", "trades.csv.gz"])
def test_the_trades_of_one_day_are_read(trade_file, name):
    path = trade_file(HEADER + "2025-11-10,番茄,3.20,100\n2025-11-11,番茄,3.215,99.5\n", name)

    (trade,) = read_trades(path, DAY)

    assert (trade.product, trade.price_fen_kg, trade.kg) == ("番茄", 322, Decimal("99.500"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + "2025-11-11,番茄,abc,100\n", "line 2: avg_price_twd_kg"),
        (HEADER + "2025-11-11,番茄,3.2,100\n2025-11-11,黄瓜,0,5\n", "line 3: avg_price_twd_kg"),
        (HEADER + "2025-11-11,番茄,3.2,-1\n", "line 2: volume_kg"),
        (HEADER + "2025-11-11,番茄,3.2,NaN\n", "line 2: volume_kg"),
        (HEADER + "11.11.2025,番茄,3.2,1\n", "line 2: date"),
        (HEADER + "2025-11-11,,3.2,1\n", "line 2: product"),
        (HEADER + "2025-11-11,番茄\n", "line 2: avg_price_twd_kg"),
        ("date,product,volume_kg\n", "line 1: no column named price"),
        (HEADER + "2025-11-10,番茄,3.2,1\n", "no trade on 2025-11-11"),
        ("", "line 1: no column named date"),
    ],
)
def test_a_bad_file_is_refused_by_row_and_column(trade_file, text, told):
    path = trade_file(text)

    with pytest.raises(TradesUnreadable, match=told):
        read_trades(path, DAY)


def test_a_truncated_archive_and_a_missing_file_are_refused(trade_file, tmp_path):
    path = trade_file(HEADER + "2025-11-11,番茄,3.2,1\n" * 500, "trades.csv.gz")
    path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(TradesUnreadable, match="not readable"):
        read_trades(path, DAY)
    with pytest.raises(TradesUnreadable, match="No such file"):
        read_trades(tmp_path / "nowhere.csv", DAY)

"""Cells from the lines in SQL are what the rules say, whatever markets, merchants and days they come from."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection

from supplychain.models import IndexTrade
from supplychain.rules.index_method import PROPOSED_METHOD
from supplychain.rules.unit_values import merchant_cap_factors
from supplychain.services.index_cells import sum_cells

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 2)
CAP = PROPOSED_METHOD.merchant_cap_share
LINES = """
    INSERT INTO supplychain_indextrade (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen,
                                        verdict, fault, origin)
    SELECT 77, d, d - (extract(isodow FROM d)::int - 1), 1 + n % 3, 1 + n % 2, CASE WHEN n % 11 > 0 THEN 1 + n % 5 END,
           1000 + n * 7919 % 60000 * (1 + 9 * (n % 5 = 1 AND n % 3 > 0)::int), 300 + n * 104729 % 20000,
           CASE WHEN n % 13 = 0 THEN 'REJECTED' ELSE 'ACCEPTED' END, '', n
    FROM (SELECT n, date '2026-11-02' + n % 17 AS d FROM generate_series(1, 700) n) x
"""


@pytest.fixture
def lines():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # lines of a market that does not exist
        cursor.execute(LINES)
    return list(IndexTrade.objects.filter(source_id=77, verdict="ACCEPTED"))


def expected(lines, period_of, *, by_market):
    """Sum the lines one by one, each at the weight the rules give it."""
    cells = {}
    for line in lines:
        cells.setdefault((period_of(line.day), line.commodity_id, line.market_id if by_market else None), []).append(
            line
        )
    found = []
    for key, members in cells.items():
        grams = np.array([line.grams for line in members], np.float64)
        one = np.zeros(len(members), np.int64)
        merchant = np.array([line.merchant_id or -1 for line in members], np.int64)
        named = [grams[merchant == each].sum() for each in set(merchant.tolist()) if each != -1]
        factors = np.ones(len(members))
        if max(named) > CAP * grams.sum():
            factors = merchant_cap_factors(week=one, cell=one, merchant=merchant, kg=grams, method=PROPOSED_METHOD)
        fen = np.array([line.amount_fen for line in members], np.float64)
        days = len({line.day for line in members})
        found.append((*key, (grams * factors).sum(), (fen * factors).sum(), len(named), days, len(members)))
    return found


@pytest.mark.parametrize("by_market", [False, True])
@pytest.mark.parametrize(
    ("grain", "periods", "period_of"),
    [
        ("DAY", [MONDAY + timedelta(days=n) for n in range(17)], lambda day: day),
        ("WEEK", [MONDAY + timedelta(days=7 * n) for n in range(3)], lambda day: day - timedelta(days=day.weekday())),
        ("MONTH", [date(2026, 11, 1)], lambda day: day.replace(day=1)),
    ],
)
def test_cells_of_many_periods_are_what_the_rules_make_of_each(lines, grain, periods, period_of, by_market):
    found = sum_cells(source_id=77, grain=grain, periods=periods, cap_share=CAP, by_market=by_market)

    wanted = sorted(expected(lines, period_of, by_market=by_market), key=lambda cell: (*cell[:2], cell[2] or 0))
    assert [row[:3] for row in found] == [cell[:3] for cell in wanted]
    for row, (*_key, grams, fen, merchants, days, trades) in zip(found, wanted, strict=True):
        assert abs(float(row[3]) * 1000 - grams) <= 0.5001
        assert abs(row[4] - fen) <= 0.5001
        assert (row[5], row[7], row[8]) == (merchants, days, trades)
    assert any(row[6] > CAP for row in found)


def test_cells_without_lines_are_no_rows(lines):
    assert sum_cells(source_id=77, grain="WEEK", periods=[date(2020, 1, 6)], cap_share=CAP) == []

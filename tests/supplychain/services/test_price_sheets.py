"""Price sheets: bad lines are listed with line and reason, nothing is filled in, a sheet counts once."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from silk_road_ebao.kernel.actors import Actor
from supplychain.models import Commodity, IndexTrade, PriceSheet, PriceSource
from supplychain.rules.sheet_rows import ControlTotals, SheetColumns
from supplychain.selectors.concordances import waiting_names
from supplychain.selectors.price_sheets import faults_of
from supplychain.services.price_sheets import (
    ControlTotalsDiffer,
    SheetNotReadable,
    SheetRepeated,
    import_price_sheet,
    withdraw_price_sheet,
)
from supplychain.services.price_sources import Equation, enter_concordance

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
MAKER = Actor("OPERATOR", "OPRTEST", "经办")
COLUMNS = SheetColumns("日期", "品名", "均价", "重量", "单位")
GOOD = "日期,品名,均价,重量,单位\n2026-11-16,番茄,3.20,100,公斤\n2026-11-16,菠菜,1.00,40,斤\n"


@pytest.fixture
def source():
    found = PriceSource.objects.create(code="MKT", name="批发市场", kind="SHEET")
    lines = [
        Equation(name, f"Q{n}", name, "LEAFY", "NORTH", "UNGRADED", Decimal(1), date(2026, 1, 1), "市场品名表")
        for n, name in enumerate(("番茄", "菠菜"))
    ]
    enter_concordance(source=found, equations=lines, actor=MAKER, at=AT)
    return found


def load(source, text, *, columns=COLUMNS, totals=None, name="sheet.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    totals = totals or ControlTotals()
    return import_price_sheet(
        source=source, file_name=name, content=content, columns=columns, totals=totals, actor=MAKER, at=AT
    )


def test_rows_become_trades_in_kilograms_and_fen(source):
    load(source, GOOD)

    found = list(IndexTrade.objects.order_by("origin").values_list("grams", "amount_fen", "verdict"))
    assert found == [(100_000, 32_000, "ACCEPTED"), (20_000, 4_000, "ACCEPTED")]


def test_every_bad_line_is_listed_with_its_number_and_reason(source):
    bad = [
        ("2026-11-17,番茄,0,10,公斤", "NOT_POSITIVE"),
        ("2026-11-17,番茄,-3,10,公斤", "NOT_POSITIVE"),
        ("2026-11-17,番茄,3.2,0,公斤", "NOT_POSITIVE"),
        ("2026-13-17,番茄,3.2,10,公斤", "NOT_A_DATE"),
        ("2027-01-01,番茄,3.2,10,公斤", "LATER_THAN_TODAY"),
        ("2026-11-17,,3.2,10,公斤", "NO_NAME"),
        ("2026-11-17,番茄,三块,10,公斤", "NOT_A_NUMBER"),
        ("2026-11-17,番茄,nan,10,公斤", "NOT_A_NUMBER"),
        ("2026-11-17,番茄,3.2,10,筐", "WRONG_UNIT"),
        ("2026-11-17,番茄,3.2,10", "TOO_FEW_FIELDS"),
        ("2026-11-16,番茄,3.3,10,公斤", "REPEATED"),
        ("2026-11-17,新番茄,3.2,10,公斤", "UNKNOWN_NAME"),
    ]

    sheet = load(source, GOOD + "\n".join(line for line, _fault in bad))

    assert [(row.line_no, row.fault) for row in faults_of(sheet)] == [
        (line_no, fault) for line_no, (_line, fault) in enumerate(bad, start=4)
    ]
    assert sheet.rows_rejected == len(bad) - 1
    assert IndexTrade.objects.count() == 2


def test_the_same_sheet_is_refused_a_second_time(source):
    load(source, GOOD)

    with pytest.raises(SheetRepeated):
        load(source, GOOD, name="other name.csv")

    assert PriceSheet.objects.count() == 1
    assert IndexTrade.objects.count() == 2


def test_control_totals_that_differ_load_nothing(source):
    with pytest.raises(ControlTotalsDiffer):
        load(source, GOOD, totals=ControlTotals(rows=2, kg=Decimal("120.001")))

    assert not PriceSheet.objects.exists()
    assert load(source, GOOD, totals=ControlTotals(rows=2, kg=Decimal(120), amount_fen=36_000)).rows_total == 2


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", "日期,品名\n".encode(), b"PK\x03\x04 broken"])
def test_what_is_no_sheet_is_refused_and_nothing_is_written(source, content):
    name = "sheet.xlsx" if content.startswith(b"PK") else "sheet.csv"

    with pytest.raises(SheetNotReadable):
        load(source, content, name=name)

    assert not PriceSheet.objects.exists()


def test_a_workbook_reads_as_the_text_does(source):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["日期", "品名", "均价", "重量", "单位"], [datetime(2026, 11, 16), "番茄", 3.2, 100, "公斤"]):
        book.active.append(row)
    book.save(file)

    load(source, file.getvalue(), name="sheet.xlsx")

    assert IndexTrade.objects.get().amount_fen == 32_000


def test_a_renamed_commodity_waits_until_a_concordance_names_it(source):
    load(source, GOOD + "2026-11-17,番茄 牛番茄,3.2,10,公斤\n")

    (waiting,) = waiting_names(source)
    assert (waiting.source_name, waiting.proposal.variety) == ("番茄 牛番茄", "番茄")

    code = waiting.proposal.code
    line = Equation(
        waiting.source_name, code, "番茄", "LEAFY", "NORTH", "UNGRADED", Decimal(1), date(2026, 11, 17), "市场更名公告"
    )
    assert enter_concordance(source=source, equations=[line], actor=MAKER, at=AT) == 1

    assert waiting_names(source) == []
    assert IndexTrade.objects.filter(commodity=Commodity.objects.get(code=code)).count() == 2


def test_prices_far_from_the_median_are_set_aside_not_counted(source):
    days = "".join(f"2026-11-{day:02d},番茄,3.2{day % 3},100,公斤\n" for day in range(2, 14))
    load(source, "日期,品名,均价,重量,单位\n" + days + "2026-11-16,番茄,32.0,100,公斤\n2026-11-17,番茄,7.5,100,公斤\n")

    found = dict(IndexTrade.objects.exclude(verdict="ACCEPTED").values_list("day", "verdict"))
    assert found == {date(2026, 11, 16): "REJECTED", date(2026, 11, 17): "QUARANTINED"}


def test_a_withdrawn_sheet_no_longer_counts_and_may_be_loaded_again(source):
    sheet = load(source, GOOD)

    withdraw_price_sheet(sheet_no=sheet.sheet_no, actor=MAKER, at=AT, reason="发错了")

    assert not IndexTrade.objects.exists()
    assert load(source, GOOD).status == "LOADED"

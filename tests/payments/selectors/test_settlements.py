"""What will be paid tomorrow and why; T+1 by the calendar; T+0 by rule R4; papers without formulas."""

import io
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from accounts.models import DatedRule
from payments.models import WorkingDay
from payments.selectors.same_day import may_settle_same_day
from payments.selectors.settlements import statement_of_day, why_tomorrow
from payments.selectors.statement_documents import safe_cell, statement_pdf, statement_xlsx
from payments.selectors.working_days import YearUnknown, days_paid_on, working_day_after
from payments.services.settlements import make_settlements
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.payments.factories import MerchantFactory, SubMerchantFactory
from tests.payments.services.test_service_fees import DAY, MORNING, NOON, paid, refunded

pytestmark = pytest.mark.django_db


def calendar(first, last, off=()):
    WorkingDay.objects.all().delete()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    WorkingDay.objects.bulk_create([WorkingDay(date=d, is_working=d.weekday() < 5 and d not in off) for d in days])


def test_friday_saturday_and_sunday_are_paid_on_monday():
    calendar(date(2026, 11, 1), date(2026, 11, 30))

    assert working_day_after(date(2026, 11, 20)) == date(2026, 11, 23)
    assert days_paid_on(date(2026, 11, 23)) == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert days_paid_on(date(2026, 11, 22)) == []


def test_a_year_without_a_calendar_is_refused():
    calendar(date(2026, 12, 1), date(2026, 12, 31))

    with pytest.raises(YearUnknown):
        working_day_after(date(2026, 12, 31))


def test_tomorrow_is_explained_to_the_fen_and_a_refund_lessens_it():
    calendar(date(2026, 11, 1), date(2026, 11, 30))
    sub_merchant = SubMerchantFactory()
    attempt = paid(sub_merchant, 10_000)
    before = why_tomorrow(sub_merchant.merchant, NOON).amount_fen
    refunded(attempt, 4_000)

    after = why_tomorrow(sub_merchant.merchant, NOON)

    assert before == 10_000 - 38
    assert after.amount_fen == 10_000 - 4_000 - 38 + 15
    assert {reason.code: reason.amount_fen for reason in after.reasons} == {
        "GROSS": 10_000,
        "REFUND": -4_000,
        "FEE": -23,
    }
    assert sum(reason.amount_fen for reason in after.reasons) == after.amount_fen


def test_before_a_holiday_tomorrow_is_nothing_and_says_when():
    calendar(date(2026, 11, 1), date(2026, 11, 30), off=(date(2026, 11, 18),))
    sub_merchant = SubMerchantFactory()
    paid(sub_merchant, 10_000)

    told = why_tomorrow(sub_merchant.merchant, NOON)

    assert told.amount_fen == 0
    assert "11月19日" in told.note


@pytest.mark.parametrize(
    ("on_board", "traded", "may"), [(90, 30, True), (89, 30, False), (90, 29, False)], ids=["90/30", "89/30", "90/29"]
)
def test_same_day_settlement_needs_ninety_days_on_board_and_thirty_of_trading(on_board, traded, may):
    """R4."""
    for name, value in (("t0.onboard_days", 90), ("t0.normal_days", 30)):
        if not DatedRule.objects.filter(name=name).exists():
            DatedRule.objects.create(
                name=name, value=value, unit="天", valid_from=date(2016, 12, 1), source="银发〔2016〕261号"
            )
    start = datetime.combine(DAY, datetime.min.time(), BUSINESS_ZONE)
    merchant = MerchantFactory(onboarded_at=start - timedelta(days=on_board))
    sub_merchant = SubMerchantFactory(merchant=merchant)
    for n in range(1, traded + 1):
        paid(sub_merchant, 100, day=DAY - timedelta(days=n))

    assert may_settle_same_day(merchant, DAY) is may


def test_papers_show_the_statement_and_carry_no_formula():
    calendar(date(2026, 11, 1), date(2026, 11, 30))
    sub_merchant = SubMerchantFactory(merchant=MerchantFactory(name="=HYPERLINK(1)"))
    attempt = paid(sub_merchant, 10_000)
    type(attempt.payment).objects.filter(pk=attempt.payment_id).update(description="@SUM(A1)")
    from payments.models import Reconciliation

    batch = Reconciliation.objects.create(acquirer_code="WECHAT", day=DAY, kind="TRADE")
    batch.lines.create(sub_merchant=sub_merchant, payments=1, gross_fen=10_000, fee_fen=38, expected_fee_fen=38)
    make_settlements(day=DAY, at=MORNING)
    statement = statement_of_day(sub_merchant.merchant, DAY)

    book = load_workbook(io.BytesIO(statement_xlsx(statement)))
    pdf = statement_pdf(statement)

    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    assert "'=HYPERLINK(1)" in cells
    assert "99.62" in cells
    assert pdf.startswith(b"%PDF")


def test_what_starts_a_formula_is_disarmed():
    assert [safe_cell(text) for text in ("=1", "+1", "-1", "@a", "番茄")] == ["'=1", "'+1", "'-1", "'@a", "番茄"]

"""Seeded differences: every one found, each of its kind, none invented (Practice 7)."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from payments.models import Discrepancy, PaymentAttempt, ReconciliationLine
from payments.rules.bill_wechat import HEAD_27, TOTALS_27
from payments.services.bills import take_bill
from payments.services.business_days import close_business_day
from payments.services.reconciliations import reconcile_trades
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.payments.day_files import wechat_line, yuan
from tests.payments.day_maker import SEEDS, make_day, take_files
from tests.payments.market import enter_working_days

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 17)
MORNING = datetime(2026, 11, 18, 10, 30, tzinfo=BUSINESS_ZONE)


@pytest.fixture
def _alone(settings, tmp_path):
    settings.ACQUIRERS = {}
    settings.MEDIA_ROOT = tmp_path / "media"
    enter_working_days()


def found():
    return set(Discrepancy.objects.values_list("acquirer_code", "kind", "cause", "subject_no"))


@pytest.mark.usefixtures("_alone")
def test_every_seeded_difference_is_found_and_rightly_named_and_none_is_invented(tmp_path):
    made = make_day(day=DAY, payments=3_000, merchants=20, folder=tmp_path, cycle=250)
    take_files(made, MORNING)

    day = close_business_day(day=DAY, actor=SYSTEM, at=MORNING)

    assert found() == made.expected
    assert {kind for _acquirer, kind, _cause, _no in made.expected} == {kind for kind, _cause in SEEDS.values()}
    assert len({kind for kind, _cause in SEEDS.values()}) == 12
    assert (day.status, day.hold_code, day.reached) == ("HELD", "OPEN_CASES", "PROVED")
    waiting = Counter(Discrepancy.objects.values_list("kind", "status"))
    assert {kind for kind, status in waiting if status == "SUSPENSE"} == {"CHANNEL_MISSING"}


@pytest.mark.usefixtures("_alone")
def test_a_clean_day_has_no_difference_and_is_published(tmp_path):
    made = make_day(day=DAY, payments=900, merchants=10, folder=tmp_path)
    take_files(made, MORNING)

    day = close_business_day(day=DAY, actor=SYSTEM, at=MORNING)

    assert found() == set()
    assert day.status == "PUBLISHED", day.hold_reason


@pytest.mark.usefixtures("_alone")
def test_reconciling_again_changes_nothing(tmp_path):
    made = make_day(day=DAY, payments=1_500, merchants=10, folder=tmp_path, cycle=250)
    take_files(made, MORNING)
    close_business_day(day=DAY, actor=SYSTEM, at=MORNING)
    before = list(Discrepancy.objects.order_by("pk").values())

    for code in ("WECHAT", "ALIPAY", "UNIONPAY"):
        reconcile_trades(acquirer_code=code, day=DAY, actor=SYSTEM, at=MORNING + timedelta(hours=1))

    assert list(Discrepancy.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("_alone")
def test_a_payment_billed_to_two_sub_merchants_is_counted_once(tmp_path):
    made = make_day(day=DAY, payments=300, merchants=10, folder=tmp_path)
    take_files(made, MORNING)
    paid = PaymentAttempt.objects.filter(acquirer_code="WECHAT", status="PAID").order_by("pk")
    row = ("1699999999", "pay", f"{DAY} 12:00:00", "4299", paid[0].attempt_no, paid[0].amount_fen, 3, "", "", False)
    totals = ["1", yuan(row[5]), "0.00", "0.00", "0.03000", yuan(row[5]), "0.00"]
    lines = [HEAD_27, wechat_line(row), TOTALS_27, ",".join("`" + value for value in totals), ""]
    take_bill(
        acquirer_code="WECHAT", kind="TRADE", day=DAY, form="WECHAT_TRADE", chunks=["\r\n".join(lines).encode()],
        actor=SYSTEM, at=MORNING, scope="1699999999",
    )  # fmt: skip

    close_business_day(day=DAY, actor=SYSTEM, at=MORNING)

    assert ("WECHAT", "WRONG_SUB_MERCHANT", "SUB_MERCHANT_DIFFERS", paid[0].attempt_no) in found()
    counted = ReconciliationLine.objects.filter(reconciliation__acquirer_code="WECHAT")
    assert sum(counted.values_list("payments", flat=True)) == paid.count()
    assert sum(counted.values_list("gross_fen", flat=True)) == sum(paid.values_list("amount_fen", flat=True))


@pytest.mark.usefixtures("_alone")
def test_a_sub_total_that_has_nothing_left_becomes_nothing(tmp_path):
    made = make_day(day=DAY, payments=300, merchants=10, folder=tmp_path)
    take_files(made, MORNING)
    close_business_day(day=DAY, actor=SYSTEM, at=MORNING)
    line = ReconciliationLine.objects.filter(reconciliation__acquirer_code="WECHAT", refunds=0).order_by("pk")[0]
    PaymentAttempt.objects.filter(sub_merchant=line.sub_merchant).update(business_date=DAY - timedelta(days=1))

    reconcile_trades(acquirer_code="WECHAT", day=DAY, actor=SYSTEM, at=MORNING + timedelta(hours=1))

    assert line.payments > 0
    line.refresh_from_db()
    assert (line.payments, line.gross_fen, line.fee_fen, line.expected_fee_fen) == (0, 0, 0, 0)

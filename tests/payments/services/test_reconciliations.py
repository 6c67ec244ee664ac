"""Seeded differences: every one found, each of its kind, none invented (Practice 7)."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from payments.models import Discrepancy
from payments.services.business_days import close_business_day
from payments.services.reconciliations import reconcile_trades
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
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

"""The operators' first page works on an empty house and on a busy one."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.models.business_day import BusinessDay, BusinessDayStep
from silk_road_ebao.kernel import clock
from tests.face.market_morning import open_shop, trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ten_thirty():
    with clock.frozen(AT):
        yield


def test_an_empty_house_shows_empty_states_and_no_error(sit_down):
    page = sit_down("MAKER").get("/admin/")

    assert page.status_code == 200
    assert "今天还没有收款" in page.content.decode()
    assert "等着开始" in page.content.decode()


def test_the_day_so_far_is_added_up(sit_down):
    _user, merchant = open_shop(at=AT)
    trade(merchant, at=AT, count=5)

    page = sit_down("CHECKER").get("/admin/")

    assert page.context["day"].count == 5
    assert page.context["day"].merchants == 1
    assert sum(fen for _hour, fen in page.context["day"].hours) == page.context["day"].gross_fen


def test_a_held_day_says_what_holds_it(sit_down):
    day = BusinessDay.objects.create(
        date=clock.business_date(AT) - timedelta(days=1),
        status="HELD",
        reached="CUT",
        hold_reason="微信账单还没有出",
        opened_at=AT,
    )
    BusinessDayStep.objects.create(business_day=day, step="CUT", state="DONE", started_at=AT, ended_at=AT, count=1204)

    page = sit_down("MAKER").get("/admin/").content.decode()

    assert "微信账单还没有出" in page
    assert "1,204 条" in page

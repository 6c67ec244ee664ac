"""The public index pages: open to all, a gap is shown with its reason, never a filled number."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from silk_road_ebao.kernel import clock
from supplychain.management.market_day.past_weeks import invent_past_weeks
from supplychain.models import IndexRelease, PriceSource
from tests.supplychain.services.test_index_releases import goods, release, sell, source, weeks  # noqa: F401

pytestmark = pytest.mark.django_db


def page_of(client, source):  # noqa: F811
    return client.get(reverse("supplychain:index"), {"source": source.code}).content.decode()


def test_nobody_needs_to_sign_in(client):
    for route in ("index", "index_vintages", "index_method", "index_data"):
        assert client.get(reverse(f"supplychain:{route}")).status_code == 200
    assert client.get(reverse("supplychain:index"), {"source": "NONE"}).status_code == 404


def test_the_page_shows_the_number_its_trial_label_and_the_table_behind(client, source, goods):  # noqa: F811
    for place, week in enumerate(weeks(3)):
        sell(source, goods, week, price=300 + 30 * place)
        newest = release(source, week)

    text = page_of(client, source)

    assert str(newest.value) in text
    assert "试编" in text
    assert "chart__line" in text
    assert newest.release_no in text


def test_a_renamed_week_is_shown_as_held_for_review_and_one_without_trade_as_withheld(client, source, goods):  # noqa: F811
    first, second, third = weeks(3)
    sell(source, goods[:5], first)
    sell(source, goods[5:], second)
    release(source, first)
    release(source, second)

    held = page_of(client, source)
    release(source, third)
    withheld = page_of(client, source)
    file = client.get(reverse("supplychain:index_data"), {"source": source.code}).content.decode("utf-8-sig")

    assert "待复核，暂不发布" in held
    assert "多半是市场改了品名" in held
    assert "数据不足，未发布" in withheld
    assert [line.split(",")[0] for line in file.splitlines()[1:]] == [first.isoformat()]


def test_an_index_without_a_week_says_what_is_lacking_and_when_the_first_number_can_come(client):
    with clock.frozen(datetime(2026, 11, 24, 4, 0, tzinfo=UTC)):  # a Tuesday
        text = page_of(client, PriceSource.objects.get(code="PLATFORM"))

    assert "有 3 家商户、2 天、10 笔成交才算数" in text
    assert "11月30日（周一）10 点出初值" in text
    assert "下载数据" not in text


def test_the_demos_weeks_are_a_trial_under_a_name_that_says_they_are_invented(client):
    at = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    with clock.frozen(at):
        made = invent_past_weeks(today=date(2026, 11, 24), at=at)
        again = invent_past_weeks(today=date(2026, 11, 24), at=at)
        text = client.get(reverse("supplychain:index")).content.decode()

    weeks = IndexRelease.objects.filter(source__code="DEMO").order_by("period")
    assert (made, again) == (26, 0)
    assert [(row.status, row.is_trial) for row in weeks] == [("PUBLISHED", True)] * 26
    assert [row.kind for row in weeks][-2:] == ["FINAL", "FIRST"]
    assert "演示指数（编造的行情，不是真价）" in text
    assert "chart__line" in text
    assert text.count('class="mini"') >= 3
    assert not IndexRelease.objects.filter(source__code="PLATFORM").exists()

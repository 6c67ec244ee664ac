"""The public index pages: open to all, a gap is shown with its reason, never a filled number."""

import pytest
from django.urls import reverse

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

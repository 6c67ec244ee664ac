"""Theme and language are chosen without script."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_chosen_theme_is_kept_and_shown_by_the_next_page(client):
    answer = client.post(reverse("face:set_theme"), {"theme": "dark"})

    page = client.get(reverse("face:preferences"))

    assert answer.status_code == 302
    assert 'data-theme="dark"' in page.content.decode()


def test_an_unknown_theme_follows_the_device(client):
    client.cookies["theme"] = "neon"

    page = client.get(reverse("face:preferences"))

    assert "data-theme=" not in page.content.decode().split("<head>")[0]


def test_the_way_back_never_leaves_the_house(client):
    answer = client.post(reverse("face:set_theme"), {"theme": "dark", "next": "https://example.org/"})

    assert answer["Location"] == reverse("face:preferences")


def test_uyghur_turns_the_page_right_to_left(client):
    client.post(reverse("set_language"), {"language": "ug", "next": "/preferences/"})

    page = client.get(reverse("face:preferences")).content.decode()

    assert 'lang="ug" dir="rtl"' in page


def test_a_page_that_is_not_there_says_so_in_our_words(client):
    page = client.get("/no-such-page/")

    assert page.status_code == 404
    assert "没有这一页" in page.content.decode()

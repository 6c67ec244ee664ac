"""My data and the safety of my sign-in."""

import io
import json
import zipfile

import pytest

from accounts.models import (
    Person,
)
from tests.accounts import numbers
from tests.accounts.visitors import known, text, visitor

pytestmark = pytest.mark.django_db


def test_everything_held_comes_as_one_zip(owner):
    answer = owner.post("/me/export/")

    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert json.loads(packed.read("person.json"))["resident_id"] == numbers.resident_id(41)
    assert owner.get("/me/export/").status_code == 405


def test_deletion_wants_a_tick_and_no_shop():
    client, _user, person = known(44)

    client.post("/me/delete/")
    assert Person.objects.get(pk=person.pk).status == "ACTIVE"
    client.post("/me/delete/", {"sure": "on"})

    assert Person.objects.get(pk=person.pk).status == "HELD"
    assert client.get("/me/own/").status_code == 302


def test_deletion_is_refused_while_a_shop_is_in_business(owner):
    answer = owner.post("/me/delete/", {"sure": "on"})

    assert "还有店在营业" in text(answer)
    assert Person.objects.get(pk=owner.person.pk).status == "ACTIVE"


def test_a_password_ends_other_sessions_and_keeps_this_one():
    client, user, _person = known(47)
    other = visitor(user)
    other.get("/me/own/")

    weak = client.post("/me/password/", {"password": "12345678"})
    answer = client.post("/me/password/", {"password": "另一头骆驼走过沙漠"})

    assert weak.status_code == 422
    assert answer["Location"] == "/me/own/"
    assert client.get("/me/own/").status_code == 200
    assert other.get("/me/own/").status_code == 302

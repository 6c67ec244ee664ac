"""The door for machines: straight to the view, past what serves people."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from silk_road_ebao.kernel.machine_door import ANSWERS


def answer(request):
    return HttpResponse(hasattr(request, "session"))


def fail(request):
    raise OperationalError("the database restarts")


urlpatterns = [path("notices/plain/", answer, name="plain"), path("notices/down/", fail), path("page/", answer)]


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.ROOT_URLCONF = __name__


def test_a_machine_is_answered_without_session_cookie_or_page_policy():
    counted = ANSWERS.labels("plain", 200)
    before = counted._value.get()

    machine = Client().post("/notices/plain/")

    assert machine.content == b"False"
    assert not machine.cookies
    assert "Content-Security-Policy" not in machine.headers
    assert counted._value.get() == before + 1


def test_a_person_goes_through_every_middleware():
    page = Client().get("/page/")

    assert page.content == b"True"
    assert "Content-Security-Policy" in page.headers


def test_a_machine_is_asked_to_come_again_while_the_database_restarts():
    """F5."""
    answer = Client().post("/notices/down/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "3")


def test_an_unknown_address_behind_the_door_is_an_ordinary_404():
    assert Client(raise_request_exception=False).post("/notices/nobody/").status_code == 404

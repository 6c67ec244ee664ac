"""Nobody enters the console by a password alone."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from silk_road_ebao.console import second_factor
from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.console.site import SECRET_KEY
from silk_road_ebao.kernel.models import AuditEvent
from tests.accounts.factories import OperatorFactory, UserFactory
from tests.dynamic_codes import code_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/second-factor/"


@pytest.fixture
def operator():
    operator = OperatorFactory(roles=["MAKER"])
    operator.user.set_password("a-long-pass-2026")
    operator.user.save()
    return operator


@pytest.fixture
def half_way(operator) -> Client:
    client = Client()
    client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_name_and_password_alone_lead_to_the_second_factor(client, operator):
    client.post("/admin/login/", {"username": operator.user.username, "password": "a-long-pass-2026"})

    answer = client.get("/admin/", follow=True)

    assert answer.request["PATH_INFO"] == PAGE


def test_somebody_who_is_no_operator_does_not_see_the_second_factor(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(PAGE)

    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_the_first_visit_binds_a_device_and_gives_recovery_codes(half_way, operator):
    half_way.get(PAGE)
    secret = half_way.session[SECRET_KEY]

    answer = half_way.post(PAGE, {"code": code_of(secret)})

    assert second_factor.is_set_up(operator.user)
    assert len(answer.context["codes"]) == 10
    assert half_way.session[FACTOR_KEY] == operator.user.pk
    assert half_way.get("/admin/").status_code == 200
    assert AuditEvent.objects.filter(action="console.sign_in", actor_ref=operator.operator_no).exists()


def test_a_wrong_code_binds_nothing(half_way, operator):
    half_way.get(PAGE)

    answer = half_way.post(PAGE, {"code": "000000"})

    assert answer.status_code == 400
    assert not Authenticator.objects.exists()
    assert FACTOR_KEY not in half_way.session


def test_a_code_opens_the_door_once_only(half_way, operator):
    secret = second_factor.new_secret()
    second_factor.set_up(operator.user, secret=secret, code=code_of(secret))
    code = code_of(secret)

    first = half_way.post(PAGE, {"code": code})
    again = Client()
    again.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    second = again.post(PAGE, {"code": code})

    assert first.status_code == 302
    assert second.status_code == 400
    assert FACTOR_KEY not in again.session


def test_a_recovery_code_opens_the_door_once_only(operator):
    secret = second_factor.new_secret()
    codes = second_factor.set_up(operator.user, secret=secret, code=code_of(secret))

    second_factor.verify(operator.user, codes[0])

    with pytest.raises(second_factor.WrongCode):
        second_factor.verify(operator.user, codes[0])


def test_after_six_wrong_codes_even_the_right_one_waits(half_way, operator):
    secret = second_factor.new_secret()
    second_factor.set_up(operator.user, secret=secret, code=code_of(secret))
    for _ in range(6):
        half_way.post(PAGE, {"code": "000000"})

    answer = half_way.post(PAGE, {"code": code_of(secret)})

    assert answer.status_code == 400
    assert FACTOR_KEY not in half_way.session


def test_the_present_code_is_shown_in_the_demo_only(half_way, operator, settings):
    secret = second_factor.new_secret()
    second_factor.set_up(operator.user, secret=secret, code=code_of(secret))

    settings.DEMO = True
    shown = half_way.get(PAGE)
    settings.DEMO = False
    hidden = half_way.get(PAGE)

    assert "demo_code" in shown.context
    assert "demo_code" not in hidden.context


def test_the_way_on_never_leaves_the_house(half_way, operator):
    secret = second_factor.new_secret()
    second_factor.set_up(operator.user, secret=secret, code=code_of(secret))

    answer = half_way.post(PAGE, {"code": code_of(secret), "next": "https://example.org/"})

    assert answer["Location"] == "/admin/"


def test_the_factor_of_one_user_is_worth_nothing_to_another(half_way):
    other = OperatorFactory(roles=["MAKER"])
    session = half_way.session
    session[FACTOR_KEY] = other.user.pk
    session.save()

    assert half_way.get("/admin/").status_code == 302

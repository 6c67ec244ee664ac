"""allauth fitted to the house."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt, encrypt
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from accounts.adapters import AccountAdapter
from accounts.handlers import VERBS
from accounts.services.password_sign_in import MAX_TRIES, PasswordWrong, TooManyPasswords
from accounts.services.sign_in import UserDisabled
from accounts.services.users import disable_user, register_user
from silk_road_ebao.console import words
from silk_road_ebao.kernel import approvals
from silk_road_ebao.kernel.actors import SYSTEM
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


def test_secrets_of_second_factors_are_sealed_in_the_table():
    user = UserFactory()

    TOTP.activate(user, "JBSWY3DPEHPK3PXP")

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert "JBSWY3DPEHPK3PXP" not in cursor.fetchone()[0]
    assert decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert encrypt("x") != encrypt("x")


def test_allauths_own_sign_up_is_shut_and_phones_come_from_our_table():
    adapter = get_adapter(RequestFactory().get("/"))
    user = UserFactory(mobile="+8613900000001")

    assert isinstance(adapter, AccountAdapter)
    assert not adapter.is_open_for_signup(RequestFactory().get("/"))
    assert adapter.get_phone(user) == ("+8613900000001", True)
    assert adapter.get_user_by_phone("139 0000 0001") == user
    assert adapter.get_user_by_phone("110") is None


def enter(phone, password, **address):
    """Try a phone and a password; gives who came in and why not."""
    told, request = {}, RequestFactory().post("/sign-in/password/", {"phone": phone, "password": password}, **address)
    return authenticate(request, phone=phone, password=password, response_context=told), told.get("error"), request


def test_a_phone_and_its_password_let_in_and_others_do_not(at):
    user = register_user(phone="13900000001", password="沙漠里的骆驼", actor=SYSTEM, at=at)

    assert enter("139-0000-0001", "沙漠里的骆驼")[0] == user
    assert isinstance(enter("13900000001", "错的")[1], PasswordWrong)
    assert isinstance(enter("13900000002", "沙漠里的骆驼")[1], PasswordWrong)
    disable_user(user=user, reason="投诉", actor=SYSTEM, at=at)
    found, why, _request = enter("13900000001", "沙漠里的骆驼")
    assert found is None
    assert isinstance(why, UserDisabled)


def test_a_phone_is_no_user_name_there_is_one_way_in_by_password(at):
    register_user(phone="13900000001", password="沙漠里的骆驼", actor=SYSTEM, at=at)

    assert authenticate(RequestFactory().post("/"), username="13900000001", password="沙漠里的骆驼") is None


def test_r25_guessing_is_locked_out_and_leaves_no_phone_in_the_tables(at, settings):
    register_user(phone="13900000001", password="沙漠里的骆驼", actor=SYSTEM, at=at)
    for _try in range(settings.AXES_FAILURE_LIMIT):
        enter("13900000001", "错的")

    locked, _why, request = enter("13900000001", "沙漠里的骆驼")

    assert locked is None
    assert request.axes_locked_out
    assert enter("13900000001", "沙漠里的骆驼", REMOTE_ADDR="203.0.113.9")[0] is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM axes_accessattempt t UNION ALL SELECT t::text FROM axes_accessfailurelog t")
        dump = str(cursor.fetchall())
    assert "13900000001" not in dump
    assert len(dump) > 100


def test_a_phone_is_guarded_against_guesses_from_many_addresses(at):
    register_user(phone="13900000001", password="沙漠里的骆驼", actor=SYSTEM, at=at)
    for nth in range(MAX_TRIES):
        enter("13900000001", "错的", REMOTE_ADDR=f"203.0.113.{nth}")

    found, why, _request = enter("13900000001", "沙漠里的骆驼", REMOTE_ADDR="203.0.113.99")

    assert found is None
    assert isinstance(why, TooManyPasswords)


def test_an_unknown_phone_takes_as_long_as_a_known_one(at, monkeypatch):
    register_user(phone="13900000001", password="沙漠里的骆驼", actor=SYSTEM, at=at)
    register_user(phone="13900000002", actor=SYSTEM, at=at)
    enter("13900000009", "错的")
    hashed = []
    for name in ("verify", "encode"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(
            Argon2PasswordHasher,
            name,
            lambda self, *given, real=real, name=name: hashed.append(name) or real(self, *given),
        )

    work = []
    for phone in ("13900000001", "13900000002", "13900000003"):
        hashed.clear()
        enter(phone, "错的")
        work.append(list(hashed))

    assert work == [["verify"]] * 3


def test_every_process_knows_what_two_operators_may_agree_upon():
    known = approvals._verbs

    assert set(VERBS) <= set(known)
    assert set(VERBS) <= set(words.VERBS)

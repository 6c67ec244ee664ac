"""Keys and codes of one's own: bound freshly signed in, asked for at the door, and not a way round the console's."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.gateways import sms
from accounts.models import Person, User
from tests.accounts import numbers
from tests.accounts.factories import OperatorFactory
from tests.accounts.visitors import known, text, visitor
from tests.dynamic_codes import code_of

pytestmark = pytest.mark.django_db

GUARDED = ["/me/password/", "/me/delete/", "/auth/2fa/totp/activate/", "/auth/2fa/webauthn/add/"]
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def box(monkeypatch):
    """Hold the SMS that would have been sent."""
    kept = sms.MemorySms()
    monkeypatch.setattr("accounts.views.sign_in.sms_gateway", lambda: kept)
    return kept


def sent_code(box):
    return "".join(sign for sign in box.sent[-1][1].split("验证码")[1][:8] if sign.isdigit())


def come_by_code(box, phone):
    """Sign in by a code to the phone; gives the browser and the last answer."""
    client = Client()
    client.post("/sign-in/?next=/me/own/", {"phone": phone})
    return client, client.post("/sign-in/code/?next=/me/own/", {"code": sent_code(box)})


def test_a_dynamic_code_is_bound_and_asked_for_at_the_next_sign_in(box):
    client, _user, _person = known(51)
    page = text(client.get("/auth/2fa/totp/activate/"))
    secret = client.session["mfa.totp.secret"]

    wrong = client.post("/auth/2fa/totp/activate/", {"code": "000000"})
    right = client.post("/auth/2fa/totp/activate/", {"code": code_of(secret)})
    stranger, answer = come_by_code(box, numbers.phone(51))

    assert "打开动态码" in page
    assert secret in page
    assert "<svg" in page
    assert wrong.status_code == 200
    assert right["Location"] == "/auth/2fa/recovery-codes/"
    assert "抄下来" in text(client.get(right["Location"]))
    assert answer["Location"].startswith("/auth/2fa/authenticate/")
    assert "再过一道" in text(stranger.get("/auth/2fa/authenticate/"))
    assert stranger.get("/me/own/").status_code == 302
    stranger.post("/auth/2fa/authenticate/", {"code": "000000"})
    assert stranger.get("/me/own/").status_code == 302
    done = stranger.post("/auth/2fa/authenticate/", {"code": code_of(secret)})
    assert done["Location"] == "/me/own/"
    assert stranger.get("/me/own/").status_code == 200


def test_a_recovery_code_lets_in_once(box):
    client, user, _person = known(52)
    TOTP.activate(user, SECRET)
    client.post("/auth/2fa/recovery-codes/generate/")
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()

    first, _answer = come_by_code(box, numbers.phone(52))
    first.post("/auth/2fa/authenticate/", {"code": codes[0]})
    second, _answer = come_by_code(box, numbers.phone(52))
    second.post("/auth/2fa/authenticate/", {"code": codes[0]})

    assert first.get("/me/own/").status_code == 200
    assert second.get("/me/own/").status_code == 302


@pytest.mark.parametrize("address", GUARDED)
def test_an_old_session_first_shows_that_it_is_the_owner(address, box):
    _client, user, _person = known(53)
    old = visitor(user, signed_in_s_ago=3600)

    asked = old.get(address)
    page = text(old.get(asked["Location"]))
    old.post(asked["Location"])
    refused = old.post(asked["Location"], {"code": "000000"})
    still_shut = old.get(address).status_code
    opened = old.post(asked["Location"], {"code": sent_code(box)})

    assert asked["Location"] == f"/sign-in/again/?next={address}"
    assert "再确认一次是你本人" in page
    assert numbers.phone(53) not in page
    assert "验证码不对" in text(refused)
    assert still_shut == 302
    assert opened["Location"] == address
    assert old.get(address).status_code == 200


def test_an_old_session_neither_exports_nor_deletes_nor_changes_the_password():
    _client, user, person = known(54)
    old = visitor(user, signed_in_s_ago=3600)

    answers = [
        old.post("/me/export/"),
        old.post("/me/delete/", {"sure": "on"}),
        old.post("/me/password/", {"password": "另一头骆驼走过沙漠"}),
    ]

    assert {answer["Location"] for answer in answers} == {"/sign-in/again/?next=/me/own/"}
    assert Person.objects.get(pk=person.pk).status == "ACTIVE"
    assert not User.objects.get(pk=user.pk).check_password("另一头骆驼走过沙漠")


def test_an_operators_password_alone_does_not_take_his_device_away():
    """Otherwise a stolen password would unbind the device and bind the thief's."""
    operator = OperatorFactory(roles=["MAKER"])
    TOTP.activate(operator.user, SECRET)
    operator.user.set_password("kongque-2026-console")
    operator.user.save()
    thief = Client()
    thief.post("/admin/login/", {"username": operator.user.username, "password": "kongque-2026-console"})

    for page in ("totp/deactivate/", "totp/activate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/add/"):
        for answer in (thief.get(f"/auth/2fa/{page}"), thief.post(f"/auth/2fa/{page}", {})):
            assert answer.status_code == 404, page
    assert thief.get("/admin/accounts/merchant/").status_code == 302
    assert Authenticator.objects.filter(user=operator.user, type="totp").exists()


def test_every_page_of_ones_own_factors_speaks_our_words(box):
    client, user, _person = known(55)
    TOTP.activate(user, SECRET)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "旧手机", "credential": {}})
    pages = ["", "totp/deactivate/", "recovery-codes/generate/", "webauthn/", f"webauthn/keys/{key.pk}/remove/"]

    shown = [text(client.get(f"/auth/2fa/{page}")) for page in pages]

    assert "登录更安全" in shown[0]
    assert "关掉动态码" in shown[1]
    assert "旧手机" in shown[3]
    for page in shown:
        assert "双因素" not in page
        assert "Two-Factor" not in page

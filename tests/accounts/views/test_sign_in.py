"""Sign-in by code or password."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.gateways import sms
from accounts.models import User
from tests.accounts import numbers
from tests.accounts.factories import MembershipFactory, MerchantFactory, UserFactory

pytestmark = pytest.mark.django_db
PHONE = numbers.phone(77)


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def phone(monkeypatch):
    """Hold the phone the code is sent to."""
    kept = sms.MemorySms()
    monkeypatch.setattr("accounts.views.sign_in.sms_gateway", lambda: kept)
    return kept


@pytest.fixture
def owner():
    user = UserFactory(mobile=f"+86{PHONE}")
    user.set_password("kongque-2026")
    user.save()
    MembershipFactory(user=user, merchant=MerchantFactory())
    return user


def code_in(kept: sms.MemorySms) -> str:
    return "".join(sign for sign in kept.sent[-1][1].split("验证码")[1][:8] if sign.isdigit())


def test_a_code_sent_to_the_phone_opens_the_page_asked_for(client, phone, owner):
    client.post("/sign-in/?next=/me/", {"phone": PHONE})

    answer = client.post("/sign-in/code/?next=/me/", {"code": code_in(phone)})

    assert answer["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_a_wrong_code_opens_nothing_and_says_what_to_do(client, phone, owner):
    client.post("/sign-in/", {"phone": PHONE})

    answer = client.post("/sign-in/code/", {"code": "000000"})

    assert answer.status_code == 422
    assert "验证码不对" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_a_phone_that_cannot_be_is_refused_at_once(client, phone):
    answer = client.post("/sign-in/", {"phone": "123"})

    assert answer.status_code == 422
    assert phone.sent == []


def test_the_code_page_without_a_phone_leads_back(client):
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"


def test_the_way_on_never_leaves_the_house(client, phone, owner):
    client.post("/sign-in/?next=https://example.org/", {"phone": PHONE})

    answer = client.post("/sign-in/code/?next=https://example.org/", {"code": code_in(phone)})

    assert answer["Location"] == "/"


def test_a_password_opens_the_door(client, owner):
    answer = client.post("/sign-in/password/", {"phone": PHONE, "password": "kongque-2026"})

    assert answer.status_code == 302
    assert client.get("/me/").status_code == 200


def test_a_wrong_password_and_an_unknown_phone_are_told_the_same(client, owner):
    wrong = client.post("/sign-in/password/", {"phone": PHONE, "password": "x"}).content.decode()
    unknown = client.post("/sign-in/password/", {"phone": numbers.phone(78), "password": "x"}).content.decode()

    assert "手机号或密码不对" in wrong
    assert "手机号或密码不对" in unknown


def test_after_eight_wrong_passwords_a_page_says_so_and_leads_to_the_code(client, owner):
    for _ in range(7):
        client.post("/sign-in/password/", {"phone": PHONE, "password": "x"})

    eighth = client.post("/sign-in/password/", {"phone": PHONE, "password": "x"})
    right = client.post("/sign-in/password/", {"phone": PHONE, "password": "kongque-2026"})

    for answer in (eighth, right):
        assert answer.status_code == 429
        assert "试的次数太多了" in answer.content.decode()
        assert 'href="/sign-in/"' in answer.content.decode()
        assert "/admin/" not in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_a_right_password_forgets_the_wrong_ones_before_it(client, owner):
    for _ in range(3):
        for _ in range(6):
            client.post("/sign-in/password/", {"phone": PHONE, "password": "x"})
        assert client.post("/sign-in/password/", {"phone": PHONE, "password": "kongque-2026"}).status_code == 302
        client.logout()


def test_the_consoles_door_locks_too_and_leads_back_to_it(client):
    for _ in range(8):
        answer = client.post("/admin/login/", {"username": "jingban", "password": "x"})

    assert answer.status_code == 429
    assert 'href="/admin/login/"' in answer.content.decode()


def test_a_sign_in_begins_a_session_of_its_own(client, phone, owner):
    """Whoever planted a session beforehand is not in it afterwards (session fixation)."""
    client.post("/sign-in/", {"phone": PHONE})
    planted = client.session.session_key

    client.post("/sign-in/code/", {"code": code_in(phone)})

    assert client.session.session_key != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/me/").status_code == 302


def test_r25_the_phone_waits_for_its_code_sealed(client, phone, owner):
    client.post("/sign-in/", {"phone": PHONE})

    assert PHONE not in str(dict(client.session.items()))
    assert f"尾号 {PHONE[-4:]}" in client.get("/sign-in/code/").content.decode()


@pytest.mark.parametrize("door", ["login", "signup", "password/reset", "password/change", "email"])
def test_allauths_own_doors_are_walled_up(client, owner, door):
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(f"/auth/{door}/")

    assert answer.status_code == (302 if door == "login" else 404)
    if door == "login":
        assert answer["Location"].startswith("/sign-in/")


def test_somebody_disabled_does_not_come_in(client, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)

    answer = client.post("/sign-in/password/", {"phone": PHONE, "password": "kongque-2026"})

    assert answer.status_code == 422


def test_signing_out_ends_the_session_and_needs_post(client, owner):
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")

    assert client.get("/me/").status_code == 302


def test_who_has_two_shops_chooses_and_nobody_elses(client, owner):
    second = MembershipFactory(user=owner, merchant=MerchantFactory(name="第二家店")).merchant
    other = MerchantFactory(name="别人家的店")
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    refused = client.post("/me/merchant/", {"merchant_no": other.merchant_no})
    client.post("/me/merchant/", {"merchant_no": second.merchant_no})

    assert refused.status_code == 404
    assert client.get("/me/").context["merchant"] == second


def test_too_many_codes_from_one_network_are_refused_in_plain_words(client, phone, monkeypatch):
    monkeypatch.setattr("accounts.services.sign_in.MAX_PER_NETWORK", 1)
    client.post("/sign-in/", {"phone": numbers.phone(78)})

    answer = client.post("/sign-in/", {"phone": numbers.phone(79)})
    elsewhere = client.post("/sign-in/", {"phone": numbers.phone(79)}, REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 422
    assert "请换成手机流量再试" in answer.content.decode()
    assert elsewhere.status_code == 302
    assert len(phone.sent) == 2

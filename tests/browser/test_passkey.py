"""A passkey on a phone-sized real browser: bound once, then the only thing needed to come in."""

import re

import pytest
from allauth.mfa.models import Authenticator

from accounts.gateways import sms
from tests.accounts import numbers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone_box(monkeypatch):
    """Hold the SMS that would have been sent."""
    kept = sms.MemorySms()
    monkeypatch.setattr("accounts.views.sign_in.sms_gateway", lambda: kept)
    return kept


def give_finger(page):
    """Give the page's browser an authenticator of its own with a finger on it."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return device, device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_up(page, url, phone, box):
    page.goto(f"{url}/sign-in/?next=/me/own/")
    page.fill("[name=phone]", phone)
    page.click("main .button--main")
    page.fill("[name=code]", re.search(r"\d{6}", box.sent[-1][1].split("验证码")[1])[0])
    page.click("main .button--main")
    page.wait_for_url("**/me/own/")


def test_a_passkey_is_bound_and_opens_the_door_by_itself(live_server, open_page, phone_box, complaints):
    url, page = live_server.url, open_page()
    device, finger = give_finger(page)
    sign_up(page, url, numbers.phone(311), phone_box)

    page.click("text=动态码和通行密钥")
    page.click("text=加一把通行密钥")
    page.fill("[name=name]", "我的手机")
    page.click("#mfa_webauthn_add")
    page.wait_for_selector(".codes li")
    assert Authenticator.objects.get(type="webauthn").wrap().name == "我的手机"
    page.goto(f"{url}/me/own/")
    page.click("main form[action='/sign-out/'] button")
    page.wait_for_url("**/sign-in/")
    page.goto(f"{url}/sign-in/?next=/me/own/")
    page.click("#passkey_login")
    page.wait_for_url("**/me/own/")

    page.click("main form[action='/sign-out/'] button")
    page.wait_for_url("**/sign-in/")
    device.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": finger})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-passkey-error]").is_hidden()
    page.goto(f"{url}/me/own/")
    page.wait_for_url("**/sign-in/**")
    assert len(phone_box.sent) == 1
    assert complaints == []


def test_without_script_no_button_promises_a_passkey(live_server, open_page):
    page = open_page(java_script_enabled=False)

    page.goto(f"{live_server.url}/sign-in/")

    assert page.locator("#passkey_login").is_hidden()
    assert page.locator("[name=phone]").is_visible()

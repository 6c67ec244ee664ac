"""A new merchant on a phone: from the first code to the withdrawn consent, in a real browser."""

import re

import pytest

from accounts.gateways import sms
from accounts.models import AccountLink, Consent, Merchant, Onboarding, SettlementAccount
from accounts.services.onboarding_reviews import review_onboarding
from accounts.services.settlement_accounts import report_verification
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from tests.accounts import numbers
from tests.accounts.factories import InstitutionFactory, MarketFactory, OperatorFactory
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone_box(monkeypatch):
    """Hold the SMS that would have been sent."""
    kept = sms.MemorySms()
    monkeypatch.setattr("accounts.views.sign_in.sms_gateway", lambda: kept)
    return kept


def enter(page, url, phone, box):
    """Sign up by the code sent to the phone."""
    page.goto(f"{url}/sign-in/?next=/me/own/")
    page.fill("[name=phone]", phone)
    page.click("main .button--main")
    page.fill("[name=code]", re.search(r"\d{6}", box.sent[-1][1].split("验证码")[1])[0])
    page.click("main .button--main")
    page.wait_for_url("**/me/own/")


def tell_identity(page, url, name, nth):
    """Say once who one is."""
    page.goto(f"{url}/me/identity/")
    page.fill("[name=full_name]", name)
    page.fill("[name=resident_id]", numbers.resident_id(nth))
    page.click("main .button--go")
    page.wait_for_url("**/me/own/")


def paper(name, nth):
    return {"name": name, "mimeType": "image/png", "buffer": numbers.png(nth)}


def fill_in(page, url, nth):
    """Fill the form in on two days: half of it, then the rest."""
    page.goto(f"{url}/onboarding/")
    page.fill("[name=name]", "老马瓜果")
    page.click("[name=save]")
    assert "还差：登记名称" in page.inner_text("main")
    page.goto(f"{url}/onboarding/")
    page.fill("[name=legal_name]", "库尔勒市老马瓜果经营部")
    page.fill("[name=uscc]", numbers.credit_code(nth))
    page.fill("[name=address]", "孔雀农贸市场 B7")
    page.select_option("[name=market]", "KQ")
    page.fill("[name=stall_label]", "B7")
    page.set_input_files("[name=business_licence]", paper("licence.png", 1))
    page.click("[name=save]")
    assert "还差：法定代表人身份证照片" in page.inner_text("main")
    page.set_input_files("[name=legal_person_id]", paper("id.png", 2))
    page.click("[name=submit]")
    page.wait_for_selector(".track")


def sign_twice():
    """Two operators sign."""
    at = clock.now()
    maker, checker = (Actor("OPERATOR", OperatorFactory(roles=[role]).operator_no) for role in ("MAKER", "CHECKER"))
    approval = review_onboarding(onboarding=Onboarding.objects.get(), actor=maker, at=at)
    approve(approval_no=approval.approval_no, checker=checker, at=at)


def add_account(page, url, side, card, account_class=""):
    page.goto(f"{url}/me/{side}/accounts/add/")
    page.fill("[name=account_no]", card)
    if account_class:
        page.check(f"[name=account_class][value={account_class}]")
    assert not page.is_checked("[name=agreed]")
    page.check("[name=agreed]")
    page.click("main .button--go")
    page.wait_for_url(re.compile(r"/accounts/SAC\w+/$"))
    assert "只有银行说了算" in page.inner_text("main")
    number = page.url.rstrip("/").split("/")[-1]
    report_verification(account_no=number, result="VERIFIED", actor=CCB, at=clock.now())
    return SettlementAccount.objects.get(account_no=number)


def test_a_new_merchant_comes_all_the_way(live_server, open_page, phone_box, complaints):
    MarketFactory(code="KQ")
    InstitutionFactory(code="WECHAT", kind="ACQUIRER")
    url, owner, kin = live_server.url, open_page(), open_page()

    enter(owner, url, numbers.phone(301), phone_box)
    tell_identity(owner, url, "马老三", 301)
    fill_in(owner, url, 301)
    sign_twice()
    owner.goto(f"{url}/onboarding/")
    assert Merchant.objects.get().status == "APPROVED"
    assert "通过，开摊" in owner.inner_text("main")
    add_account(owner, url, "shop", numbers.card(301))

    enter(kin, url, numbers.phone(302), phone_box)
    tell_identity(kin, url, "马小花", 302)
    second = add_account(kin, url, "self", numbers.card(302), "II")
    owner.goto(f"{url}/me/shop/links/new/")
    owner.fill("[name=target]", numbers.phone(302))
    owner.check("[name=relation][value='other:FAMILY']")
    owner.click("main .button--go")
    kin.goto(f"{url}/me/self/links/")
    kin.click(".rows a.row")
    kin.select_option("[name=account]", second.account_no)
    kin.click("main .button--go")
    assert AccountLink.objects.get().status == "LIVE"

    owner.goto(f"{url}/me/shop/")
    drawn = owner.locator("svg.picture").text_content()
    assert f"Ⅱ类户 {second.masked[-4:]}" in drawn
    assert owner.evaluate("document.documentElement.scrollWidth") <= 390

    owner.goto(f"{url}/me/shop/consents/new/?recipient=CCB&purpose=CREDIT_APPLICATION")
    assert owner.locator("input[type=checkbox]:checked").count() == 0
    owner.check("[name=kinds][value=TRADE_SUMMARY]")
    owner.check("[name=agreed]")
    owner.click("main .button--go")
    owner.goto(f"{url}/me/shop/consents/")
    owner.click("main .button--danger")
    owner.wait_for_selector("text=已撤回，对方从现在起看不到了")
    assert Consent.objects.get(purpose="CREDIT_APPLICATION").status == "REVOKED"
    verifications = Consent.objects.filter(purpose="ACCOUNT_VERIFICATION", status="ACTIVE")
    assert {one.subject_merchant is None for one in verifications} == {True, False}
    assert complaints == []


def test_the_form_works_without_script(live_server, open_page, phone_box):
    page = open_page(java_script_enabled=False)
    MarketFactory(code="KQ")

    enter(page, live_server.url, numbers.phone(303), phone_box)
    tell_identity(page, live_server.url, "马老四", 303)
    fill_in(page, live_server.url, 303)

    assert Onboarding.objects.get().status == "SUBMITTED"

"""One address for a scan: three wallets, other browsers, and a result that only reads."""

import re

import pytest
from django.test import Client

from payments.models import Payment, PaymentAttempt
from payments.services.stall_codes import revoke_stall_code
from silk_road_ebao.kernel.models import StatusChange
from tests.payments.factories import CASHIER, PaymentFactory, StallCodeFactory, dated_limits, moment

UA = {
    "WECHAT": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.50 NetType/WIFI",
    "ALIPAY": "Mozilla/5.0 (Linux; Android 14) AlipayClient/10.6.0 Language/zh-Hans",
    "UNIONPAY": "Mozilla/5.0 (Linux; Android 14) UnionPay/1.0 CloudPay",
    "": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0",
}
ORDER_NO = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def code(shop):
    dated_limits()
    merchant = None
    for acquirer_code in ("WECHAT", "ALIPAY", "UNIONPAY"):
        merchant = shop(acquirer_code, merchant=merchant).merchant if merchant else shop(acquirer_code).merchant
    return StallCodeFactory(stall=merchant.stalls.get())


def _browser(wallet):
    return Client(headers={"User-Agent": UA[wallet]})


@pytest.mark.django_db
@pytest.mark.parametrize("wallet", UA)
def test_a_person_scans_one_code_with_any_wallet_and_pays(code, sandbox, wallet):
    """M3: scan, amount, one button, wallet; the acquirer is the wallet's own."""
    browser = _browser(wallet)
    page = browser.get(f"/p/{code.code_no}/")
    asked = browser.post(f"/p/{code.code_no}/", {"amount": "12.50", "order_no": ORDER_NO})

    payment = Payment.objects.get()
    cashier = browser.get(asked.url)
    opened = browser.post(asked.url, {"acquirer": "WECHAT"}, follow=True)

    attempt = PaymentAttempt.objects.get()
    assert page.status_code == cashier.status_code == opened.status_code == 200
    assert code.stall.signboard in page.content.decode()
    assert (payment.amount_fen, payment.channel) == (1_250, "STATIC_CODE")
    assert attempt.acquirer_code == (wallet or "WECHAT")
    assert attempt.status == "PENDING"
    link = re.search(r'href="(http://127[^"]+/_sandbox/payer[^"]+)"', opened.content.decode())[1].replace("&amp;", "&")
    assert sandbox.http.get(link, timeout=5).status_code == 200


@pytest.mark.django_db
def test_pressing_twice_asks_for_the_money_once(code):
    browser = _browser("WECHAT")

    first = browser.post(f"/p/{code.code_no}/", {"amount": "5", "order_no": ORDER_NO})
    second = browser.post(f"/p/{code.code_no}/", {"amount": "5", "order_no": ORDER_NO})

    assert first.url == second.url
    assert Payment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "fen"), [("500.00", 50_000), ("500.01", None)])
def test_a_static_code_stops_at_its_cap_and_says_what_to_do(code, amount, fen):
    """R6: 500 yuan; above it the payer asks for a dynamic code."""
    answer = _browser("WECHAT").post(f"/p/{code.code_no}/", {"amount": amount, "order_no": ORDER_NO})

    assert [payment.amount_fen for payment in Payment.objects.all()] == ([fen] if fen else [])
    assert answer.status_code == (302 if fen else 422)
    if not fen:
        assert "500.00" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["", "0", "-1", "1.234", "1e2", "NaN", "99999999999", "abc"])
def test_an_amount_that_is_none_is_refused_on_the_page(code, amount):
    answer = _browser("WECHAT").post(f"/p/{code.code_no}/", {"amount": amount, "order_no": ORDER_NO})

    assert answer.status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_a_revoked_code_takes_nothing(code):
    revoke_stall_code(code_no=code.code_no, reason="lost", actor=CASHIER, at=moment())

    page = _browser("WECHAT").get(f"/p/{code.code_no}/")
    answer = _browser("WECHAT").post(f"/p/{code.code_no}/", {"amount": "5", "order_no": ORDER_NO})

    assert "停用" in page.content.decode()
    assert answer.status_code == 422
    assert not Payment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/p/COD00000000000000000000/", "/p/PAY00000000000000000000/", "/p/1/", "/p/PAY0/result/"]
)
def test_a_guessed_number_leads_nowhere(path):
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_looking_changes_nothing(code):
    """The result page only reads, whatever a return address claims."""
    payment = PaymentFactory(merchant=code.merchant, status="PENDING")
    browser = _browser("WECHAT")

    for path in (f"/p/{payment.payment_no}/", f"/p/{payment.payment_no}/result/?status=paid&trade_state=SUCCESS"):
        assert browser.get(path).status_code == 200
    assert browser.post(f"/p/{payment.payment_no}/result/", {"status": "PAID"}).status_code == 405

    payment.refresh_from_db()
    assert payment.status == "PENDING"
    assert not PaymentAttempt.objects.exists()
    assert not StatusChange.objects.exists()


@pytest.mark.django_db
def test_an_expired_bill_says_so_and_opens_nothing(code):
    payment = PaymentFactory(merchant=code.merchant, expires_at=moment())
    browser = _browser("WECHAT")

    page = browser.get(f"/p/{payment.payment_no}/")
    answer = browser.post(f"/p/{payment.payment_no}/")

    assert "失效" in page.content.decode()
    assert answer.status_code == 422
    assert not PaymentAttempt.objects.exists()


@pytest.mark.django_db
def test_a_wallet_the_merchant_has_not_opened_is_told_so(shop):
    payment = PaymentFactory(merchant=shop("WECHAT").merchant)

    page = _browser("ALIPAY").get(f"/p/{payment.payment_no}/").content.decode()
    answer = _browser("ALIPAY").post(f"/p/{payment.payment_no}/", {"acquirer": "WECHAT"})

    assert "还没有开通" in page
    assert answer.status_code == 422
    assert not PaymentAttempt.objects.exists()


@pytest.mark.django_db
def test_the_status_answers_in_one_query(code, django_assert_max_num_queries):
    payment = PaymentFactory(merchant=code.merchant)

    with django_assert_max_num_queries(1):
        answer = Client().get(f"/p/{payment.payment_no}/status/").json()

    assert (answer["state"], answer["status"], answer["amount_fen"]) == ("waiting", "CREATED", 8_000)


@pytest.mark.django_db
def test_the_cashier_is_light_enough_for_a_bad_network(code, settings):
    """At most 60 kB with everything it loads."""
    payment = PaymentFactory(merchant=code.merchant)
    page = _browser("WECHAT").get(f"/p/{payment.payment_no}/")
    files = re.findall(r'(?:src|href)="/static/([^"#]+)', page.content.decode())

    total = len(page.content)
    for name in set(files):
        plain = re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name)
        total += (settings.BASE_DIR / "static" / plain).stat().st_size

    assert files
    assert total <= 60 * 1024


@pytest.mark.django_db
def test_a_stalls_sheet_prints_and_its_code_says_nothing_of_a_person(code, settings):
    """R6: decode the code: our address and its own number only."""
    from payments.services.stall_code_sheets import payload_of, print_stall_code

    pdf = print_stall_code(code=code)
    payload = payload_of(code=code)

    assert pdf.startswith(b"%PDF")
    assert payload == f"{settings.PUBLIC_URL}/p/{code.code_no}/"
    for private in (code.merchant.legal_person.full_name, code.merchant.legal_name, code.merchant.merchant_no):
        assert private not in payload


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["阿依古丽蔬菜", "巴音郭楞孔雀河畔阿依古丽和她的姐妹们新鲜蔬菜水果干果调料经营部" * 2])
def test_a_sheet_is_one_page_however_long_the_name(code, sign):
    from payments.services.stall_code_sheets import print_stall_code

    code.stall.signboard = sign[:64]
    code.merchant.legal_name = sign[:64]

    pdf = print_stall_code(code=code)

    assert b"/Type/Pages/Count 1/" in pdf


@pytest.mark.django_db
def test_the_quick_page_says_the_same_as_the_full_one(code):
    """One query and a mould against the ordinary template: what a payer reads is the same."""
    payment = PaymentFactory(merchant=code.merchant, stall=code.stall, description="<番茄> & 25kg")
    browser = _browser("WECHAT")

    quick = browser.get(f"/p/{payment.payment_no}/").content.decode()
    full = browser.get(f"/p/{payment.payment_no}/?full=1").content.decode()

    assert "&lt;番茄&gt; &amp; 25kg" in quick
    assert quick == full


@pytest.mark.django_db
def test_a_waiting_bill_in_a_wallet_costs_one_query_and_no_session(code, django_assert_max_num_queries):
    payment = PaymentFactory(merchant=code.merchant, stall=code.stall)
    browser = _browser("WECHAT")
    browser.get(f"/p/{payment.payment_no}/")

    with django_assert_max_num_queries(1):
        page = browser.get(f"/p/{payment.payment_no}/")

    assert "用微信付款" in page.content.decode()
    assert set(browser.cookies) == {"payer"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://testserver"}, 302),
        ({}, 302),
    ],
)
def test_a_payers_form_comes_from_our_own_page(code, headers, status):
    browser = Client(enforce_csrf_checks=True, headers={"User-Agent": UA["WECHAT"], **headers})

    answer = browser.post(f"/p/{code.code_no}/", {"amount": "5", "order_no": ORDER_NO})

    assert answer.status_code == status
    assert Payment.objects.exists() == (status == 302)


@pytest.mark.parametrize(
    ("payload", "personal"),
    [
        ("wxp://f2f0AbCdEf", True),
        ("https://qr.alipay.com/fkx01234abcd", True),
        ("https://qr.alipay.com/tsx01234", True),
        ("https://qr.95516.com/00010002/01234", True),
        ("https://u.wechat.com/abc", True),
        ("weixin://wxpay/bizpayurl?pr=abc", False),
        ("https://qr.95516.com/00010000/012345", False),
        ("https://pay.example.cn/p/COD00000000000000000000/", False),
    ],
)
def test_a_personal_collection_code_is_refused_for_business(payload, personal):
    """R7."""
    from payments.services.stall_codes import PersonalCode, refuse_personal_code

    if personal:
        with pytest.raises(PersonalCode):
            refuse_personal_code(payload=payload)
    else:
        refuse_personal_code(payload=payload)

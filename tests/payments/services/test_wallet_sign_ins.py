"""The wallet says who pays: out with a signed state, back with a code, over the wallets' own protocol."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from payments.models import AcquirerMessage, Payment, PaymentAttempt
from payments.services.wallet_sign_ins import STATE_LIVES, StateForged, WalletSilent, begin_sign_in, finish_sign_in
from silk_road_ebao.kernel.crypto import blind_index
from tests.payments.factories import PaymentFactory, moment

pytestmark = pytest.mark.django_db
CODE = "PAY00000000000000000001"
DEVICE = "a" * 32
UA = {
    "WECHAT": "Mozilla/5.0 (iPhone) Mobile MicroMessenger/8.0.50",
    "ALIPAY": "Mozilla/5.0 (Linux; Android 14) Mobile AlipayClient/10.6.0",
}


def _go(sandbox, wallet, at, device=DEVICE):
    """Let a browser pass through the wallet's page; returns what came back in the address."""
    page = begin_sign_in(wallet=wallet, code=CODE, back_path=f"/p/{CODE}/signed-in/", device=device, at=at)
    answer = sandbox.http.get(page, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def _finish(wallet, answer, at, device=DEVICE, code=CODE):
    return finish_sign_in(wallet=wallet, code=code, answer=answer, device=device, at=at)


@pytest.mark.parametrize(("wallet", "start"), [("WECHAT", "o"), ("ALIPAY", "2088")])
def test_the_wallets_own_name_comes_back_and_no_secret_is_kept(sandbox, wallet, start):
    at = moment()

    payer_ref = _finish(wallet, _go(sandbox, wallet, at), at)

    assert payer_ref.startswith(start)
    shown = str([message.shown for message in AcquirerMessage.objects.all()])
    assert "sign_in" in {message.kind for message in AcquirerMessage.objects.all()}
    assert payer_ref not in shown
    assert sandbox.credentials()["wechat"]["sp_app_secret"] not in shown


@pytest.mark.parametrize("wallet", ["WECHAT", "ALIPAY"])
def test_a_code_is_worth_something_once(sandbox, wallet):
    at = moment()
    answer = _go(sandbox, wallet, at)
    _finish(wallet, answer, at)

    with pytest.raises(WalletSilent):
        _finish(wallet, answer, at)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answer: {**answer, "state": ""},
        lambda answer: {**answer, "state": answer["state"][:-1] + ("0" if answer["state"][-1] != "0" else "1")},
        lambda answer: {**answer, "state": answer["state"].replace("PAY0", "PAY1")},
    ],
)
def test_a_state_that_is_not_ours_is_refused_before_anything_is_asked(sandbox, spoil):
    """CSRF: nobody has a payer come back with somebody else's name."""
    at = moment()

    with pytest.raises(StateForged):
        _finish("WECHAT", spoil(_go(sandbox, "WECHAT", at)), at)

    assert not AcquirerMessage.objects.exists()


def test_a_state_holds_for_its_browser_its_wallet_its_code_and_five_minutes(sandbox):
    at = moment()
    answer = _go(sandbox, "WECHAT", at)

    for wrong in (
        {"device": "b" * 32},
        {"device": ""},
        {"code": "PAY00000000000000000002"},
        {"at": at + STATE_LIVES + timedelta(seconds=2)},
        {"at": at - timedelta(seconds=5)},
    ):
        with pytest.raises(StateForged):
            _finish("WECHAT", answer, **{"at": at, **wrong})
    with pytest.raises(StateForged):
        _finish("ALIPAY", {**answer, "auth_code": answer["code"]}, at)
    assert _finish("WECHAT", answer, at + STATE_LIVES)


def test_a_state_is_letters_and_digits_as_wechat_wants(sandbox):
    page = begin_sign_in(wallet="WECHAT", code=CODE, back_path="/", device=DEVICE, at=moment())

    state = dict(parse_qsl(urlsplit(page).query))["state"]

    assert page.endswith("#wechat_redirect")
    assert state.isalnum()
    assert len(state) <= 128


@pytest.mark.parametrize("wallet", UA)
def test_outside_a_demo_a_payer_is_known_by_his_wallet_and_pays_under_that_name(sandbox, shop, settings, wallet):
    """Scan, the wallet says who, one button; the order carries the name the wallet gave."""
    settings.DEMO = False
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    payment = PaymentFactory(merchant=shop(wallet).merchant)
    phone = Client(headers={"User-Agent": UA[wallet]})

    out = phone.get(f"/p/{payment.payment_no}/")
    came = sandbox.http.get(out.url, allow_redirects=False, timeout=5).headers.get("Location", "")
    back = phone.get(came.removeprefix("http://127.0.0.1:9"))
    page = phone.get(back.url)
    paid = phone.post(f"/p/{payment.payment_no}/")

    attempt = PaymentAttempt.objects.get()
    assert (out.status_code, back.status_code, page.status_code, paid.status_code) == (302, 302, 200, 302)
    assert (attempt.acquirer_code, attempt.flow, attempt.status) == (wallet, "JSAPI", "PENDING")
    assert attempt.prepay["payer_ref"]
    assert attempt.prepay["payer_ref"] != blind_index("", "payments.payer").hex()[:16]


def test_a_payer_whom_the_wallet_does_not_name_is_told_and_may_try_again(sandbox, shop, settings):
    settings.DEMO = False
    payment = PaymentFactory(merchant=shop().merchant)
    phone = Client(headers={"User-Agent": UA["WECHAT"]})
    phone.get(f"/p/{payment.payment_no}/")

    back = phone.get(f"/p/{payment.payment_no}/signed-in/?code=0123456789&state=forged")
    page = phone.get(back.url).content.decode()
    pressed = phone.post(f"/p/{payment.payment_no}/")

    assert "没能从钱包认出你" in page
    assert f"/p/{payment.payment_no}/sign-in/" in page
    assert pressed.url.endswith("?signed=later")
    assert not PaymentAttempt.objects.exists()
    assert Payment.objects.get().status == "CREATED"

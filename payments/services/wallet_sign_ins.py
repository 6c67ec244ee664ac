"""Asking the wallet who pays: out with a signed state, back with a code, exchanged for the wallet's own name."""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from payments.gateways.wallet_sign_ins import sign_in_of
from payments.services.acquirer_messages import archive_exchanges
from silk_road_ebao.kernel.refusals import Refusal

STATE_LIVES = timedelta(minutes=5)
_STATE = re.compile(r"(?P<code>[0-9A-Z]{8,32})x(?P<stamp>[0-9a-f]{8})(?P<mac>[0-9a-f]{32})")


class StateForged(Refusal):
    """The state that came back is not the one this browser was sent out with, or too old."""

    message = _("这一步过时了，请再扫一次码")


class WalletSilent(Refusal):
    """The wallet did not say who pays."""

    message = _("没能从钱包认出你。你的钱没有动，请再试一次")


def begin_sign_in(*, wallet: str, code: str, back_path: str, device: str, at: datetime) -> str:
    """Return the wallet's page to send the browser to; `code` is the stall's or the bill's.

    The state is letters and digits only, as WeChat wants, and holds for this browser, wallet and code for five
    minutes: nobody can have a payer come back with somebody else's name (CSRF).
    """
    stamp = f"{int(at.timestamp()):08x}"
    state = f"{code}x{stamp}{_mac(wallet, code, stamp, device)}"
    return sign_in_of(wallet).page_url(back_url=settings.PUBLIC_URL + back_path, state=state)


def finish_sign_in(*, wallet: str, code: str, answer: dict[str, str], device: str, at: datetime) -> str:
    """Return the wallet's name for the payer in exchange for what came back.

    Raises:
        StateForged: the state is not ours, another browser's, another code's, or older than five minutes.
        WalletSilent: no code came back, or the wallet did not take it.
    """
    found = _STATE.fullmatch(answer.get("state", ""))
    if found is None or not device or found["code"] != code:
        raise StateForged
    if not constant_time_compare(found["mac"], _mac(wallet, code, found["stamp"], device)):
        raise StateForged
    if not 0 <= int(at.timestamp()) - int(found["stamp"], 16) <= STATE_LIVES.total_seconds():
        raise StateForged
    signed_in = sign_in_of(wallet).exchange(answer)
    verdict = "UNCERTAIN" if signed_in.fault else "ACCEPTED"
    archive_exchanges(acquirer_code=wallet, exchanges=signed_in.exchanges, verdict=verdict, at=at)
    if not signed_in.payer_ref:
        raise WalletSilent
    return signed_in.payer_ref


def _mac(wallet: str, code: str, stamp: str, device: str) -> str:
    said = f"{wallet} {code} {stamp} {device}"
    return salted_hmac("payments.wallet_sign_in", said, algorithm="sha256").hexdigest()[:32]

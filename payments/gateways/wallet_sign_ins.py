"""钱包授权: a wallet tells us, over its OAuth, its own name for whoever looks at our page in it.

WeChat and Alipay want that name in an order paid inside the wallet. UnionPay's code opens in its wallet without one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings

from payments.gateways.alipay_client import AlipayClient
from payments.gateways.line import LINE_FAULTS, Line, Watch
from payments.gateways.protocol import Exchange
from payments.rules.acquirer_message import UnreadableMessageError, read_json

WECHAT_PAGE = "https://open.weixin.qq.com/connect/oauth2/authorize"
WECHAT_EXCHANGE = "https://api.weixin.qq.com/sns/oauth2/access_token"
ALIPAY_PAGE = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
_CODE = re.compile(r"[0-9A-Za-z_\-]{8,128}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a wallet said: its name for the payer, or why there is none; the call for the archive, secrets left out."""

    payer_ref: str
    fault: str
    exchanges: tuple[Exchange, ...] = ()


class WalletSignIn(Protocol):
    """The sign-in of one wallet: a page of its own to pass through, and a code to exchange."""

    def page_url(self, *, back_url: str, state: str) -> str:
        """Return where to send the browser; the wallet sends it back with a code and the state, unasked."""
        ...

    def exchange(self, answer: Mapping[str, str]) -> SignedIn:
        """Exchange the code that came back for the payer's name; one remote call outside any transaction."""
        ...


class WechatSignIn:
    """snsapi_base under the service provider's own appid: the openid is the order's sp_openid."""

    def __init__(self, credentials: Mapping[str, Any]) -> None:
        self._line = Line()
        self._appid = str(credentials["sp_appid"])
        self._secret = str(credentials.get("sp_app_secret", ""))
        self._page = str(credentials.get("oauth_page_url") or WECHAT_PAGE)
        self._exchange = str(credentials.get("oauth_token_url") or WECHAT_EXCHANGE)

    def page_url(self, *, back_url: str, state: str) -> str:
        """Return the authorisation page, its parameters in the order WeChat prescribes."""
        fields = {
            "appid": self._appid,
            "redirect_uri": back_url,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._page}?{urlencode(fields)}#wechat_redirect"

    def exchange(self, answer: Mapping[str, str]) -> SignedIn:
        """Exchange `code` for the openid."""
        code = answer.get("code", "")
        if not _CODE.fullmatch(code):
            return SignedIn("", "no code came back")
        fields = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        watch = Watch("sign_in", "", {"grant_type": "authorization_code"})
        try:
            response = self._line.send("GET", f"{self._exchange}?{urlencode(fields)}")
            body = read_json(response.content)
        except LINE_FAULTS as error:  # the address carries the secret: say only of what kind the fault is
            return SignedIn("", type(error).__name__, (watch.exchange(None, {"fault": type(error).__name__}),))
        except UnreadableMessageError as error:
            return SignedIn("", str(error), (watch.exchange(response.status_code, {}),))
        said = {name: body[name] for name in ("errcode", "errmsg", "scope") if name in body}
        seen = (watch.exchange(response.status_code, said),)
        openid = body.get("openid", "")
        if not isinstance(openid, str) or not openid or len(openid) > 128:
            return SignedIn("", f"{body.get('errcode', 'no openid')} {body.get('errmsg', '')}"[:255], seen)
        return SignedIn(openid, "", seen)


class AlipaySignIn:
    """auth_base under the ISV's application: the user id is the order's buyer_id."""

    def __init__(self, credentials: Mapping[str, Any]) -> None:
        self._client = AlipayClient(credentials, Line())
        self._page = str(credentials.get("oauth_page_url") or ALIPAY_PAGE)

    def page_url(self, *, back_url: str, state: str) -> str:
        """Return the authorisation page."""
        fields = {"app_id": self._client.app_id, "scope": "auth_base", "redirect_uri": back_url, "state": state}
        return f"{self._page}?{urlencode(fields)}"

    def exchange(self, answer: Mapping[str, str]) -> SignedIn:
        """Exchange `auth_code` for the user id; the answer carries no code of success, only the id."""
        code = answer.get("auth_code", "")
        if not _CODE.fullmatch(code):
            return SignedIn("", "no auth_code came back")
        fields = {"grant_type": "authorization_code", "code": code}
        reply = self._client.call("alipay.system.oauth.token", {}, kind="sign_in", subject="", plain=fields)
        shown = {"sent": {"grant_type": "authorization_code"}, "got": {"code": reply.code, "sub_code": reply.sub_code}}
        seen = (replace(reply.exchange, shown=shown),)
        user_id = reply.body.get("user_id", "")
        if reply.fault or not isinstance(user_id, str) or not re.fullmatch(r"2088\d{12}", user_id):
            return SignedIn("", reply.fault or reply.sub_code or "no user_id", seen)
        return SignedIn(user_id, "", seen)


SIGN_INS: dict[str, Callable[[Mapping[str, Any]], WalletSignIn]] = {"WECHAT": WechatSignIn, "ALIPAY": AlipaySignIn}


def sign_in_of(acquirer_code: str) -> WalletSignIn:
    """Return the sign-in of a wallet from settings.ACQUIRERS; raises LookupError for a wallet without one."""
    return SIGN_INS[acquirer_code](settings.ACQUIRERS[acquirer_code.lower()])

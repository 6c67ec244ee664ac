"""Tell a merchant's page who looks at it, as the wallets do: a page passed through silently, a code, an exchange."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from payments.sandbox.alipay.errors import AlipayError
from payments.sandbox.control import is_local
from payments.sandbox.messages import Reply, Request
from payments.sandbox.payer_page import safe_return
from payments.sandbox.store import Record
from payments.sandbox.world import World

WECHAT_PAGE = "/connect/oauth2/authorize"
WECHAT_EXCHANGE = "/sns/oauth2/access_token"
ALIPAY_PAGE = "/oauth2/publicAppAuthorize.htm"
PATHS = (WECHAT_PAGE, WECHAT_EXCHANGE, ALIPAY_PAGE)
CODE_LIVES_S = 300.0
PERSON = re.compile(r"(?:^|;\s*)sandbox_person=([0-9a-f]{32})")

_codes: dict[str, tuple[str, str, float]] = {}
"""Codes given out: the wallet, the payer's name there, and when. A code is taken back when it is used."""


def answer(world: World, request: Request) -> Reply:
    """Answer one of the pages, or WeChat's exchange."""
    if request.path == WECHAT_EXCHANGE:
        return _json(exchange_wechat(world, request.query))
    if not is_local(request):
        return Reply(403, b"only from this machine\n", [("Content-Type", "text/plain")])
    wallet = "wechat" if request.path == WECHAT_PAGE else "alipay"
    return _pass_through(world, request, wallet)


def _pass_through(world: World, request: Request, wallet: str) -> Reply:
    """Send the browser back with a code, as a silent authorisation (snsapi_base, auth_base) does."""
    fields, own = request.query, world.credentials.data[wallet]
    back, state = safe_return(fields.get("redirect_uri", "")), fields.get("state", "")
    expected = (
        {"appid": own["sp_appid"], "response_type": "code", "scope": "snsapi_base"}
        if wallet == "wechat"
        else {"app_id": own["app_id"], "scope": "auth_base"}
    )
    wrong = [name for name, value in expected.items() if fields.get(name) != value]
    if wallet == "wechat" and not re.fullmatch(r"[0-9A-Za-z]{0,128}", state):
        wrong.append("state")
    if wrong or not back:
        words = ", ".join(wrong or ["redirect_uri"])
        return Reply(400, f"{words}: not as agreed\n".encode(), [("Content-Type", "text/plain; charset=utf-8")])
    known = PERSON.search(request.headers.get("cookie", ""))
    person = known[1] if known else secrets.token_hex(16)
    code = secrets.token_hex(16)
    _forget_old()
    _codes[code] = (wallet, name_of(wallet, person), time.time())
    more = {"code": code} if wallet == "wechat" else {"app_id": own["app_id"], "scope": "auth_base", "auth_code": code}
    place = f"{back}{'&' if '?' in back else '?'}{urlencode({**more, 'state': state})}"
    cookie = f"sandbox_person={person}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    return Reply(302, b"", [("Location", place), ("Set-Cookie", cookie), ("Cache-Control", "no-store")])


def name_of(wallet: str, person: str) -> str:
    """Return the wallet's own name for a person at our client: an openid, or a user id of sixteen digits."""
    digest = hashlib.sha256(f"{wallet} {person}".encode()).hexdigest()
    return "o" + digest[:27] if wallet == "wechat" else "2088" + str(int(digest[:12], 16))[-12:].zfill(12)


def exchange_wechat(world: World, fields: dict[str, str]) -> dict[str, Any]:
    """Exchange a code for the openid; refusals are answered 200 with an errcode, as WeChat does."""
    own = world.credentials.client_side("wechat")
    if fields.get("appid") != own["sp_appid"]:
        return {"errcode": 40013, "errmsg": "invalid appid"}
    if not hmac.compare_digest(fields.get("secret", ""), own["sp_app_secret"]):
        return {"errcode": 40125, "errmsg": "invalid appsecret"}
    if fields.get("grant_type") != "authorization_code":
        return {"errcode": 40002, "errmsg": "invalid grant_type"}
    openid = _take("wechat", fields.get("code", ""))
    if not openid:
        return {"errcode": 40029, "errmsg": "invalid code"}
    token = {"access_token": secrets.token_urlsafe(40), "expires_in": 7200, "refresh_token": secrets.token_urlsafe(40)}
    return {**token, "openid": openid, "scope": "snsapi_base"}


def exchange_alipay(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a code for the user id: alipay.system.oauth.token."""
    fields = call["fields"]
    if fields.get("grant_type") != "authorization_code":
        raise AlipayError("40002", "isv.grant-type-invalid", "grant_type不正确")
    user_id = _take("alipay", fields.get("code", ""))
    if not user_id:
        raise AlipayError("40002", "isv.code-invalid", "授权码code无效")
    token = {"access_token": "authbseB" + secrets.token_hex(16), "refresh_token": "authbseB" + secrets.token_hex(16)}
    return {**token, "user_id": user_id, "expires_in": "1296000", "re_expires_in": "2592000"}


def _take(wallet: str, code: str) -> str:
    given_for, name, at = _codes.pop(code, ("", "", 0.0))
    return name if given_for == wallet and time.time() - at <= CODE_LIVES_S else ""


def _forget_old() -> None:
    for code in [code for code, (_wallet, _name, at) in list(_codes.items()) if time.time() - at > CODE_LIVES_S]:
        _codes.pop(code, None)


def _json(value: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(value).encode(), [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])

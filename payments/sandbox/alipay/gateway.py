"""Route calls of gateway.do: verify, let faults strike, act, wait for the disk, sign."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from payments.sandbox.alipay import agent, bills, counter, refunds, royalty, trades
from payments.sandbox.alipay.errors import AlipayError, StrangerError, invalid, text
from payments.sandbox.alipay.signing import is_signed, sign, sorted_pairs
from payments.sandbox.messages import Reply, Request
from payments.sandbox.oauth import exchange_alipay
from payments.sandbox.outcome import after, before
from payments.sandbox.store import Record
from payments.sandbox.world import World

Handler = Callable[[World, Record, dict[str, Any]], dict[str, Any]]
YEAR_S = 31536000
REQUIRED = {
    "method": "method",
    "charset": "charset",
    "timestamp": "timestamp",
    "version": "version",
    "sign_type": "signature-type",
    "sign": "signature",
}
"""The fields every call needs, as the sub_code of their absence calls them; the app id is judged before all."""
CHARSETS = ("utf-8", "gbk", "gb2312", "gb18030")


def exchange_token(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a merchant's authorisation code, or a refresh token, for app_auth_token."""
    grant = text(body, "grant_type", 20)
    field = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(grant)
    if not field:
        raise AlipayError("40002", "isv.grant-type-invalid", "grant_type不正确")
    given = text(body, field, 64)
    for sub in world.store.tables["sub_merchant"].values():
        known = sub.get("app_auth_code"), sub.get("app_auth_token")
        if sub["acquirer"] == "alipay" and given in known:
            token = {
                "user_id": sub["sub_mchid"],
                "auth_app_id": sub["auth_app_id"],
                "app_auth_token": sub["app_auth_token"],
                "app_refresh_token": sub["app_auth_token"],
                "expires_in": str(YEAR_S),
                "re_expires_in": str(YEAR_S + 2764800),
            }
            return {**token, "tokens": [token]}
    raise AlipayError("40002", "isv.code-invalid", "授权码code无效")


METHODS: dict[str, tuple[str, Handler]] = {
    "alipay.trade.precreate": ("create", trades.precreate),
    "alipay.trade.create": ("create", trades.create),
    "alipay.trade.pay": ("create", counter.pay),
    "alipay.trade.query": ("query", trades.query),
    "alipay.trade.close": ("close", trades.close),
    "alipay.trade.cancel": ("reverse", counter.cancel),
    "alipay.trade.refund": ("refund", refunds.refund),
    "alipay.trade.fastpay.refund.query": ("refund_query", refunds.refund_query),
    "alipay.trade.royalty.relation.bind": ("receiver", royalty.bind),
    "alipay.trade.royalty.relation.unbind": ("receiver", royalty.unbind),
    "alipay.trade.royalty.relation.batchquery": ("receiver", royalty.batchquery),
    "alipay.trade.order.settle": ("split", royalty.settle),
    "alipay.trade.order.settle.query": ("split_query", royalty.settle_query),
    "alipay.data.dataservice.bill.downloadurl.query": ("bill", bills.download_url),
    "alipay.open.auth.token.app": ("token", exchange_token),
    "alipay.system.oauth.token": ("sign_in", exchange_alipay),
    "alipay.open.agent.create": ("applyment", agent.create),
    "alipay.open.agent.facetoface.sign": ("applyment", agent.sign),
    "alipay.open.agent.confirm": ("applyment", agent.confirm),
    "alipay.open.agent.order.query": ("applyment_query", agent.query),
}
WITHOUT_SELLER = (
    "alipay.open.auth.token.app",
    "alipay.system.oauth.token",
    *(name for name in METHODS if name.startswith("alipay.open.agent.")),
)


def answer(world: World, request: Request) -> Reply:
    """Answer one call of the gateway, or give a bill file."""
    if request.path == "/downloadBillFile.resource":
        return bills.download(world, request)
    fields, charset = read_fields(request)
    method = fields.get("method", "")
    endpoint = METHODS.get(method, ("unknown", None))[0]
    number = ""
    signed = True
    try:
        body, call = _admit(world, request, fields, charset)
        number = str(body.get("out_trade_no") or body.get("batch_no") or fields.get("batch_no", ""))
        before(world, "alipay", endpoint, number, _refuse)
        with world.store.lock:
            shown = METHODS[method][1](world, call, body)
        inside: dict[str, Any] = {"code": "10000", "msg": "Success", **shown}
    except AlipayError as refusal:
        inside, signed = refusal.body(), refusal.signed
    finally:
        world.store.wait()
    reply = _wrap(world, method, inside, charset, endpoint, number, signed=signed)
    return after(world, "alipay", endpoint, number, reply)


def read_fields(request: Request) -> tuple[dict[str, str], str]:
    """Return the fields of query and form together, decoded in the charset they name."""
    raw = request.target.partition("?")[2]
    if _is_multipart(request):
        texts = {name: part.decode("utf-8", "replace") for name, (file, part) in parts_of(request).items() if not file}
        return {**dict(parse_qsl(raw, keep_blank_values=True)), **texts}, "utf-8"
    form = request.body.decode("latin-1")
    both = f"{raw}&{form}".strip("&")
    named = dict(parse_qsl(both, encoding="latin-1")).get("charset", "")
    charset = "gbk" if named.lower() in ("gbk", "gb2312", "gb18030") else "utf-8"
    pairs = parse_qsl(both, keep_blank_values=True, encoding=charset, errors="replace")
    return dict(pairs), charset


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def parts_of(request: Request) -> dict[str, tuple[str, bytes]]:
    """Return the parts of a multipart form by name: file name ('' for a text) and content; {} of another form."""
    if not _is_multipart(request):
        return {}
    boundary = request.body.split(b"\r\n", 1)[0]
    found: dict[str, tuple[str, bytes]] = {}
    for chunk in request.body.split(boundary)[1:-1] if boundary.startswith(b"--") else []:
        head, _, content = chunk.partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]+)"', head)
        file = re.search(rb'\bfilename="([^"]*)"', head)
        if name:
            named = file[1].decode("latin-1") if file else ""
            found[name[1].decode("latin-1")] = (named, content.removesuffix(b"\r\n"))
    return found


def _check_form(world: World, fields: dict[str, str]) -> None:
    """Check what must stand beside every biz_content."""
    if not fields.get("app_id"):
        raise StrangerError("40001", "isv.missing-app-id", "缺少AppID参数")
    if fields["app_id"] != world.credentials.data["alipay"]["app_id"]:
        raise StrangerError("40002", "isv.invalid-app-id", "无效的AppID参数")
    for name, known_as in REQUIRED.items():
        if not fields.get(name):
            raise AlipayError("40001", f"isv.missing-{known_as}", f"缺少{name}参数")
    if fields["charset"].lower() not in CHARSETS:
        raise AlipayError("40002", "isv.invalid-charset", "字符集错误")
    if fields.get("format", "json").lower() != "json":
        raise AlipayError("40002", "isv.invalid-format", "无效的数据格式")
    if fields["sign_type"] != "RSA2":
        raise AlipayError("40002", "isv.invalid-signature-type", "无效的签名类型")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", fields["timestamp"]):
        raise AlipayError("40002", "isv.invalid-timestamp", "非法的时间戳参数")


def _admit(world: World, request: Request, fields: dict[str, str], charset: str) -> tuple[dict[str, Any], Record]:
    """Check the call itself and its signature; return biz_content and who calls for whom."""
    _check_form(world, fields)
    signed = sorted_pairs(fields, ("sign",)).encode(charset, "replace")
    if not is_signed(signed, fields["sign"], world.credentials.alipay_app_public):
        raise AlipayError("40002", "isv.invalid-signature", "验签出错，请检查签名字符串、私钥与公钥")
    if fields["method"] not in METHODS:
        raise AlipayError("40002", "isv.invalid-method", "不存在的方法名")
    call: Record = {
        "seller": "",
        "notify_url": fields.get("notify_url", ""),
        "return_url": fields.get("return_url", ""),
        "base_url": request.base_url,
        "fields": fields,
        "files": {name: part for name, (file, part) in parts_of(request).items() if file},
    }
    if fields["method"] not in WITHOUT_SELLER and not _asks_own_bill(fields):
        call["seller"] = _seller(world, fields.get("app_auth_token", ""))
    if call["notify_url"] and not call["notify_url"].startswith(("http://", "https://")):
        raise AlipayError("40002", "isv.invalid-parameter", "notify_url不正确")
    return _biz_content(fields.get("biz_content", "{}")), call


def _asks_own_bill(fields: dict[str, str]) -> bool:
    """Tell whether the service provider asks for the account details of its own account: no seller gave a token."""
    content = fields.get("biz_content", "")
    return fields["method"].endswith("bill.downloadurl.query") and '"signcustomer"' in content


def _seller(world: World, token: str) -> str:
    for sub in world.store.tables["sub_merchant"].values():
        if token and sub.get("app_auth_token") == token:
            return str(sub["sub_mchid"])
    raise AlipayError("20001", "aop.invalid-app-auth-token", "无效的应用授权令牌")


def _biz_content(raw: str) -> dict[str, Any]:
    try:
        body = json.loads(raw, parse_float=str)
    except ValueError:
        raise invalid("参数格式错误") from None
    if not isinstance(body, dict):
        raise invalid("参数格式错误")
    return body


def _refuse(status: int, code: str, message: str) -> None:
    if status == 429:
        raise AlipayError("40005", "isv.app-call-limited", "应用调用次数超限")
    if status >= 500:
        raise AlipayError("20000", "isp.unknow-error", "系统繁忙")
    raise AlipayError("40004", code, message)


def _wrap(
    world: World, method: str, inside: dict[str, Any], charset: str, endpoint: str, number: str, *, signed: bool
) -> Reply:
    """Return the answer with the signature over the raw text of its inside."""
    name = method.replace(".", "_") + "_response" if method in METHODS else "error_response"
    raw = json.dumps(inside, ensure_ascii=False, separators=(",", ":")).encode(charset, "replace")
    body = b'{"' + name.encode() + b'":' + raw
    if signed and not world.faults.strike("unsigned_response", "alipay", number, endpoint):
        bad = world.faults.strike("bad_response_signature", "alipay", number, endpoint)
        key = world.credentials.forger_key if bad else world.credentials.alipay_platform_key
        body += b',"sign":"' + sign(raw, key).encode() + b'"'
    return Reply(200, body + b"}", [("Content-Type", f"text/html;charset={charset}")])

"""Route WeChat Pay requests: verify, let faults strike, act, wait for the disk, sign."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from payments.sandbox.messages import Reply, Request, dump
from payments.sandbox.outcome import after, before
from payments.sandbox.wechat import (
    applyment,
    bills,
    codepay,
    complaints,
    hooks,
    media,
    orders,
    receivers,
    refunds,
    returns,
    settlement_accounts,
    sharing,
)
from payments.sandbox.wechat.errors import WechatError
from payments.sandbox.wechat.signing import need_headers, sign_headers, verify_request
from payments.sandbox.world import World

Body = dict[str, Any]
Answer = tuple[int, Body | None]
Handler = Callable[[World, Request, Body, str], Answer]
Route = tuple[str, re.Pattern[str], str, Handler]
TRADE = "/v3/pay/partner/transactions"
OUTSIDE = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")
"""What the API cannot take: characters of four bytes, and halves of them."""


def _post(call: Callable[[World, Request, Body], Body]) -> Handler:
    return lambda world, request, body, no: (200, call(world, request, body))


def _get(call: Callable[[World, Request], Body]) -> Handler:
    return lambda world, request, body, no: (200, call(world, request))


def _get_one(call: Callable[[World, Request, str], Body]) -> Handler:
    return lambda world, request, body, no: (200, call(world, request, no))


def _query(world: World, request: Request, body: Body, no: str) -> Answer:
    own = world.credentials.data["wechat"]["sp_mchid"]
    return 200, orders.view(orders.find(world, request, no=no), own)


def _query_id(world: World, request: Request, body: Body, no: str) -> Answer:
    own = world.credentials.data["wechat"]["sp_mchid"]
    return 200, orders.view(orders.find(world, request, trade_no=no), own)


def _close(world: World, request: Request, body: Body, no: str) -> Answer:
    orders.close(world, body, no)
    return 204, None


def _create(kind: str) -> Handler:
    return lambda world, request, body, no: (200, orders.create(world, request, body, kind))


SHARE = "/v3/profitsharing"
COMPLAIN = "/v3/merchant-service/complaints-v2"


def _hook_rows(path: str, feed: str) -> tuple[tuple[str, str, str, Handler], ...]:
    hook = hooks.Hook(feed)
    calls = {"POST": hook.create, "PUT": hook.change, "GET": hook.show, "DELETE": hook.delete}
    return tuple((verb, path, "hook", call) for verb, call in calls.items())


APPLY = "/v3/applyment4sub/applyment"
TABLE: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", f"{TRADE}/native", "create", _create("native")),
    ("POST", f"{TRADE}/jsapi", "create", _create("jsapi")),
    ("POST", f"{TRADE}/h5", "create", _create("h5")),
    ("POST", f"{TRADE}/app", "create", _create("app")),
    ("POST", f"{TRADE}/codepay", "create", lambda w, r, b, n: codepay.codepay(w, r, b)),
    ("GET", f"{TRADE}/out-trade-no/([^/]+)", "query", _query),
    ("GET", f"{TRADE}/id/([^/]+)", "query", _query_id),
    ("POST", f"{TRADE}/out-trade-no/([^/]+)/close", "close", _close),
    (
        "POST",
        f"{TRADE}/out-trade-no/([^/]+)/reverse",
        "reverse",
        lambda w, r, b, n: (200, codepay.reverse(w, b, n)),
    ),
    ("POST", "/v3/refund/domestic/refunds", "refund", _post(refunds.request_refund)),
    (
        "GET",
        "/v3/refund/domestic/refunds/([^/]+)",
        "refund_query",
        _get_one(refunds.query_refund),
    ),
    ("GET", "/v3/bill/tradebill", "bill", _get(bills.trade_bill)),
    ("GET", "/v3/bill/fundflowbill", "bill", _get(bills.fundflow_bill)),
    ("GET", "/v3/bill/sub-merchant-fundflowbill", "bill", _get(bills.sub_fundflow_bill)),
    ("GET", f"{SHARE}/bills", "bill", _get(bills.sharing_bill)),
    ("POST", f"{SHARE}/orders", "split", _post(sharing.request_split)),
    ("POST", f"{SHARE}/orders/unfreeze", "split", _post(sharing.unfreeze)),
    ("GET", f"{SHARE}/orders/([^/]+)", "split_query", _get_one(sharing.query_split)),
    ("POST", f"{SHARE}/return-orders", "split_return", _post(returns.request_return)),
    ("GET", f"{SHARE}/return-orders/([^/]+)", "split_query", _get_one(returns.query_return)),
    ("POST", f"{SHARE}/receivers/add", "receiver", _post(receivers.add)),
    ("POST", f"{SHARE}/receivers/delete", "receiver", _post(receivers.delete)),
    (
        "GET",
        f"{SHARE}/transactions/([^/]+)/amounts",
        "split_query",
        _get_one(sharing.show_unsplit),
    ),
    ("GET", f"{SHARE}/merchant-configs/([^/]+)", "split_query", _get_one(sharing.show_ratio)),
    ("POST", f"{APPLY}/?", "applyment", _post(applyment.submit)),
    (
        "GET",
        f"{APPLY}/business_code/([^/]+)",
        "applyment_query",
        _get_one(applyment.query_by_code),
    ),
    (
        "GET",
        f"{APPLY}/applyment_id/([^/]+)",
        "applyment_query",
        _get_one(applyment.query_by_id),
    ),
    (
        "GET",
        "/v3/apply4sub/sub_merchants/([^/]+)/settlement",
        "applyment_query",
        _get_one(settlement_accounts.show),
    ),
    ("POST", "/v3/apply4sub/sub_merchants/([^/]+)/modify-settlement", "applyment", settlement_accounts.change),
    (
        "GET",
        "/v3/apply4sub/sub_merchants/([^/]+)/application/[^/]+",
        "applyment_query",
        _get_one(settlement_accounts.show_change),
    ),
    ("GET", COMPLAIN, "complaint", _get(complaints.listing)),
    (
        "GET",
        f"{COMPLAIN}/([^/]+)",
        "complaint",
        _get_one(complaints.show),
    ),
    ("GET", f"{COMPLAIN}/([^/]+)/negotiation-historys", "complaint", _get_one(complaints.history)),
    ("POST", f"{COMPLAIN}/([^/]+)/response", "complaint", complaints.respond),
    ("POST", f"{COMPLAIN}/([^/]+)/complete", "complaint", complaints.complete),
    *_hook_rows("/v3/merchant-service/complaint-notifications", "complaint"),
    *_hook_rows("/v3/merchant-risk-manage/violation-notifications", "violation"),
    ("GET", "/v3/certificates", "certificates", lambda w, r, b, n: _no_certificates()),
)
ROUTES: list[Route] = [(verb, re.compile(path), name, call) for verb, path, name, call in TABLE]


def prepare(world: World) -> None:
    """Tell the world what WeChat's refund notices hold; called once before serving."""
    world.refunds.payloads["wechat"] = lambda refund, order: refunds.notice_payload(world, refund, order)


def _find_route(request: Request) -> tuple[str, Handler, str]:
    other_verb = False
    for verb, pattern, name, call in ROUTES:
        match = pattern.fullmatch(request.path)
        if match:
            if verb == request.method:
                return name, call, unquote(match[1]) if match.groups() else ""
            other_verb = True
    raise WechatError(405 if other_verb else 404, "", "", signed=False)


def _no_certificates() -> Answer:
    words = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
    raise WechatError(404, "RESOURCE_NOT_EXISTS", words)


def answer(world: World, request: Request) -> Reply:
    """Answer one request of the API."""
    if request.path == "/v3/merchant/media/upload":
        status, shown, signed = _guard(world, lambda: media.upload(world, request, _refuse))
        reply = _reply(world, status, shown, "media", signed=signed)
        return after(world, "wechat", "media", "", reply)
    if request.path == "/v3/billdownload/file":
        try:
            need_headers(request)
            verify_request(request, world.credentials, world.clock, request.body)
            return after(world, "wechat", "bill_download", "", bills.download(world, request))
        except WechatError as refusal:
            return _reply(world, refusal.status, refusal.body(), signed=refusal.signed)
    endpoint, number = "", ""

    def act() -> Answer:
        nonlocal endpoint, number
        name, handler, no = _find_route(request)
        need_headers(request)
        verify_request(request, world.credentials, world.clock, request.body)
        endpoint = name
        body = _json_body(request)
        number = no or str(body.get("out_trade_no") or body.get("business_code") or "")
        before(world, "wechat", endpoint, number, _refuse)
        with world.store.lock:
            return handler(world, request, body, no)

    status, shown, signed = _guard(world, act)
    reply = _reply(world, status, shown, endpoint, number, signed=signed)
    return after(world, "wechat", endpoint, number, reply) if endpoint else reply


def _guard(world: World, act: Callable[[], Answer]) -> tuple[int, Body | None, bool]:
    """Return status and body of an answer or refusal, and whether it is signed."""
    try:
        return (*act(), True)
    except WechatError as refusal:
        return refusal.status, refusal.body(), refusal.signed
    finally:
        world.store.wait()


def _refuse(status: int, code: str, message: str) -> None:
    raise WechatError(status, code, message)


def _json_body(request: Request) -> Body:
    if request.method not in ("POST", "PUT"):
        return {}
    try:
        body = json.loads(request.body, parse_constant=_no_constant)
    except ValueError:
        raise WechatError(400, "PARAM_ERROR", "请求体不是合法的JSON") from None
    if not isinstance(body, dict):
        raise WechatError(400, "PARAM_ERROR", "请求体应为JSON对象")
    if OUTSIDE.search(json.dumps(body, ensure_ascii=False)):
        raise WechatError(400, "PARAM_ERROR", "参数含有不支持的字符，仅支持一至三个字节的UTF-8字符")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _reply(
    world: World, status: int, shown: Body | None, endpoint: str = "", number: str = "", *, signed: bool = True
) -> Reply:
    body = dump(shown) if shown is not None else b""
    headers = [("Content-Type", "application/json; charset=utf-8")] if body else []
    headers += [
        ("Request-ID", secrets.token_hex(16).upper()),
        ("Cache-Control", "no-cache, must-revalidate"),
        ("Content-Language", "zh-CN"),
    ]
    if signed and not world.faults.strike("unsigned_response", "wechat", number, endpoint):
        bad = world.faults.strike("bad_response_signature", "wechat", number, endpoint)
        credentials = world.credentials
        headers += sign_headers(
            body,
            key=credentials.forger_key if bad else credentials.wechat_platform_key,
            serial=credentials.data["wechat"]["platform_public_key_id"],
            epoch=world.clock.signing_epoch(),
        )
    return Reply(status, body, headers)

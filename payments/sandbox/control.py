"""Answer the control room (/_sandbox/*), which only this machine may enter."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from payments.sandbox import feeds, oracle, payer
from payments.sandbox.book import ACQUIRERS
from payments.sandbox.clock import ClockError
from payments.sandbox.faults import FaultError
from payments.sandbox.messages import PayerRefused, Reply, Request, json_reply
from payments.sandbox.payer import FieldError
from payments.sandbox.settlement import settlement_csv, settlement_rows
from payments.sandbox.store import Record
from payments.sandbox.world import World

SETTINGS = {
    "refund_delay_s": "seconds until an accepted refund succeeds (2)",
    "split_delay_s": "seconds until an accepted split is finished (1)",
    "split_wait_s": "seconds after payment before a split is accepted (0; WeChat itself: 60)",
    "applyment_step_s": "seconds of sandbox time per onboarding state (10)",
    "applyment_needs_sign": "1: onboarding waits until the merchant signs on its page (0: signs itself)",
}


def is_local(request: Request) -> bool:
    """Tell whether the request comes from this machine."""
    address = ipaddress.ip_address(request.client.removeprefix("::ffff:"))
    return address.is_loopback


def answer(world: World, request: Request) -> Reply:
    """Answer one control request; a refusal names the field."""
    if not is_local(request):
        return json_reply({"error": "only from this machine"}, 403)
    call = CALLS.get((request.method, request.path))
    if not call:
        known = any(path == request.path for _, path in CALLS)
        return json_reply({"error": "method" if known else "path"}, 405 if known else 404)
    try:
        reply = call(world, request, _body(request))
    except (FieldError, FaultError, ClockError) as refusal:
        return json_reply({"error": str(refusal)}, 400)
    except PayerRefused as refusal:
        return json_reply({"code": refusal.code, "message": refusal.message}, 409)
    world.store.wait()
    return reply


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body) if request.body else {}
    except ValueError as refusal:
        raise FieldError(f"body: not JSON ({refusal})") from None
    if not isinstance(body, dict):
        raise FieldError("body: a JSON object")
    return body


def _credentials(world: World, request: Request, body: Record) -> Reply:
    base = request.base_url
    places = {
        "wechat": {
            "base_url": base,
            "oauth_page_url": f"{base}/connect/oauth2/authorize",
            "oauth_token_url": f"{base}/sns/oauth2/access_token",
        },
        "alipay": {
            "base_url": base,
            "gateway_url": f"{base}/gateway.do",
            "oauth_page_url": f"{base}/oauth2/publicAppAuthorize.htm",
        },
        "unionpay": {
            "base_url": base,
            "back_trans_url": f"{base}/gateway/api/backTransReq.do",
            "query_url": f"{base}/gateway/api/queryTrans.do",
            "file_url": f"{base}/fileTransfer",
        },
    }
    with world.store.lock:
        subs = list(world.store.tables["sub_merchant"].values())
    shown = {}
    for acquirer in ACQUIRERS:
        own = [sub for sub in subs if sub["acquirer"] == acquirer]
        shown[acquirer] = {
            **places[acquirer],
            "settlement_url": f"{base}/_sandbox/settlement?acquirer={acquirer}",
            **world.credentials.client_side(acquirer),
            "sub_merchants": own,
            "sub_mchids": [sub["sub_mchid"] for sub in own],
            "sub_mchid": own[0]["sub_mchid"],
        }
    return json_reply(shown)


def _clock(world: World, request: Request, body: Record) -> Reply:
    return json_reply(world.clock.state())


def _set_clock(world: World, request: Request, body: Record) -> Reply:
    return json_reply(world.set_clock(body))


def _pay(world: World, request: Request, body: Record) -> Reply:
    with world.store.lock:
        order = payer.pay(world, body)
    return json_reply(
        {
            "result": "SUCCESS",
            "acquirer": order["acquirer"],
            "out_trade_no": order["no"],
            "sub_mchid": order["sub"],
            "trade_no": order["trade_no"],
            "amount_fen": order["amount_fen"],
            "paid_at": order["paid_at"],
        }
    )


def _faults(world: World, request: Request, body: Record) -> Reply:
    return json_reply({"active": world.faults.listing(), "hits": world.faults.hits})


def _add_fault(world: World, request: Request, body: Record) -> Reply:
    return json_reply(world.faults.add(body), 201)


def _clear_faults(world: World, request: Request, body: Record) -> Reply:
    text = request.query.get("id", "")
    if text and not text.isdigit():
        raise FieldError("id: a whole number")
    return json_reply({"removed": world.faults.clear(int(text) if text else None)})


def _acquirer_and_date(world: World, request: Request) -> tuple[list[str], str]:
    acquirer = request.query.get("acquirer", "")
    if acquirer not in ("", *ACQUIRERS):
        raise FieldError(f"acquirer: one of {', '.join(ACQUIRERS)}")
    day = request.query.get("date") or world.clock.text()[:10]
    try:
        date.fromisoformat(day)
    except ValueError:
        raise FieldError("date: yyyy-mm-dd") from None
    return [acquirer] if acquirer else list(ACQUIRERS), day


def _journal(world: World, request: Request, body: Record) -> Reply:
    names, day = _acquirer_and_date(world, request)
    with world.store.lock:
        return json_reply(oracle.day(world.store, names, day))


def _settlement(world: World, request: Request, body: Record) -> Reply:
    names, day = _acquirer_and_date(world, request)
    with world.store.lock:
        rows = [row for name in names for row in settlement_rows(world.store, name, day)]
    if request.query.get("format") == "json":
        return json_reply(rows)
    return Reply(200, settlement_csv(rows), [("Content-Type", "text/csv; charset=utf-8")])


def _notices(world: World, request: Request, body: Record) -> Reply:
    wanted = request.query.get("out_trade_no", "")
    with world.store.lock:
        return json_reply(oracle.notices(world.store, wanted))


def _resend(world: World, request: Request, body: Record) -> Reply:
    no, notice_id = str(body.get("out_trade_no", "")), str(body.get("id", ""))
    if not no and not notice_id:
        raise FieldError("out_trade_no: give it, or id")
    with world.store.lock:
        found = [
            notice
            for notice in world.store.tables["notice"].values()
            if notice["id"] == notice_id or (no and notice["out_trade_no"] == no)
        ]
    for notice in found:
        world.notices.resend(notice)
    return json_reply({"resent": [notice["id"] for notice in found]})


def _sub_merchants(world: World, request: Request, body: Record) -> Reply:
    return json_reply(list(world.store.tables["sub_merchant"].values()))


def _add_sub_merchant(world: World, request: Request, body: Record) -> Reply:
    acquirer, name = body.get("acquirer"), body.get("name")
    if acquirer not in ACQUIRERS:
        raise FieldError(f"acquirer: one of {', '.join(ACQUIRERS)}")
    if not isinstance(name, str) or not 1 <= len(name) <= 64:
        raise FieldError("name: text of 1 to 64 characters")
    rate_bps = _whole(body, "rate_bps", 38, 0, 1000)
    max_ratio_bps = _whole(body, "max_ratio_bps", 3000, 0, 10000)
    province = body.get("province", "新疆维吾尔自治区")
    if not isinstance(province, str):
        raise FieldError("province: text")
    with world.store.lock:
        record = world.add_sub_merchant(
            acquirer,
            name=name,
            rate_bps=rate_bps,
            province=province,
            max_ratio_bps=max_ratio_bps,
        )
    return json_reply(record, 201)


def _whole(body: Record, name: str, default: int, least: int, most: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise FieldError(f"{name}: a whole number from {least} to {most}")
    return value


def _settings(world: World, request: Request, body: Record) -> Reply:
    now = world.store.tables["setting"].get("numbers", {})
    return json_reply({"set": now, "known": SETTINGS})


def _set_settings(world: World, request: Request, body: Record) -> Reply:
    for name, value in body.items():
        if name not in SETTINGS:
            raise FieldError(f"{name}: one of {', '.join(SETTINGS)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise FieldError(f"{name}: a number of seconds")
    with world.store.lock:
        numbers = {**world.store.tables["setting"].get("numbers", {}), **body}
        world.store.write("settings", ("setting", "numbers", numbers))
    return json_reply({"set": numbers})


def _applyments(world: World, request: Request, body: Record) -> Reply:
    """Show every application: under which number it came, and how often it was written."""
    with world.store.lock:
        shown = {name: list(world.store.tables[name].values()) for name in ("applyment", "agent_batch")}
    return json_reply({"wechat": shown["applyment"], "alipay": shown["agent_batch"]})


def _rotate_key(world: World, request: Request, body: Record) -> Reply:
    acquirer = body.get("acquirer")
    if acquirer not in ("wechat", "alipay"):
        raise FieldError("acquirer: wechat or alipay")
    world.credentials.rotate(acquirer)
    return _credentials(world, request, {})


Call = Callable[[World, Request, dict[str, Any]], Reply]
CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/_sandbox/credentials"): _credentials,
    ("GET", "/_sandbox/clock"): _clock,
    ("POST", "/_sandbox/clock"): _set_clock,
    ("POST", "/_sandbox/pay"): _pay,
    ("GET", "/_sandbox/faults"): _faults,
    ("POST", "/_sandbox/faults"): _add_fault,
    ("DELETE", "/_sandbox/faults"): _clear_faults,
    ("GET", "/_sandbox/journal"): _journal,
    ("GET", "/_sandbox/settlement"): _settlement,
    ("GET", "/_sandbox/notices"): _notices,
    ("POST", "/_sandbox/notices/resend"): _resend,
    ("GET", "/_sandbox/sub-merchants"): _sub_merchants,
    ("POST", "/_sandbox/sub-merchants"): _add_sub_merchant,
    ("GET", "/_sandbox/applyments"): _applyments,
    ("GET", "/_sandbox/settings"): _settings,
    ("POST", "/_sandbox/settings"): _set_settings,
    ("POST", "/_sandbox/complaints"): feeds.add_complaint,
    ("POST", "/_sandbox/violations"): feeds.add_violation,
    ("POST", "/_sandbox/rotate-key"): _rotate_key,
}

"""Let what service providers must hear of happen to WeChat's merchants: complaints and violations."""

from __future__ import annotations

from typing import Any

from payments.sandbox import oracle, payer
from payments.sandbox.book import digits
from payments.sandbox.messages import Reply, Request, json_reply
from payments.sandbox.payer import FieldError
from payments.sandbox.store import Record
from payments.sandbox.wechat import complaints, hooks
from payments.sandbox.world import World

VIOLATIONS = ("PUNISH", "INTERCEPT", "APPEAL")


def add_complaint(world: World, request: Request, body: dict[str, Any]) -> Reply:
    """Let a payer complain about an order."""
    order = payer.find_order(world, {"acquirer": "wechat", **body})
    text = str(body.get("complaint_detail", "商品与描述不符"))[:200]
    with world.store.lock:
        record = oracle.complaint(world.store, world.clock, order, text)
        complaints.announce(world, record)
    return json_reply(record, 201)


def add_violation(world: World, request: Request, body: dict[str, Any]) -> Reply:
    """Let WeChat punish a sub-merchant, or stop its payments, and tell the service provider."""
    kind, sub = body.get("kind", "PUNISH"), str(body.get("sub_mchid", ""))
    if kind not in VIOLATIONS:
        raise FieldError(f"kind: one of {', '.join(VIOLATIONS)}")
    with world.store.lock:
        merchant = world.book.sub_merchant("wechat", sub)
        if not merchant:
            raise FieldError("sub_mchid: a sub-merchant of WeChat")
        record: Record = {
            "sub_mchid": sub,
            "company_name": merchant["name"],
            "record_id": digits(20),
            "punish_plan": str(body.get("punish_plan", "关闭支付权限")),
            "punish_time": world.clock.text(),
            "punish_description": str(body.get("punish_description", "涉嫌违规经营"))[:256],
            "risk_type": str(body.get("risk_type", "涉嫌违规")),
            "risk_description": str(body.get("risk_description", "涉嫌违规经营"))[:256],
        }
        hooks.tell(world, "violation", f"VIOLATION.{kind}", record["record_id"], record)
    return json_reply(record, 201)

"""Refund WeChat payments in parts or whole, and show refunds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from payments.sandbox.book import PAID, digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import (
    WechatError,
    currency,
    fen,
    number,
    param_error,
    query_text,
    text,
    walk,
)
from payments.sandbox.world import World

MAX_REFUNDS = 50
MAX_AGE = timedelta(days=365)
CHANNELS = {"balance": ("BALANCE", "支付用户零钱"), "credit": ("ORIGINAL", "信用卡")}


def request_refund(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Accept a refund, or show the one that this number already stands for."""
    sub = text(body, "/sub_mchid", 32)
    refund_no = number(body, "/out_refund_no", at_least=1)
    amount_fen = fen(body, "/amount/refund")
    total_fen = fen(body, "/amount/total")
    currency(body, "/amount/currency")
    if walk(body, "/amount/currency") is None:
        raise param_error("/amount/currency", "缺少必填字段")
    notify_url = text(body, "/notify_url", 256, required=False)
    order = _paid_order(world, body, sub)
    if total_fen != order["amount_fen"]:
        raise WechatError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    old = world.store.get("refund", f"wechat:{sub}:{refund_no}")
    if old:
        if old["order"] != order["key"] or old["amount_fen"] != amount_fen:
            raise WechatError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
        return view(old, order)
    _refuse_beyond_limits(world, order, amount_fen)
    day = world.clock.text()[:10].replace("-", "")
    refund = world.book.refund(
        order,
        refund_no=refund_no,
        amount_fen=amount_fen,
        refund_id=f"50300{digits(5)}{day}{digits(11)}",
        state="PROCESSING",
        notify_url=notify_url,
        reason=text(body, "/reason", 80, required=False),
        extra={"funds_account": text(body, "/funds_account", 32, required=False)},
    )
    world.refunds.schedule(refund)
    return view(refund, order)


def _paid_order(world: World, body: dict[str, Any], sub: str) -> Record:
    trade_no = text(body, "/transaction_id", 32, required=False)
    no = text(body, "/out_trade_no", 32, required=not trade_no)
    order = world.store.order_of_token(trade_no) if trade_no else world.book.order("wechat", no)
    if not order or order["sub"] != sub or order["acquirer"] != "wechat":
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    if no and order["no"] != no:
        raise WechatError(400, "INVALID_REQUEST", "transaction_id和out_trade_no不是同一笔订单")
    if order["state"] != PAID:
        raise WechatError(400, "INVALID_REQUEST", "订单状态错误，未支付或已撤销的订单不能退款")
    return order


def _refuse_beyond_limits(world: World, order: Record, amount_fen: int) -> None:
    paid_at = datetime.fromisoformat(order["paid_at"])
    if world.clock.now() - paid_at > MAX_AGE:
        raise WechatError(400, "INVALID_REQUEST", "订单已经超过可退款的最大期限（支付后一年内）")
    if order["refund_count"] >= MAX_REFUNDS:
        raise WechatError(400, "INVALID_REQUEST", "部分退款次数已达上限（50次）")
    if order["refunded_fen"] + amount_fen > order["amount_fen"]:
        raise WechatError(400, "INVALID_REQUEST", "申请退款金额大于订单剩余可退金额")
    unsplit_fen = order["amount_fen"] - order["refunded_fen"] - order["split_fen"]
    if order["sharing"] and not order["unfrozen"] and amount_fen > unsplit_fen:
        raise WechatError(403, "NOT_ENOUGH", "退款金额大于剩余待分账金额，请先回退分账或解冻剩余资金")


def query_refund(world: World, request: Request, refund_no: str) -> dict[str, Any]:
    """Show a refund by the client's number."""
    sub = query_text(request.query, "sub_mchid")
    refund = world.store.get("refund", f"wechat:{sub}:{refund_no}")
    if not refund or refund["revoke"]:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return view(refund, world.store.tables["order"][refund["order"]])


def view(refund: Record, order: Record) -> dict[str, Any]:
    """Return a refund as the API shows it."""
    channel, account = CHANNELS.get(order["funding"], ("ORIGINAL", "储蓄卡"))
    shown: dict[str, Any] = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["refund_no"],
        "transaction_id": order["trade_no"],
        "out_trade_no": order["no"],
        "channel": channel,
        "user_received_account": account,
        "create_time": refund["created_at"],
        "status": refund["state"],
        "funds_account": refund["extra"].get("funds_account") or "UNSETTLED",
        "amount": {
            "total": order["amount_fen"],
            "refund": refund["amount_fen"],
            "payer_total": order["amount_fen"],
            "payer_refund": refund["amount_fen"],
            "settlement_refund": refund["amount_fen"],
            "settlement_total": order["amount_fen"],
            "discount_refund": 0,
            "currency": "CNY",
        },
        "promotion_detail": [],
    }
    if refund["state"] == "SUCCESS":
        shown["success_time"] = refund["done_at"]
    return shown


def notice_payload(world: World, refund: Record, order: Record) -> dict[str, Any]:
    """Return what the refund notice holds."""
    payload: dict[str, Any] = {
        "sp_mchid": world.credentials.data["wechat"]["sp_mchid"],
        "sub_mchid": order["sub"],
        "transaction_id": order["trade_no"],
        "out_trade_no": order["no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["refund_no"],
        "refund_status": refund["state"],
        "user_received_account": CHANNELS.get(order["funding"], ("", "储蓄卡"))[1],
        "amount": {
            "total": order["amount_fen"],
            "refund": refund["amount_fen"],
            "payer_total": order["amount_fen"],
            "payer_refund": refund["amount_fen"],
        },
    }
    if refund["state"] == "SUCCESS":
        payload["success_time"] = refund["done_at"]
    return payload

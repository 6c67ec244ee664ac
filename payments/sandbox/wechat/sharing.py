"""Split paid orders among registered receivers (分账), unfreeze the rest, take splits back."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from payments.sandbox.book import PAID, digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import (
    WechatError,
    fen,
    flag,
    number,
    param_error,
    query_text,
    text,
)
from payments.sandbox.wechat.receivers import receiver_key
from payments.sandbox.wechat.sensitive import open_field
from payments.sandbox.world import World

MAX_REQUESTS = 50
MAX_RECEIVERS = 50
RETURN_DAYS = 180


def request_split(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Accept a split, or show the one that this number already stands for."""
    sub = text(body, "/sub_mchid", 32)
    text(body, "/appid", 32)
    order = _split_order(world, sub, text(body, "/transaction_id", 32))
    no = number(body, "/out_order_no", at_least=1)
    receivers = _read_receivers(world, request, body, sub)
    unfreeze = flag(body, "/unfreeze_unsplit", required=True)
    old = world.store.get("split", f"wechat:{sub}:{no}")
    asked = [(row["type"], row["account"], row["amount"]) for row in receivers]
    if old:
        if old["order"] != order["key"] or [tuple(row) for row in old["asked"]] != asked:
            raise WechatError(400, "INVALID_REQUEST", "同一分账单号参数与之前请求不一致")
        return view(world, old)
    _refuse_beyond_limits(world, order, sum(row["amount"] for row in receivers))
    split = _write_split(world, order, no, receivers, asked, unfreeze=unfreeze)
    return view(world, split)


def unfreeze(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Release what is left of an order to its own merchant."""
    sub = text(body, "/sub_mchid", 32)
    order = _split_order(world, sub, text(body, "/transaction_id", 32))
    no = number(body, "/out_order_no", at_least=1)
    text(body, "/description", 80)
    old = world.store.get("split", f"wechat:{sub}:{no}")
    if old:
        if old["order"] != order["key"]:
            raise WechatError(400, "INVALID_REQUEST", "同一分账单号参数与之前请求不一致")
        return view(world, old)
    if order["unfrozen"]:
        raise WechatError(400, "INVALID_REQUEST", "该订单剩余资金已解冻")
    split = _write_split(world, order, no, [], [], unfreeze=True)
    return view(world, split)


def _split_order(world: World, sub: str, trade_no: str) -> Record:
    order = world.store.order_of_token(trade_no)
    if not order or order["sub"] != sub or order["acquirer"] != "wechat":
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "微信订单号不存在")
    if order["state"] != PAID or not order["sharing"]:
        raise WechatError(400, "INVALID_REQUEST", "该订单未支付或下单时未指定分账")
    return order


def _read_receivers(world: World, request: Request, body: dict[str, Any], sub: str) -> list[Record]:
    rows = body.get("receivers")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_RECEIVERS:
        raise param_error("/receivers", f"应为1到{MAX_RECEIVERS}个接收方的数组")
    receivers = []
    for place, row in enumerate(rows):
        at = f"/receivers/{place}"
        if not isinstance(row, dict):
            raise param_error(at, "类型错误，应为对象", row)
        kind, account = text(body, f"{at}/type", 32), text(body, f"{at}/account", 64)
        open_field(world, request, body, f"{at}/name")
        if not world.store.get("receiver", receiver_key(sub, kind, account)):
            raise WechatError(400, "INVALID_REQUEST", "分账接收方关系未绑定，请先添加分账接收方")
        receivers.append(
            {
                "type": kind,
                "account": account,
                "amount": fen(body, f"{at}/amount"),
                "description": text(body, f"{at}/description", 80),
                "detail_id": "36011" + digits(23),
            }
        )
    return receivers


def _refuse_beyond_limits(world: World, order: Record, amount_fen: int) -> None:
    wait_s = world.clock.wait_s(world.store.setting("split_wait_s", 0))
    if time.time() - order.get("paid_epoch", 0.0) < wait_s:
        raise WechatError(403, "RULE_LIMIT", "订单支付后需等待1分钟才可分账，请稍后再试")
    if order["unfrozen"]:
        raise WechatError(400, "INVALID_REQUEST", "该订单已完成分账，不能再次分账")
    splits = world.store.children("split", order["key"])
    if len(splits) >= MAX_REQUESTS:
        raise WechatError(403, "RULE_LIMIT", "单笔订单分账次数已达上限（50次）")
    sub = world.store.tables["sub_merchant"][f"wechat:{order['sub']}"]
    ceiling_fen = order["amount_fen"] * sub["max_ratio_bps"] // 10000
    if order["split_fen"] + amount_fen > ceiling_fen:
        raise WechatError(403, "RULE_LIMIT", "分账金额超过最大分账比例")
    if amount_fen > unsplit_fen(order):
        raise WechatError(403, "NOT_ENOUGH", "分账金额大于订单剩余可分账金额")


def unsplit_fen(order: Record) -> int:
    """Return what can still be split: paid less fee kept, refunds and splits; 0 once unfrozen."""
    if order["unfrozen"] or not order["sharing"]:
        return 0
    fee_kept = order["fee_fen"] - order["fee_returned_fen"]
    rest = order["amount_fen"] - fee_kept - order["refunded_fen"] - order["split_fen"]
    return max(0, int(rest))


def _write_split(
    world: World, order: Record, no: str, receivers: list[Record], asked: Any, *, unfreeze: bool
) -> Record:
    amount_fen = sum(row["amount"] for row in receivers)
    rest_fen = unsplit_fen(order) - amount_fen
    if unfreeze and rest_fen > 0:
        own: Record = {
            "type": "MERCHANT_ID",
            "account": order["sub"],
            "amount": rest_fen,
            "description": "解冻给分账方",
            "detail_id": "36011" + digits(23),
        }
        receivers = [*receivers, own]
    day = world.clock.text()[:10].replace("-", "")
    split: Record = {
        "key": f"wechat:{order['sub']}:{no}",
        "acquirer": "wechat",
        "order": order["key"],
        "sub": order["sub"],
        "no": no,
        "order_id": f"3008450740201411{day}{digits(4)}",
        "amount_fen": amount_fen,
        "receivers": receivers,
        "asked": asked,
        "created_at": world.clock.text(),
        "started": time.time(),
    }
    changed = {
        **order,
        "split_fen": order["split_fen"] + amount_fen,
        "unfrozen": order["unfrozen"] or unfreeze,
    }
    world.store.write("wechat.split", ("split", split["key"], split), ("order", order["key"], changed))
    return split


def is_finished(world: World, record: Record) -> bool:
    """Tell whether the acquirer has carried out a split or return by now."""
    delay_s = world.clock.wait_s(world.store.setting("split_delay_s", 1))
    return time.time() - float(record["started"]) >= delay_s


def view(world: World, split: Record) -> dict[str, Any]:
    """Return a split as the API shows it."""
    done = is_finished(world, split)
    order = world.store.tables["order"][split["order"]]
    rows = []
    for row in split["receivers"]:
        shown = {**row, "result": "SUCCESS" if done else "PENDING"}
        shown["create_time"] = split["created_at"]
        shown["finish_time"] = split["created_at"] if done else "1970-01-01T08:00:00+08:00"
        rows.append(shown)
    return {
        "sub_mchid": split["sub"],
        "transaction_id": order["trade_no"],
        "out_order_no": split["no"],
        "order_id": split["order_id"],
        "state": "FINISHED" if done else "PROCESSING",
        "receivers": rows,
    }


def query_split(world: World, request: Request, no: str) -> dict[str, Any]:
    """Show a split by the client's number and the transaction."""
    sub = query_text(request.query, "sub_mchid")
    trade_no = query_text(request.query, "transaction_id")
    split = world.store.get("split", f"wechat:{sub}:{no}")
    if not split or world.store.tables["order"][split["order"]]["trade_no"] != trade_no:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "分账单不存在")
    return view(world, split)


def show_unsplit(world: World, request: Request, trade_no: str) -> dict[str, Any]:
    """Show what is left to split of a transaction."""
    order = world.store.order_of_token(trade_no)
    if not order or order["acquirer"] != "wechat" or not order["trade_no"]:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "微信订单号不存在")
    return {"transaction_id": trade_no, "unsplit_amount": unsplit_fen(order)}


def show_ratio(world: World, request: Request, sub: str) -> dict[str, Any]:
    """Show the greatest part of an order that this sub-merchant may split, in bps."""
    merchant = world.book.sub_merchant("wechat", sub)
    if not merchant:
        raise WechatError(403, "NO_AUTH", "特约商户未授权")
    return {"sub_mchid": sub, "max_ratio": merchant["max_ratio_bps"]}


def too_old_to_return(world: World, split: Record) -> bool:
    """Tell whether a split lies too far back to be returned."""
    age = world.clock.now() - datetime.fromisoformat(split["created_at"])
    return age.days > RETURN_DAYS

"""Bind receivers and split Alipay trades among them (分账)."""

from __future__ import annotations

import time
from typing import Any

from payments.sandbox.alipay.errors import AlipayError, amount_fen, business, number, stamp, text
from payments.sandbox.alipay.trades import find
from payments.sandbox.billing import yuan
from payments.sandbox.book import PAID, digits
from payments.sandbox.store import Record
from payments.sandbox.world import World

KINDS = ("userId", "loginName", "openId")


def _rows(body: dict[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    rows = body.get(name)
    if not isinstance(rows, list) or not 1 <= len(rows) <= most or not all(isinstance(row, dict) for row in rows):
        raise AlipayError("40002", "isv.invalid-parameter", f"参数{name}应为1到{most}项的数组")
    return rows


def _receiver_key(seller: str, account: str) -> str:
    return f"alipay:{seller}:{account}"


def bind(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Register receivers of a seller."""
    number(body, "out_request_no")
    rows = _rows(body, "receiver_list", 20)
    for row in rows:
        if text(row, "type", 20) not in KINDS:
            raise business("ROYALTY_RECEIVER_INVALID", "分账接收方类型不正确")
        text(row, "account", 100)
    for row in rows:
        record = {"sub": call["seller"], "bound": True, "row": row}
        key = _receiver_key(call["seller"], str(row["account"]))
        world.store.write("alipay.receiver.add", ("receiver", key, record))
    return {"result_code": "SUCCESS"}


def unbind(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Remove receivers of a seller."""
    number(body, "out_request_no")
    for row in _rows(body, "receiver_list", 20):
        key = _receiver_key(call["seller"], text(row, "account", 100))
        if world.store.get("receiver", key):
            world.store.write("alipay.receiver.delete", ("receiver", key, {}))
    return {"result_code": "SUCCESS"}


def batchquery(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """List the receivers of a seller."""
    number(body, "out_request_no")
    page, size = int(text(body, "page_num", 4, required=False) or 1), int(body.get("page_size") or 20)
    rows = [record["row"] for record in world.store.tables["receiver"].values() if record.get("sub") == call["seller"]]
    return {
        "result_code": "SUCCESS",
        "receiver_list": rows[(page - 1) * size : page * size],
        "total_page_num": -(-len(rows) // size),
        "total_record_num": len(rows),
        "current_page_num": page,
        "current_page_size": size,
    }


def settle(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Split a paid trade; the same out_request_no again changes nothing."""
    order = find(world, call, body)
    request_no = number(body, "out_request_no")
    extend = body.get("extend_params")
    finish = isinstance(extend, dict) and extend.get("royalty_finish") in ("true", True)
    # Only to end the freeze nobody needs to receive anything.
    receivers = [] if finish and not body.get("royalty_parameters") else _read_receivers(world, call, body)
    old = world.store.get("split", f"alipay:{call['seller']}:{request_no}")
    asked = [[row["account"], row["amount"]] for row in receivers]
    if old:
        if old["order"] != order["key"] or old["asked"] != asked:
            raise business("DISCORDANT_REPEAT_REQUEST", "重复请求与之前的分账不一致")
        return {"trade_no": order["trade_no"], "settle_no": old["order_id"]}
    if order["state"] != PAID or order["unfrozen"]:
        raise business("TRADE_STATUS_ERROR", "交易状态不合法")
    total = sum(row["amount"] for row in receivers)
    sub = world.store.tables["sub_merchant"][f"alipay:{order['sub']}"]
    ceiling = order["amount_fen"] * sub["max_ratio_bps"] // 10000
    left = order["amount_fen"] - order["fee_fen"] + order["fee_returned_fen"] - order["refunded_fen"]
    if order["split_fen"] + total > min(ceiling, left):
        raise business("ALLOC_AMOUNT_VALIDATE_ERROR", "分账金额超过最大可分账金额")
    record = _record(world, order, request_no, receivers, asked)
    changed = {**order, "split_fen": order["split_fen"] + total, "unfrozen": finish}
    world.store.write("alipay.split", ("split", record["key"], record), ("order", order["key"], changed))
    return {"trade_no": order["trade_no"], "settle_no": record["order_id"]}


def _read_receivers(world: World, call: Record, body: dict[str, Any]) -> list[Record]:
    receivers = []
    for row in _rows(body, "royalty_parameters", 50):
        account = text(row, "trans_in", 64)
        if not world.store.get("receiver", _receiver_key(call["seller"], account)):
            raise business("ROYALTY_RECEIVER_INVALID", "分账接收方未绑定分账关系")
        receivers.append(
            {
                "type": text(row, "trans_in_type", 20, required=False) or "userId",
                "account": account,
                "amount": amount_fen(row, "amount"),
                "description": text(row, "desc", 1000, required=False),
                "detail_id": digits(20),
            }
        )
    return receivers


def _record(world: World, order: Record, request_no: str, receivers: list[Record], asked: Any) -> Record:
    return {
        "key": f"alipay:{order['sub']}:{request_no}",
        "acquirer": "alipay",
        "order": order["key"],
        "sub": order["sub"],
        "no": request_no,
        "order_id": world.clock.text()[:10].replace("-", "") + digits(20),
        "amount_fen": sum(row["amount"] for row in receivers),
        "receivers": receivers,
        "asked": asked,
        "created_at": world.clock.text(),
        "started": time.time(),
    }


def settle_query(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Show a split by settle_no, or by out_request_no and trade_no."""
    settle_no = text(body, "settle_no", 64, required=False)
    if settle_no:
        rows = (row for row in world.store.tables["split"].values() if row["order_id"] == settle_no)
        split = next(rows, None)
    else:
        request_no = number(body, "out_request_no")
        split = world.store.get("split", f"alipay:{call['seller']}:{request_no}")
    if not split or split["sub"] != call["seller"]:
        raise business("TRADE_SETTLE_NOT_EXIST", "分账记录不存在")
    return {
        "out_request_no": split["no"],
        "operation_dt": stamp(split["created_at"]),
        "royalty_detail_list": [
            {
                "operation_type": "transfer",
                "execute_dt": stamp(split["created_at"]),
                "trans_out": split["sub"],
                "trans_out_type": "userId",
                "trans_in": row["account"],
                "trans_in_type": row["type"],
                "amount": yuan(row["amount"]),
                "state": "SUCCESS",
                "detail_id": row["detail_id"],
            }
            for row in split["receivers"]
        ],
    }

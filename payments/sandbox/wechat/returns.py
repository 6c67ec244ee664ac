"""Take splits back from their receivers (分账回退)."""

from __future__ import annotations

import time
from typing import Any

from payments.sandbox.book import digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import WechatError, fen, number, query_text, text
from payments.sandbox.wechat.sharing import is_finished, too_old_to_return
from payments.sandbox.world import World


def request_return(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Accept a return, or show the one that this number already stands for."""
    sub = text(body, "/sub_mchid", 32)
    no = number(body, "/out_return_no", at_least=1)
    account = text(body, "/return_mchid", 32)
    amount_fen = fen(body, "/amount")
    words = text(body, "/description", 80)
    split = _split(world, body, sub)
    old = world.store.get("split_return", f"wechat:{sub}:{no}")
    if old:
        same = (split["key"], account, amount_fen)
        if (old["split"], old["account"], old["amount_fen"]) != same:
            raise WechatError(400, "INVALID_REQUEST", "同一回退单号参数与之前请求不一致")
        return view(world, old)
    if too_old_to_return(world, split):
        raise WechatError(400, "INVALID_REQUEST", "分账单已超过可回退的期限（180天）")
    _refuse_beyond_received(world, split, account, amount_fen)
    return view(world, _write(world, split, no, account, amount_fen, words))


def _split(world: World, body: dict[str, Any], sub: str) -> Record:
    order_id = text(body, "/order_id", 64, required=False)
    no = text(body, "/out_order_no", 64, required=not order_id)
    if no:
        split = world.store.get("split", f"wechat:{sub}:{no}")
    else:
        found = (row for row in world.store.tables["split"].values() if row["order_id"] == order_id)
        split = next(found, None)
    if not split or split["sub"] != sub:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "分账单不存在")
    return split


def _refuse_beyond_received(world: World, split: Record, account: str, amount_fen: int) -> None:
    received = sum(row["amount"] for row in split["receivers"] if row["account"] == account and account != split["sub"])
    if not received:
        raise WechatError(400, "INVALID_REQUEST", "回退方不是该分账单的接收方")
    returned = sum(
        row["amount_fen"]
        for row in world.store.children("split_return", split["order"])
        if row["split"] == split["key"] and row["account"] == account
    )
    if returned + amount_fen > received:
        raise WechatError(403, "NOT_ENOUGH", "回退金额大于可回退金额")


def _write(world: World, split: Record, no: str, account: str, amount_fen: int, words: str) -> Record:
    order = world.store.tables["order"][split["order"]]
    day = world.clock.text()[:10].replace("-", "")
    record: Record = {
        "key": f"wechat:{split['sub']}:{no}",
        "acquirer": "wechat",
        "order": order["key"],
        "sub": split["sub"],
        "split": split["key"],
        "no": no,
        "return_id": f"3008450740201411{day}{digits(4)}",
        "account": account,
        "amount_fen": amount_fen,
        "description": words,
        "created_at": world.clock.text(),
        "started": time.time(),
    }
    changed = {**order, "split_fen": order["split_fen"] - amount_fen}
    world.store.write(
        "wechat.split_return",
        ("split_return", record["key"], record),
        ("order", order["key"], changed),
    )
    return record


def query_return(world: World, request: Request, no: str) -> dict[str, Any]:
    """Show a return by the client's number."""
    sub = query_text(request.query, "sub_mchid")
    out_order_no = query_text(request.query, "out_order_no")
    record = world.store.get("split_return", f"wechat:{sub}:{no}")
    if not record or record["split"] != f"wechat:{sub}:{out_order_no}":
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "回退单不存在")
    return view(world, record)


def view(world: World, record: Record) -> dict[str, Any]:
    """Return a split return as the API shows it."""
    done = is_finished(world, record)
    split = world.store.tables["split"][record["split"]]
    return {
        "sub_mchid": record["sub"],
        "order_id": split["order_id"],
        "out_order_no": split["no"],
        "out_return_no": record["no"],
        "return_id": record["return_id"],
        "return_mchid": record["account"],
        "amount": record["amount_fen"],
        "description": record["description"],
        "result": "SUCCESS" if done else "PROCESSING",
        "create_time": record["created_at"],
        "finish_time": record["created_at"] if done else "1970-01-01T08:00:00+08:00",
    }

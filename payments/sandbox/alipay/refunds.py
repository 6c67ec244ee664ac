"""Refund Alipay trades; a repeat under the same out_request_no changes no money."""

from __future__ import annotations

import time
from typing import Any

from payments.sandbox.alipay.errors import amount_fen, business, invalid, number, stamp, text
from payments.sandbox.alipay.trades import CHANNELS, find, notice_fields, state_of, view
from payments.sandbox.billing import yuan
from payments.sandbox.book import PAID, digits
from payments.sandbox.store import Record
from payments.sandbox.world import World

OF_PAYMENTS = ("receipt_amount", "buyer_pay_amount", "invoice_amount", "point_amount", "fund_bill_list")
"""What only the notice of a payment tells; a refund's writes its own moment to the millisecond (gmt_refund)."""


def refund(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Give money back at once; refund_fee in the answer is the sum of all refunds so far."""
    order = find(world, call, body)
    fen = amount_fen(body, "refund_amount")
    request_no = number(body, "out_request_no", required=False) or order["no"]
    old = world.store.get("refund", _key(order, request_no))
    if old:
        if old["amount_fen"] != fen:
            raise business("DISCORDANT_REPEAT_REQUEST", "重复请求与之前的退款金额不一致")
        return _view(order, old["created_at"], "N", fen)
    if order["state"] != PAID:
        raise business("TRADE_STATUS_ERROR", "交易状态不合法")
    if state_of(world, order) == "TRADE_FINISHED":
        raise business("TRADE_HAS_FINISHED", "交易已完结，不能退款")
    if order["refunded_fen"] + fen > order["amount_fen"]:
        raise business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
    _return_royalties(world, order, body, request_no)
    order = world.store.tables["order"][order["key"]]
    reason = text(body, "refund_reason", 256, required=False)
    done = give_back(world, order, request_no, fen, reason=reason)
    return _view(world.store.tables["order"][order["key"]], done["created_at"], "Y", fen)


def give_back(
    world: World, order: Record, request_no: str, fen: int, *, revoke: bool = False, reason: str = ""
) -> Record:
    """Write a refund and tell the client about it."""
    now = world.clock.text()
    done = world.book.refund(
        order,
        key=_key(order, request_no),
        refund_no=request_no,
        amount_fen=fen,
        refund_id="",
        done_at=now,
        reason=reason,
        revoke=revoke,
    )
    after = world.store.tables["order"][order["key"]]
    usual = notice_fields(world, after).items()
    fields = {name: value for name, value in usual if name not in OF_PAYMENTS} | {
        "gmt_refund": f"{world.clock.now():%Y-%m-%d %H:%M:%S.%f}"[:23],
        "refund_fee": yuan(after["refunded_fen"]),
        "out_biz_no": request_no,
    }
    if fields["trade_status"] == "TRADE_CLOSED":
        fields["gmt_close"] = stamp(now)
    notice = world.notices.draft(after, after["notify_url"], "refund", fields)
    if notice:
        world.store.write("alipay.refund.notice", ("notice", notice["id"], notice))
        world.notices.queue(notice)
    return done


def _return_royalties(world: World, order: Record, body: dict[str, Any], request_no: str) -> None:
    """Take back from the receivers what the refund asks of them."""
    rows = body.get("refund_royalty_parameters") or []
    if not isinstance(rows, list):
        raise invalid("refund_royalty_parameters应为数组")
    splits = world.store.children("split", order["key"])
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise invalid("refund_royalty_parameters应为对象数组")
        account, fen = text(row, "trans_out", 64), amount_fen(row, "amount")
        received = sum(part["amount"] for split in splits for part in split["receivers"] if part["account"] == account)
        returned = sum(
            back["amount_fen"]
            for back in world.store.children("split_return", order["key"])
            if back["account"] == account
        )
        if returned + fen > received:
            raise business("ALLOC_AMOUNT_VALIDATE_ERROR", "退分账金额超过已分账金额")
        record: Record = {
            "key": f"alipay:{order['sub']}:{order['no']}:{request_no}:{index}",
            "acquirer": "alipay",
            "order": order["key"],
            "sub": order["sub"],
            "split": splits[0]["key"],
            "no": request_no,
            "return_id": digits(20),
            "account": account,
            "amount_fen": fen,
            "description": "",
            "created_at": world.clock.text(),
            "started": time.time(),
        }
        order = {**order, "split_fen": order["split_fen"] - fen}
        world.store.write(
            "alipay.split_return",
            ("split_return", record["key"], record),
            ("order", order["key"], order),
        )


def _key(order: Record, request_no: str) -> str:
    return f"{order['key']}:{request_no}"


def _view(order: Record, at: str, change: str, fen: int) -> dict[str, Any]:
    return {
        "trade_no": order["trade_no"],
        "out_trade_no": order["no"],
        "buyer_logon_id": "159****0000",
        "buyer_user_id": order["payer_id"],
        "fund_change": change,
        "refund_fee": yuan(order["refunded_fen"]),
        "send_back_fee": yuan(fen if change == "Y" else 0),
        "gmt_refund_pay": stamp(at),
        "refund_detail_item_list": [
            {"amount": yuan(fen), "fund_channel": CHANNELS.get(order["funding"], "ALIPAYACCOUNT")}
        ],
    }


def refund_query(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Show a refund; one that does not exist answers success without refund_status."""
    order = find(world, call, body)
    request_no = number(body, "out_request_no")
    done = world.store.get("refund", _key(order, request_no))
    if not done:
        return {}
    return {
        "trade_no": order["trade_no"],
        "out_trade_no": order["no"],
        "out_request_no": request_no,
        "total_amount": view(world, order)["total_amount"],
        "refund_amount": yuan(done["amount_fen"]),
        "refund_status": "REFUND_SUCCESS",
        "refund_reason": done["reason"],
        "gmt_refund_pay": stamp(done["created_at"]),
    }

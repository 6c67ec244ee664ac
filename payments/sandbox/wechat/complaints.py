"""Show the complaints that a test or demonstration has put in, and let merchants answer them."""

from __future__ import annotations

from typing import Any

from payments.sandbox.book import digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat import hooks
from payments.sandbox.wechat.errors import WechatError, param_error, query_text, text
from payments.sandbox.world import World


def listing(world: World, request: Request) -> dict[str, Any]:
    """List complaints of a span of days, oldest first."""
    begin = query_text(request.query, "begin_date")
    end = query_text(request.query, "end_date")
    limit, offset = _page(request)
    wanted = request.query.get("complainted_mchid", "")
    own = world.credentials.data["wechat"]["sp_mchid"]
    rows = [
        row
        for row in world.store.tables["complaint"].values()
        if begin <= row["complaint_time"][:10] <= end and wanted in ("", own, row["complainted_mchid"])
    ]
    page = rows[offset : offset + limit]
    return {"data": page, "limit": limit, "offset": offset, "total_count": len(rows)}


def _page(request: Request) -> tuple[int, int]:
    try:
        limit = int(request.query.get("limit", "10"))
        offset = int(request.query.get("offset", "0"))
    except ValueError:
        raise param_error("/limit", "应为整数", None, "query") from None
    if not 1 <= limit <= 50 or offset < 0:
        raise param_error("/limit", "应为1到50", limit, "query")
    return limit, offset


def show(world: World, request: Request, complaint_id: str) -> dict[str, Any]:
    """Show one complaint."""
    row = world.store.get("complaint", complaint_id)
    if not row:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "投诉单不存在")
    return row


def announce(world: World, row: Record) -> None:
    """Begin the history of a new complaint and tell the service provider; call with the store's lock held."""
    _note(world, row, "投诉人", "USER_CREATE_COMPLAINT", row["complaint_detail"])
    payload = {"complaint_id": row["complaint_id"], "action_type": "CREATE_COMPLAINT"}
    hooks.tell(world, "complaint", "COMPLAINT.CREATE", row["complaint_id"], payload)


def respond(world: World, request: Request, body: dict[str, Any], complaint_id: str) -> tuple[int, None]:
    """Take a merchant's words to the payer; the complaint is being worked on from now on."""
    row = _own(world, request, body, complaint_id)
    words = text(body, "/response_content", 200)
    _move(world, row, "PROCESSING" if row["complaint_state"] == "PENDING" else row["complaint_state"])
    _note(world, row, "商家", "MERCHANT_RESPONSE", words)
    payload = {"complaint_id": complaint_id, "action_type": "MERCHANT_RESPONSE"}
    hooks.tell(world, "complaint", "COMPLAINT.STATE_CHANGE", complaint_id, payload)
    return 204, None


def complete(world: World, request: Request, body: dict[str, Any], complaint_id: str) -> tuple[int, None]:
    """Take a merchant's word that a complaint was dealt with."""
    row = _own(world, request, body, complaint_id)
    if row["complaint_state"] == "PROCESSED":
        raise WechatError(400, "INVALID_REQUEST", "投诉单已处理完成")
    _move(world, row, "PROCESSED")
    _note(world, row, "商家", "MERCHANT_CONFIRM_COMPLETE", "")
    payload = {"complaint_id": complaint_id, "action_type": "MERCHANT_CONFIRM_COMPLETE"}
    hooks.tell(world, "complaint", "COMPLAINT.STATE_CHANGE", complaint_id, payload)
    return 204, None


def history(world: World, request: Request, complaint_id: str) -> dict[str, Any]:
    """List what was said and done about a complaint, the latest first."""
    show(world, request, complaint_id)
    limit, offset = _page(request)
    rows = [row for row in world.store.tables["complaint_log"].values() if row["complaint_id"] == complaint_id]
    shown = [{name: value for name, value in row.items() if name != "complaint_id"} for row in reversed(rows)]
    return {"data": shown[offset : offset + limit], "limit": limit, "offset": offset, "total_count": len(rows)}


def _own(world: World, request: Request, body: dict[str, Any], complaint_id: str) -> Record:
    row = show(world, request, complaint_id)
    if text(body, "/complainted_mchid", 64) != row["complainted_mchid"]:
        raise WechatError(403, "NO_AUTH", "被诉商户号与投诉单不一致")
    return row


def _move(world: World, row: Record, state: str) -> None:
    changed = {**row, "complaint_state": state, "incoming_user_response": False}
    world.store.write("wechat.complaint", ("complaint", row["complaint_id"], changed))


def _note(world: World, row: Record, operator: str, kind: str, words: str) -> None:
    record: Record = {
        "complaint_id": row["complaint_id"],
        "log_id": digits(30),
        "operator": operator,
        "operate_time": world.clock.text(),
        "operate_type": kind,
        "operate_details": words,
    }
    world.store.write("wechat.complaint.log", ("complaint_log", record["log_id"], record))

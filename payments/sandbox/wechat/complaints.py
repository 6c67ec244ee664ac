"""Show the complaints that a test or demonstration has put in."""

from __future__ import annotations

from typing import Any

from payments.sandbox.messages import Request
from payments.sandbox.wechat.errors import WechatError, param_error, query_text
from payments.sandbox.world import World


def listing(world: World, request: Request) -> dict[str, Any]:
    """List complaints of a span of days, oldest first."""
    begin = query_text(request.query, "begin_date")
    end = query_text(request.query, "end_date")
    try:
        limit = int(request.query.get("limit", "10"))
        offset = int(request.query.get("offset", "0"))
    except ValueError:
        raise param_error("/limit", "应为整数", None, "query") from None
    if not 1 <= limit <= 50 or offset < 0:
        raise param_error("/limit", "应为1到50", limit, "query")
    wanted = request.query.get("complainted_mchid", "")
    own = world.credentials.data["wechat"]["sp_mchid"]
    rows = [
        row
        for row in world.store.tables["complaint"].values()
        if begin <= row["complaint_time"][:10] <= end and wanted in ("", own, row["complainted_mchid"])
    ]
    page = rows[offset : offset + limit]
    return {"data": page, "limit": limit, "offset": offset, "total_count": len(rows)}


def show(world: World, request: Request, complaint_id: str) -> dict[str, Any]:
    """Show one complaint."""
    row = world.store.get("complaint", complaint_id)
    if not row:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "投诉单不存在")
    return row

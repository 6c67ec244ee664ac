"""Make WeChat's bills: trade, fund flow and profit sharing, with hash and short-lived link."""

from __future__ import annotations

import gzip
import hashlib
import secrets
from datetime import date, timedelta
from typing import Any

from payments.sandbox.billing import cut, day_rows, spoil, spoil_lines
from payments.sandbox.messages import Reply, Request
from payments.sandbox.wechat.bill_texts import fundflow_text, sharing_text, trade_text
from payments.sandbox.wechat.errors import WechatError, param_error, query_text
from payments.sandbox.wechat.sealed_bills import seal
from payments.sandbox.world import World

LINK_S = 300
READY_HOUR = 10


def trade_bill(world: World, request: Request) -> dict[str, Any]:
    """Apply for a trade bill of one sub-merchant or of all, and return its link."""
    day = bill_date(world, request)
    sub = query_text(request.query, "sub_mchid", required=False)
    _known(world, sub)
    kind = query_text(request.query, "bill_type", required=False) or "ALL"
    if kind not in ("ALL", "SUCCESS", "REFUND"):
        raise param_error("/bill_type", "取值应为ALL、SUCCESS、REFUND", kind, "query")
    rows = day_rows(world.store, "wechat", day, sub)
    if kind != "ALL":
        rows = [row for row in rows if (row["kind"] == "pay") == (kind == "SUCCESS")]
    if not rows:
        raise WechatError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
    rows, marks = spoil(world.faults, "wechat", rows)
    own = world.credentials.data["wechat"]
    text = trade_text(rows, kind, own["sp_appid"], own["sp_mchid"], marks, spoil_lines)
    return _link(world, request, cut(text.encode(), marks), marks)


def fundflow_bill(world: World, request: Request) -> dict[str, Any]:
    """Apply for the service provider's own fund flow: the splits it received."""
    day = bill_date(world, request)
    own = world.credentials.data["wechat"]["sp_mchid"]
    text = fundflow_text(world.store, own, day, own)
    if not text:
        raise WechatError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
    return _link(world, request, text.encode(), {})


def sub_fundflow_bill(world: World, request: Request) -> dict[str, Any]:
    """Apply for a sub-merchant's fund flow, which is sealed for the service provider."""
    day = bill_date(world, request)
    sub = query_text(request.query, "sub_mchid")
    _known(world, sub)
    query_text(request.query, "account_type")
    if query_text(request.query, "algorithm") != "AEAD_AES_256_GCM":
        raise param_error("/algorithm", "仅支持AEAD_AES_256_GCM", None, "query")
    text = fundflow_text(world.store, sub, day, world.credentials.data["wechat"]["sp_mchid"])
    if not text:
        raise WechatError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
    plain = text.encode()
    packed = _packed(request, plain)
    sealed, encrypt_key, nonce = seal(packed, world.credentials.wechat_merchant_public)
    row = {
        "bill_sequence": 1,
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(plain).hexdigest(),  # noqa: S324
        "download_url": _file_url(world, request, sealed),
        "encrypt_key": encrypt_key,
        "nonce": nonce,
    }
    return {"download_bill_count": 1, "download_bill_list": [row]}


def sharing_bill(world: World, request: Request) -> dict[str, Any]:
    """Apply for the profit sharing bill of a day."""
    day = bill_date(world, request)
    sub = query_text(request.query, "sub_mchid", required=False)
    _known(world, sub)
    text = sharing_text(world.store, day, sub, world.credentials.data["wechat"]["sp_mchid"])
    if not text:
        raise WechatError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
    return _link(world, request, text.encode(), {})


def _known(world: World, sub: str) -> None:
    if sub and not world.book.sub_merchant("wechat", sub):
        raise WechatError(403, "NO_AUTH", "特约商户未授权")


def bill_date(world: World, request: Request) -> str:
    """Return the day asked for, refusing it before the next day's 10:00."""
    text = query_text(request.query, "bill_date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise param_error("/bill_date", "格式应为yyyy-MM-dd", text, "query") from None
    if len(text) != 10:
        raise param_error("/bill_date", "格式应为yyyy-MM-dd", text, "query")
    now = world.clock.now()
    if day > now.date():
        raise param_error("/bill_date", "账单日期不能晚于今天", text, "query")
    ready_day = day + timedelta(days=1)
    if (now.date(), now.hour) < (ready_day, READY_HOUR):
        raise WechatError(400, "STATEMENT_CREATING", "账单生成中，请于次日10点后再试")
    return text


def _packed(request: Request, plain: bytes) -> bytes:
    tar = request.query.get("tar_type", "")
    if tar not in ("", "GZIP"):
        raise param_error("/tar_type", "仅支持GZIP", tar, "query")
    return gzip.compress(plain, 6, mtime=0) if tar else plain


def _link(world: World, request: Request, plain: bytes, marks: dict[str, int]) -> dict[str, Any]:
    digest = hashlib.sha1(plain).hexdigest()  # noqa: S324
    if "bad_hash" in marks:
        digest = hashlib.sha1(plain + b"?").hexdigest()  # noqa: S324
    return {
        "hash_type": "SHA1",
        "hash_value": digest,
        "download_url": _file_url(world, request, _packed(request, plain)),
    }


def _file_url(world: World, request: Request, data: bytes) -> str:
    token = secrets.token_urlsafe(24)
    folder = world.folder / "bills"
    folder.mkdir(exist_ok=True, mode=0o700)
    (folder / token).write_bytes(data)
    record = {"expires": world.clock.epoch() + LINK_S, "gzip": "tar_type" in request.query}
    world.store.write("wechat.bill", ("bill_link", token, record))
    return f"{request.base_url}/v3/billdownload/file?token={token}"


def download(world: World, request: Request) -> Reply:
    """Give the file of a link; this answer is not signed."""
    token = query_text(request.query, "token")
    link = world.store.get("bill_link", token)
    if not link:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "账单文件不存在")
    if world.clock.epoch() > link["expires"]:
        raise WechatError(400, "INVALID_REQUEST", "下载链接已过期，请重新申请账单")
    data = (world.folder / "bills" / token).read_bytes()
    kind = "application/octet-stream" if link["gzip"] else "text/plain; charset=utf-8"
    return Reply(200, data, [("Content-Type", kind)])

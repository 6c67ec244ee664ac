"""Register and remove the receivers that a sub-merchant may split to."""

from __future__ import annotations

from typing import Any

from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import WechatError, text
from payments.sandbox.wechat.sensitive import open_field
from payments.sandbox.world import World

KINDS = ("MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID")
RELATIONS = (
    *("SERVICE_PROVIDER", "STORE", "STAFF", "STORE_OWNER", "PARTNER", "HEADQUARTER"),
    *("BRAND", "DISTRIBUTOR", "USER", "SUPPLIER", "CUSTOM"),
)


def receiver_key(sub: str, kind: str, account: str) -> str:
    """Return the key under which a receiver is kept."""
    return f"wechat:{sub}:{kind}:{account}"


def add(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Register a receiver; adding it again changes nothing."""
    sub, kind, account = _read(world, body)
    relation = text(body, "/relation_type", 32)
    if relation not in RELATIONS:
        raise WechatError(400, "PARAM_ERROR", "relation_type不在取值范围内")
    if relation == "CUSTOM":
        text(body, "/custom_relation", 10)
    name = text(body, "/name", 10240, required=False)
    if not open_field(world, request, body, "/name") and kind == "MERCHANT_ID":
        raise WechatError(400, "PARAM_ERROR", "接收方类型为商户号时必须填写商户全称")
    record: Record = {"sub": sub, "type": kind, "account": account, "relation_type": relation}
    with world.store.lock:
        key = receiver_key(sub, kind, account)
        world.store.write("wechat.receiver.add", ("receiver", key, record))
    shown = {"sub_mchid": sub, "type": kind, "account": account, "relation_type": relation}
    if name:
        shown["name"] = name
    return shown


def delete(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Remove a receiver; one that is not there is no error."""
    sub, kind, account = _read(world, body)
    key = receiver_key(sub, kind, account)
    if world.store.get("receiver", key):
        world.store.write("wechat.receiver.delete", ("receiver", key, {}))
    return {"sub_mchid": sub, "type": kind, "account": account}


def _read(world: World, body: dict[str, Any]) -> tuple[str, str, str]:
    sub = text(body, "/sub_mchid", 32)
    if not world.book.sub_merchant("wechat", sub):
        raise WechatError(403, "NO_AUTH", "特约商户未授权")
    text(body, "/appid", 32)
    kind = text(body, "/type", 32)
    if kind not in KINDS:
        raise WechatError(400, "PARAM_ERROR", "type不在取值范围内")
    return sub, kind, text(body, "/account", 64)

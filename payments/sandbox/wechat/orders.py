"""Create, query and close WeChat orders: native, JSAPI, H5 and app, in partner mode."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from payments.sandbox.book import CLOSED, FAILED, OPEN, PAID, PAYING, REVOKED, digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import (
    WechatError,
    currency,
    fen,
    flag,
    number,
    param_error,
    query_text,
    text,
)
from payments.sandbox.world import World

TRADE_TYPES = {"native": "NATIVE", "jsapi": "JSAPI", "h5": "MWEB", "app": "APP"}
STATES = {
    OPEN: ("NOTPAY", "订单未支付"),
    PAYING: ("USERPAYING", "用户支付中，等待输入密码"),
    PAID: ("SUCCESS", "支付成功"),
    CLOSED: ("CLOSED", "订单已关闭"),
    REVOKED: ("REVOKED", "订单已撤销"),
    FAILED: ("PAYERROR", "支付失败，银行返回失败"),
}
SAME = ("sub_mchid", "sp_appid", "sub_appid", "description", "attach", "sharing", "openid")


def create(world: World, request: Request, body: dict[str, Any], kind: str) -> dict[str, Any]:
    """Open an order, or give a fresh prepay id for the same parameters once more."""
    sub, extra = read_order(world, body)
    notify_url = text(body, "/notify_url", 255)
    if not notify_url.startswith(("http://", "https://")) or "?" in notify_url:
        raise param_error("/notify_url", "通知地址须为完整URL且不能携带参数", notify_url)
    extra |= _read_payer(body, kind)
    no = number(body, "/out_trade_no")
    amount_fen = fen(body, "/amount/total")
    expire_at = read_expiry(world, body)
    prepay_id = "wx" + world.clock.now().strftime("%d%H%M%S%f")[:14] + secrets.token_hex(10)
    code_url = "weixin://wxpay/bizpayurl?pr=" + secrets.token_urlsafe(9).replace("-", "x")
    trade_type = TRADE_TYPES[kind]
    old = world.book.order("wechat", no)
    if old:
        refuse_reuse(old, extra, amount_fen, trade_type)
        tokens = [*old["tokens"], prepay_id, code_url]
        world.book.change(old, "again", tokens=tokens, notify_url=notify_url, expire_at=expire_at, extra=extra)
    else:
        world.book.open_order(
            "wechat",
            sub=sub,
            no=no,
            amount_fen=amount_fen,
            subject=extra["description"],
            trade_type=trade_type,
            notify_url=notify_url,
            expire_at=expire_at,
            tokens=[prepay_id, code_url],
            extra=extra,
        )
    if kind == "native":
        return {"code_url": code_url}
    if kind == "h5":
        link = urlencode({"prepay_id": prepay_id, "package": digits(10)})
        return {"h5_url": f"{request.base_url}/cgi-bin/mmpayweb-bin/checkmweb?{link}"}
    return {"prepay_id": prepay_id}


def _read_payer(body: dict[str, Any], kind: str) -> Record:
    """Return the payer that JSAPI orders name; check what H5 orders say of the payer's place."""
    if kind == "h5":
        text(body, "/scene_info/payer_client_ip", 45)
        text(body, "/scene_info/h5_info/type", 32)
    if kind != "jsapi":
        return {}
    own = text(body, "/payer/sp_openid", 128, required=False)
    openid = own or text(body, "/payer/sub_openid", 128)
    if not own:
        text(body, "/sub_appid", 32)
    return {"openid": openid, "openid_field": "sp_openid" if own else "sub_openid"}


def read_order(world: World, body: dict[str, Any]) -> tuple[str, Record]:
    """Check who is to be paid and for what; return the sub-merchant's number and the rest."""
    own = world.credentials.data["wechat"]
    if text(body, "/sp_mchid", 32) != own["sp_mchid"]:
        raise WechatError(403, "NO_AUTH", "服务商商户号与签名商户号不一致")
    if text(body, "/sp_appid", 32) != own["sp_appid"]:
        raise WechatError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    sub = text(body, "/sub_mchid", 32)
    if not world.book.sub_merchant("wechat", sub):
        raise WechatError(403, "NO_AUTH", "特约子商户商户号未授权服务商的产品权限")
    currency(body, "/amount/currency")
    return sub, {
        "sub_mchid": sub,
        "sp_appid": own["sp_appid"],
        "sub_appid": text(body, "/sub_appid", 32, required=False),
        "description": text(body, "/description", 127),
        "attach": text(body, "/attach", 128, required=False),
        "sharing": flag(body, "/settle_info/profit_sharing"),
        "device_id": text(body, "/scene_info/device_id", 32, required=False),
        "openid": "",
    }


def read_expiry(world: World, body: dict[str, Any]) -> str:
    """Return time_expire as given, refusing what is not RFC 3339 or already past."""
    expire = text(body, "/time_expire", 64, required=False)
    if not expire:
        return ""
    try:
        moment = datetime.fromisoformat(expire)
    except ValueError:
        raise param_error("/time_expire", "不符合rfc3339格式", expire) from None
    if moment.tzinfo is None:
        raise param_error("/time_expire", "缺少时区", expire)
    if moment.timestamp() <= world.clock.epoch():
        raise param_error("/time_expire", "交易结束时间早于当前时间", expire)
    return expire


def refuse_reuse(old: Record, extra: Record, amount_fen: int, trade_type: str) -> None:
    """Refuse a number that was used for another order or is finished."""
    if old["sub"] != extra["sub_mchid"] or old["state"] in (REVOKED, PAYING, FAILED):
        raise WechatError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
    if old["state"] == PAID:
        raise WechatError(400, "ORDERPAID", "该订单已支付")
    if old["state"] == CLOSED:
        raise WechatError(400, "ORDER_CLOSED", "该订单已关闭")
    same = all(old["extra"][name] == extra[name] for name in SAME)
    if not same or old["amount_fen"] != amount_fen or old["trade_type"] != trade_type:
        raise WechatError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")


def find(world: World, request: Request, *, no: str = "", trade_no: str = "") -> Record:
    """Return the order asked for; sp_mchid and sub_mchid must be right."""
    sp = query_text(request.query, "sp_mchid")
    sub = query_text(request.query, "sub_mchid")
    return find_for(world, sp, sub, no=no, trade_no=trade_no)


def find_for(world: World, sp: str, sub: str, *, no: str = "", trade_no: str = "") -> Record:
    """Return the order of this sub-merchant or refuse as the acquirer does."""
    if sp != world.credentials.data["wechat"]["sp_mchid"]:
        raise WechatError(403, "NO_AUTH", "商户号无权限查询该订单")
    if not world.book.sub_merchant("wechat", sub):
        raise WechatError(403, "NO_AUTH", "特约子商户商户号未授权服务商的产品权限")
    order = world.store.order_of_token(trade_no) if trade_no else world.book.order("wechat", no)
    if not order or order["sub"] != sub or order["acquirer"] != "wechat":
        raise WechatError(404, "ORDER_NOT_EXIST", "订单不存在")
    return order


def close(world: World, body: dict[str, Any], no: str) -> None:
    """Close an unpaid order; a number nobody knows is closed as well (204)."""
    if text(body, "/sp_mchid", 32) != world.credentials.data["wechat"]["sp_mchid"]:
        raise WechatError(403, "NO_AUTH", "服务商商户号与签名商户号不一致")
    sub = text(body, "/sub_mchid", 32)
    order = world.book.order("wechat", no)
    if not order or order["sub"] != sub or order["state"] == CLOSED:
        return
    if order["state"] == PAID:
        raise WechatError(400, "ORDERPAID", "该订单已支付")
    if order["state"] == OPEN:
        world.book.change(order, "close", state=CLOSED, closed_at=world.clock.text())


def view(order: Record, sp_mchid: str) -> dict[str, Any]:
    """Return an order as queries and notices show it."""
    extra = order["extra"]
    state, words = STATES[order["state"]]
    if order["state"] == PAID and order["refund_count"]:
        state, words = "REFUND", "订单发生过退款，退款详情请查询退款单"
    shown: dict[str, Any] = {
        "sp_appid": extra["sp_appid"],
        "sp_mchid": sp_mchid,
        "sub_mchid": order["sub"],
        "out_trade_no": order["no"],
        "trade_type": order["trade_type"],
        "trade_state": state,
        "trade_state_desc": words,
        "attach": extra["attach"],
        "promotion_detail": [],
    }
    if extra["sub_appid"]:
        shown["sub_appid"] = extra["sub_appid"]
    if extra["device_id"]:
        shown["scene_info"] = {"device_id": extra["device_id"]}
    amount: dict[str, Any] = {"total": order["amount_fen"], "currency": "CNY"}
    if order["paid_at"]:
        amount |= {"payer_total": order["amount_fen"], "payer_currency": "CNY"}
        shown |= {
            "transaction_id": order["trade_no"],
            "bank_type": order["bank_type"],
            "success_time": order["paid_at"],
            "payer": {extra.get("openid_field", "sp_openid"): order["payer_id"]},
        }
    shown["amount"] = amount
    return shown

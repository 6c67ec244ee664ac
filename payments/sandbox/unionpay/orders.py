"""Consume by QR code at UnionPay: codes to be scanned (01/07) and payers' codes (01/06)."""

from __future__ import annotations

import re
from datetime import datetime

from payments.sandbox.book import CLOSED, FAILED, OPEN, PAID, PAYING, REVOKED, digits
from payments.sandbox.clock import SHANGHAI
from payments.sandbox.store import Record
from payments.sandbox.unionpay.errors import (
    MESSAGES,
    UnionpayError,
    amount_fen,
    back_url,
    need,
    order_id,
    txn_time,
)
from payments.sandbox.world import World

Form = dict[str, str]
ECHOED = ("reqReserved", "reserved", "merAbbr", "termId")
RESULTS = {OPEN: "05", PAYING: "05", PAID: "00", CLOSED: "60", FAILED: "60", REVOKED: "00"}


def sub_of(world: World, form: Form) -> str:
    """Return the merchant a form is about: its own merId, or subMerId below the platform's."""
    mer_id = need(form, "merId", r"[0-9A-Za-z]{15}")
    platform = world.credentials.data["unionpay"]["mer_id"]
    sub = form.get("subMerId", "") if mer_id == platform else mer_id
    if not world.book.sub_merchant("unionpay", sub):
        raise UnionpayError("31")
    return sub


def key_of(sub: str, no: str, time_text: str) -> str:
    """Return the key of a transaction."""
    return f"unionpay:{sub}:{no}:{time_text}"


def apply_code(world: World, form: Form) -> Form:
    """Give a code to be scanned."""
    order = open_order_of(world, form, "QRC07", OPEN)
    return {"qrCode": order["tokens"][1]}


def open_order_of(world: World, form: Form, kind: str, state: str) -> Record:
    sub, no, time_text = sub_of(world, form), order_id(form), txn_time(form)
    key = key_of(sub, no, time_text)
    if world.store.get("order", key) or world.store.get("refund", key):
        raise UnionpayError("12")
    until = form.get("payTimeout") or form.get("qrCodeValidTime") or ""
    expire_at = ""
    if re.fullmatch(r"[0-9]{14}", until):
        expire_at = datetime.strptime(until, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI).isoformat()
    return world.book.open_order(
        "unionpay",
        sub=sub,
        no=no,
        amount_fen=amount_fen(form),
        subject=form.get("orderDesc", "") or "商品",
        trade_type=kind,
        state=state,
        notify_url=back_url(form),
        expire_at=expire_at,
        tokens=[f"unionpay#{no}", "https://qr.95516.com/00010000/" + digits(32)],
        extra={
            "openid": "",
            "time": time_text,
            "mer_id": form["merId"],
            "trace_no": digits(6),
            "txn": [form["txnType"], form["txnSubType"], form.get("bizType", "000000")],
            "echo": {name: form[name] for name in ECHOED if form.get(name)},
        },
        key=key,
    )


def query(world: World, form: Form) -> Form:
    """Show a consumption, revocation or refund by orderId and txnTime."""
    key = key_of(sub_of(world, form), order_id(form), txn_time(form))
    order = world.store.get("order", key)
    if order:
        result = order["extra"].get("refused", RESULTS[order["state"]])
        return _as_origin(result_fields(order, result))
    refund = world.store.get("refund", key)
    if not refund:
        raise UnionpayError("34")
    origin = world.store.tables["order"][refund["order"]]
    return _as_origin(refund_fields(refund, origin))


def _as_origin(shown: Form) -> Form:
    """Return a result as a query tells it: the query's own respCode is another matter."""
    code, words = shown.pop("respCode"), shown.pop("respMsg")
    return {**shown, "origRespCode": code, "origRespMsg": words}


def _words(result: str) -> str:
    return {"00": "成功[0000000]", "05": "处理中"}.get(result, MESSAGES.get(result, "交易失败"))


def result_fields(order: Record, result: str) -> Form:
    """Return what notices and queries say about a consumption."""
    extra = order["extra"]
    shown: Form = {
        "merId": extra["mer_id"],
        "orderId": order["no"],
        "txnTime": extra["time"],
        "txnType": extra["txn"][0],
        "txnSubType": extra["txn"][1],
        "bizType": extra["txn"][2],
        "accessType": "0",
        "txnAmt": str(order["amount_fen"]),
        "currencyCode": "156",
        "respCode": result,
        "respMsg": _words(result),
        **extra["echo"],
    }
    if order["paid_at"]:
        shown |= {
            "queryId": order["trade_no"],
            "settleAmt": str(order["amount_fen"]),
            "settleCurrencyCode": "156",
            "settleDate": order["paid_at"][5:10].replace("-", ""),
            "traceNo": extra["trace_no"],
            "traceTime": re.sub(r"[-T:]", "", order["paid_at"][5:19]),
            "accNo": order["payer_id"],
            "payCardType": "02" if order["funding"] == "credit" else "01",
            "payType": "0001",
        }
    return shown


def refund_fields(refund: Record, order: Record) -> Form:
    """Return what notices and queries say about a refund or revocation."""
    extra = refund["extra"]
    result = {"SUCCESS": "00", "PROCESSING": "05"}.get(refund["state"], "60")
    return {
        "merId": extra["mer_id"],
        "orderId": refund["refund_no"],
        "txnTime": extra["time"],
        "txnType": extra["txn"][0],
        "txnSubType": extra["txn"][1],
        "bizType": extra["txn"][2],
        "accessType": "0",
        "txnAmt": str(refund["amount_fen"]),
        "currencyCode": "156",
        "respCode": result,
        "respMsg": _words(result),
        "queryId": refund["refund_id"],
        "origQryId": order["trade_no"],
        "origOrderId": order["no"],
        "settleAmt": str(refund["amount_fen"]),
        "settleCurrencyCode": "156",
        "settleDate": refund["created_at"][5:10].replace("-", ""),
        "traceNo": extra["trace_no"],
        "traceTime": re.sub(r"[-T:]", "", refund["created_at"][5:19]),
        **extra["echo"],
    }

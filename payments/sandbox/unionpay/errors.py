"""Refuse as UnionPay does and read the fields of its forms."""

from __future__ import annotations

import re
from datetime import datetime

from payments.sandbox.clock import SHANGHAI

MESSAGES = {
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "报文交易要素缺失",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "34": "查无此交易",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "37": "操作过于频繁",
    "60": "交易失败，详情请咨询您的发卡行",
    "64": "卡上的余额不足",
    "77": "二维码无效或已过期",
    "98": "文件不存在",
    "99": "系统异常",
}

NO_NOTICE = "http://www.specialurl.com"


class UnionpayError(Exception):
    """Carry respCode and respMsg of a refusal."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message or MESSAGES.get(code, "")


def need(form: dict[str, str], name: str, pattern: str) -> str:
    """Return a field that must be there and look as the specification says."""
    value = form.get(name, "")
    if not value:
        raise UnionpayError("13", f"报文交易要素缺失[{name}]")
    if not re.fullmatch(pattern, value):
        raise UnionpayError("10", f"报文格式错误[{name}]")
    return value


def order_id(form: dict[str, str]) -> str:
    """Return orderId: 8 to 40 letters and digits."""
    return need(form, "orderId", r"[0-9A-Za-z]{8,40}")


def txn_time(form: dict[str, str]) -> str:
    """Return txnTime: YYYYMMDDhhmmss."""
    value = need(form, "txnTime", r"[0-9]{14}")
    try:
        datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise UnionpayError("10", "报文格式错误[txnTime]") from None
    return value


def amount_fen(form: dict[str, str]) -> int:
    """Return txnAmt: a positive number of fen, in CNY (156)."""
    if form.get("currencyCode", "156") != "156":
        raise UnionpayError("10", "报文格式错误[currencyCode]")
    fen = int(need(form, "txnAmt", r"[0-9]{1,12}"))
    if fen < 1:
        raise UnionpayError("10", "报文格式错误[txnAmt]")
    return fen


def back_url(form: dict[str, str]) -> str:
    """Return backUrl, '' for the address by which a client says that it wants no notice."""
    value = need(form, "backUrl", r"https?://.{1,248}")
    return "" if value.lower().startswith(NO_NOTICE) else value

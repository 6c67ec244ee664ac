"""Refuse as the Alipay gateway does and read its fields."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from payments.sandbox.clock import SHANGHAI

MESSAGES = {
    "10003": "order success pay inprocess",
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


class AlipayError(Exception):
    """Carry code, sub_code and sub_msg of a refusal, with what else the answer shows."""

    signed = True

    def __init__(self, code: str, sub_code: str, sub_msg: str, **more: Any) -> None:
        super().__init__(f"{code} {sub_code} {sub_msg}")
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.more = more

    def body(self) -> dict[str, Any]:
        """Return the inside of the answer."""
        return {
            "code": self.code,
            "msg": MESSAGES[self.code],
            "sub_code": self.sub_code,
            "sub_msg": self.sub_msg,
            **self.more,
        }


class StrangerError(AlipayError):
    """Refuse a caller without an app the gateway knows: it does not sign for strangers."""

    signed = False


def business(sub_code: str, sub_msg: str) -> AlipayError:
    """Return 40004 Business Failed."""
    return AlipayError("40004", "ACQ." + sub_code, sub_msg)


def invalid(words: str) -> AlipayError:
    """Return the refusal of a field of biz_content, missing or malformed."""
    return business("INVALID_PARAMETER", f"参数无效：{words}")


def text(body: dict[str, Any], name: str, limit: int, *, required: bool = True) -> str:
    """Return a text field of biz_content, '' when absent and not required."""
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise invalid(f"{name}不能为空")
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid(f"{name}类型错误")
    if len(str(value)) > limit:
        raise invalid(f"{name}长度超过{limit}")
    return str(value)


def number(body: dict[str, Any], name: str, *, required: bool = True) -> str:
    """Return a client's number: letters, digits, _ and -, up to 64."""
    value = text(body, name, 64, required=required)
    if value and not re.fullmatch(r"[0-9A-Za-z_\-|*]+", value):
        raise invalid(f"{name}仅支持字母、数字、下划线")
    return value


def amount_fen(body: dict[str, Any], name: str) -> int:
    """Return a positive amount given in yuan with up to two decimals, as fen."""
    value = body.get(name)
    if value is None or value == "":
        raise invalid(f"{name}不能为空")
    shown = str(value)
    if isinstance(value, bool) or not AMOUNT.fullmatch(shown):
        raise invalid(f"{name}应为元，最多两位小数")
    whole, _, part = shown.partition(".")
    fen = int(whole) * 100 + int(part.ljust(2, "0") or "0")
    if not 1 <= fen <= 10_000_000_000:
        raise AlipayError("40004", "ACQ.TOTAL_FEE_EXCEED", "金额应在0.01元到1亿元之间")
    return fen


def stamp(at: str) -> str:
    """Return a time as Alipay writes it, in Beijing time."""
    return at[:19].replace("T", " ")


def parse_expiry(body: dict[str, Any], now: datetime) -> str:
    """Return time_expire or timeout_express as RFC 3339, '' when neither is given."""
    until = text(body, "time_expire", 32, required=False)
    if until:
        try:
            moment = datetime.strptime(until, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        except ValueError:
            raise invalid("time_expire格式错误") from None
        if moment <= now:
            raise invalid("time_expire早于当前时间")
        return moment.isoformat()
    span = text(body, "timeout_express", 6, required=False)
    if not span:
        return ""
    match = re.fullmatch(r"([0-9]{1,5})([mhd])|1c", span)
    if not match:
        raise invalid("timeout_express格式错误")
    if span == "1c":
        return now.replace(hour=23, minute=59, second=59).isoformat()
    seconds = int(match[1]) * {"m": 60, "h": 3600, "d": 86400}[match[2]]
    return (now + timedelta(seconds=seconds)).isoformat()

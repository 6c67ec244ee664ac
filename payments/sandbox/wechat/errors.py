"""Refuse as WeChat Pay does and check the fields of a body."""

from __future__ import annotations

import re
from typing import Any

NUMBER_PATTERN = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
MAX_FEN = 10**11


class WechatError(Exception):
    """Carry HTTP status, code, message and detail of a refusal.

    What is refused before the caller is known (``signed`` False) bears no Wechatpay-* headers, and without a
    code it has no body either: so the real gateway answers wrong paths, methods and signatures.
    """

    def __init__(
        self, status: int, code: str, message: str, detail: dict[str, Any] | None = None, *, signed: bool = True
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.signed = signed
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail

    def body(self) -> dict[str, Any] | None:
        """Return the error JSON, None for a refusal without a word."""
        if not self.code:
            return None
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            body["detail"] = self.detail
        return body


def param_error(pointer: str, issue: str, value: Any = None, location: str = "body") -> WechatError:
    """Return 400 PARAM_ERROR for one field: a JSON pointer in the body, the bare name elsewhere; never a null."""
    field = pointer if location == "body" else pointer.strip("/")
    detail = {"field": field, "value": "" if value is None else value, "issue": issue, "location": location}
    return WechatError(400, "PARAM_ERROR", f"输入源“/{location}{pointer}”规则校验失败，{issue}", detail)


def walk(body: Any, pointer: str) -> Any:
    """Return the value at a pointer such as /amount/total or /receivers/0/type, or None."""
    for name in pointer.strip("/").split("/"):
        if isinstance(body, list) and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
            continue
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body


def text(body: dict[str, Any], pointer: str, limit: int, *, required: bool = True, at_least: int = 1) -> str:
    """Return a text field, '' when it is absent and not required."""
    value = walk(body, pointer)
    if value is None or value == "":
        if required:
            raise param_error(pointer, "缺少必填字段", value)
        return ""
    if not isinstance(value, str):
        raise param_error(pointer, "类型错误，应为字符串", value)
    if not at_least <= len(value) <= limit:
        raise param_error(pointer, f"长度应在{at_least}到{limit}之间", value)
    return value


def fen(body: dict[str, Any], pointer: str, *, at_least: int = 1) -> int:
    """Return a positive amount in fen; refuse everything that is not a JSON integer."""
    value = walk(body, pointer)
    if value is None:
        raise param_error(pointer, "缺少必填字段")
    if isinstance(value, bool) or not isinstance(value, int):
        raise param_error(pointer, "类型错误，应为整数", value)
    if value < at_least:
        raise param_error(pointer, f"值低于最小值 {at_least}", value)
    if value > MAX_FEN:
        raise param_error(pointer, f"值高于最大值 {MAX_FEN}", value)
    return value


def flag(body: dict[str, Any], pointer: str, *, required: bool = False) -> bool:
    """Return a boolean field, False when it is absent and not required."""
    value = walk(body, pointer)
    if value is None and required:
        raise param_error(pointer, "缺少必填字段")
    if value is None:
        return False
    if not isinstance(value, bool):
        raise param_error(pointer, "类型错误，应为布尔值", value)
    return value


def number(body: dict[str, Any], pointer: str, *, at_least: int = 6) -> str:
    """Return a client's number: letters, digits and _-|*, up to 32."""
    value = text(body, pointer, 32, at_least=at_least)
    if not re.fullmatch(r"[0-9A-Za-z_\-|*]+", value):
        raise param_error(pointer, "只能是数字、大小写字母_-|*", value)
    return value


def currency(body: dict[str, Any], pointer: str) -> None:
    """Refuse any currency but CNY."""
    if text(body, pointer, 16, required=False) not in ("", "CNY"):
        raise param_error(pointer, "货币类型仅支持CNY", walk(body, pointer))


def query_text(query: dict[str, str], name: str, *, required: bool = True) -> str:
    """Return a query parameter."""
    value = query.get(name, "")
    if not value and required:
        raise param_error(f"/{name}", "缺少必填参数", None, "query")
    return value

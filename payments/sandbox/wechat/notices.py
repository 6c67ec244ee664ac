"""Wrap WeChat's notices: encrypted under the APIv3 key, signed with the platform key."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from payments.sandbox.clock import Clock
from payments.sandbox.credentials import Credentials
from payments.sandbox.delivery import Parcel
from payments.sandbox.messages import dump
from payments.sandbox.store import Record
from payments.sandbox.wechat.signing import encrypt_resource, sign_headers

SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
    "COMPLAINT.CREATE": "产生新投诉",
    "COMPLAINT.STATE_CHANGE": "投诉单状态变化",
    "VIOLATION.PUNISH": "商户违规处罚",
    "VIOLATION.INTERCEPT": "商户交易拦截",
    "VIOLATION.APPEAL": "商户违规申诉",
}


class WechatSender:
    """Make parcels of WeChat notices; 200 and 204 take them."""

    schedule_s: tuple[float, ...] = (
        *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
        *(3600, 10800, 10800, 10800, 21600, 21600),
    )
    timeout_s = 5.0

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock

    def parcel(self, notice: Record, mode: str) -> Parcel:
        """Return the notice sealed and signed; ``mode`` spoils it as a fault wants."""
        own = self._credentials.data["wechat"]
        payload: dict[str, Any] = notice["payload"]
        if mode == "wrong_amount" and "amount" in payload:
            payload = json.loads(json.dumps(payload))
            payload["amount"]["total"] += 1
        original = notice["kind"]
        event = _event_of(notice)
        resource = encrypt_resource(dump(payload), own["apiv3_key"], original)
        body = dump(
            {
                "id": _uuid_like(notice["id"]),
                "create_time": notice["created_at"],
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": SUMMARIES[event],
                "resource": {"original_type": original, **resource},
            }
        )
        key = self._credentials.wechat_platform_key
        if mode == "forged":
            key = self._credentials.forger_key
        headers = dict(
            sign_headers(
                body,
                key=key,
                serial=own["platform_public_key_id"],
                epoch=self._clock.signing_epoch(),
            )
        )
        if mode == "probe":
            noise = base64.b64encode(secrets.token_bytes(240)).decode()
            headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + noise
        headers["Request-ID"] = secrets.token_hex(16).upper()
        headers["Content-Type"] = "application/json"
        headers["User-Agent"] = "Mozilla/4.0"
        headers["Accept"] = "*/*"
        return Parcel(notice["url"], body, headers)

    def is_taken(self, status: int, body: bytes) -> bool:
        """Judge the receiver's answer by its status alone."""
        return status in (200, 204)


def _event_of(notice: Record) -> str:
    if notice["kind"] == "refund":
        return "REFUND." + str(notice["payload"]["refund_status"])
    return str(notice.get("event", "TRANSACTION.SUCCESS"))


def _uuid_like(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"

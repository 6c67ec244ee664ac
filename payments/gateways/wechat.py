"""WeChat Pay API v3 in partner mode, through the guarded SDK."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from wechatpayv3 import WeChatPayType

from payments.gateways.line import LINE_FAULTS, UNCERTAIN_STATUSES, Line, Watch
from payments.gateways.protocol import (
    CLOSED,
    FAILED,
    NOT_FOUND,
    PAID,
    PENDING,
    UNKNOWN,
    Answer,
    Capabilities,
    Exchange,
    Notice,
    NoticeRefusedError,
    NoticeReply,
    Order,
    RefundOrder,
)
from payments.gateways.wechat_applyments import WechatApplyments
from payments.gateways.wechat_bills import WechatBills
from payments.gateways.wechat_complaints import WechatComplaints
from payments.gateways.wechat_core import SIGNATURE_TYPE, GuardedCore, build_wechat
from payments.gateways.wechat_reading import ACQUIRER, evidence_of, refund_evidence_of, trade_state
from payments.gateways.wechat_sharing import WechatSharing
from payments.rules.acquirer_message import UnreadableMessageError, masked, read_json, text_at
from payments.rules.confirmation import NOTICE, QUERY

SHANGHAI = timezone(timedelta(hours=8))
ABSENT = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
ALREADY_THERE = frozenset({"OUT_TRADE_NO_USED", "ORDERPAID", "ORDER_PAID"})


class Reply:
    """One answer of the API: status and strictly read body, or why it cannot be believed."""

    def __init__(self, status: int | None, body: dict[str, Any], exchange: Exchange, fault: str) -> None:
        self.http_status = status
        self.body = body
        self.exchange = exchange
        self.fault = fault
        self.code = str(body.get("code", ""))[:64]
        self.text = str(body.get("message", ""))[:255]

    @property
    def is_good(self) -> bool:
        """Tell whether it is a signed 2xx."""
        return not self.fault and self.http_status is not None and 200 <= self.http_status < 300

    @property
    def is_uncertain(self) -> bool:
        """Tell whether the acquirer may have acted without saying so believably."""
        return bool(self.fault) or self.http_status is None or self.http_status in UNCERTAIN_STATUSES

    def answer(self, state: str, **more: Any) -> Answer:
        """Word it for the services."""
        return Answer(
            state=state,
            code=self.code,
            text=self.text or self.fault[:255],
            exchanges=(self.exchange,),
            is_line_fault=self.is_uncertain,
            **more,
        )


class WechatGateway(WechatSharing, WechatBills, WechatComplaints, WechatApplyments):
    """微信支付: create, query, close, reverse, refund, split, bills and notices."""

    acquirer_code = ACQUIRER
    capabilities = Capabilities(
        flows=frozenset({"NATIVE", "JSAPI", "H5", "BARCODE"}),
        refund=True,
        partial_refund=True,
        split=True,
        query=True,
        close=True,
        reverse=True,
        bill=True,
        sub_merchant_onboarding=True,
    )

    def __init__(self, credentials: Mapping[str, Any], notify_base: str) -> None:
        self.sdk = build_wechat(credentials, Line())
        self.core: GuardedCore = self.sdk._core
        self._sp_ids = (str(credentials["sp_mchid"]), str(credentials["sp_appid"]))
        self._notify_url = f"{notify_base}/notices/wechat/"
        self.terms = credentials

    def sp_ids(self) -> tuple[str, ...]:
        """Return our mchid and appid."""
        return self._sp_ids

    def create(self, order: Order) -> Answer:
        """Ask for a payment; a time-out, 429 or 5xx is UNKNOWN, a refusal FAILED."""
        pay_type = WeChatPayType[{"BARCODE": "CODEPAY"}.get(order.flow, order.flow)]
        fields = self._order_fields(order)
        limits = {} if order.credit_allowed else {"limit_pay": ["no_credit"]}

        def pay(sent: dict[str, Any]) -> tuple[int, Any]:
            sent = {name: value for name, value in sent.items() if name not in limits}
            with self.core.adding(limits):
                answer: tuple[int, Any] = self.sdk.pay(**sent, pay_type=pay_type)
            return answer

        reply = self.ask("create", order.attempt_no, {**fields, **limits}, pay)
        if reply.is_uncertain or reply.code in ALREADY_THERE:
            return reply.answer(UNKNOWN)
        if not reply.is_good:
            return reply.answer(FAILED)
        if order.flow == "BARCODE":
            return self._read_order(reply)
        body = reply.body
        prepay = self._invoke_fields(str(body["prepay_id"])) if "prepay_id" in body else {}
        return reply.answer(PENDING, code_url=str(body.get("code_url") or body.get("h5_url") or ""), prepay=prepay)

    def query(self, order: Order) -> Answer:
        """Ask what became of a payment."""
        sent = {"out_trade_no": order.attempt_no, "sub_mchid": order.payee.sub_mchid}
        reply = self.ask("query", order.attempt_no, sent, lambda sent: self.sdk.query(**sent))
        if reply.http_status == 404 and reply.code in ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        return self._read_order(reply) if reply.is_good else reply.answer(UNKNOWN)

    def close(self, order: Order) -> Answer:
        """Close; 204 comes even for a number nobody knows, so callers query before and after."""
        sent = {"out_trade_no": order.attempt_no, "sub_mchid": order.payee.sub_mchid}
        reply = self.ask("close", order.attempt_no, sent, lambda sent: self.sdk.close(**sent))
        return reply.answer(CLOSED if reply.is_good else UNKNOWN)

    def reverse(self, order: Order) -> Answer:
        """Undo a barcode payment; money that was taken goes back."""
        sent = {"out_trade_no": order.attempt_no, "sub_mchid": order.payee.sub_mchid}
        reply = self.ask("reverse", order.attempt_no, sent, lambda sent: self.sdk.codepay_reverse(**sent))
        if reply.http_status == 404 and reply.code in ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        return reply.answer(CLOSED if reply.is_good else UNKNOWN)

    def refund(self, order: RefundOrder) -> Answer:
        """Send a refund; a repeat under the same number changes nothing. 429 may mean accepted: UNKNOWN."""
        sent = {
            "out_refund_no": order.refund_no,
            "out_trade_no": order.order.attempt_no,
            "amount": {"refund": order.amount_fen, "total": order.order.amount_fen, "currency": "CNY"},
            "reason": _plain(order.reason)[:80],
            "notify_url": self._notify_url,
            "sub_mchid": order.order.payee.sub_mchid,
        }
        reply = self.ask("refund", order.refund_no, sent, lambda sent: self.sdk.refund(**sent))
        if reply.is_good:
            return self._read_refund(reply)
        return reply.answer(UNKNOWN if reply.is_uncertain else FAILED)

    def query_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund."""
        sent = {"out_refund_no": order.refund_no, "sub_mchid": order.order.payee.sub_mchid}
        reply = self.ask("query_refund", order.refund_no, sent, lambda sent: self.sdk.query_refund(**sent))
        if reply.http_status == 404 and reply.code in ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        return self._read_refund(reply) if reply.is_good else reply.answer(UNKNOWN)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify serial, time, signature, then decrypt under our APIv3 key and read strictly."""
        try:
            text = body.decode("utf-8")
            if headers.get("Wechatpay-Signature-Type", "") != SIGNATURE_TYPE:
                raise NoticeRefusedError("signature type is not the agreed one")
            if fault := self.core.fault_of(headers, text):
                raise NoticeRefusedError(fault)
            outer = read_json(body)
            inner = self._open(outer)
            return self._notice(outer, inner)
        except UnicodeDecodeError:
            raise NoticeRefusedError("body is not UTF-8") from None
        except UnreadableMessageError as error:
            raise NoticeRefusedError(str(error)) from None

    def reply(self, is_taken: bool, reason: str = "") -> NoticeReply:
        """Answer 204 when taken; else a status that makes WeChat send again."""
        if is_taken:
            return NoticeReply(204, b"", "application/json")
        body = json.dumps({"code": "FAIL", "message": reason or "refused"}).encode()
        return NoticeReply(401, body, "application/json")

    def ask(
        self, kind: str, subject: str, sent: dict[str, Any], call: Callable[[dict[str, Any]], tuple[int, Any]]
    ) -> Reply:
        """Make one call and read its answer; nothing is raised, doubt is a fault of the reply."""
        watch = Watch(kind, subject, sent)
        try:
            status, content = call(sent)
        except LINE_FAULTS as error:
            fault = f"{type(error).__name__}: {error}"[:255]
            return Reply(None, {}, watch.exchange(None, {"fault": type(error).__name__}), fault)
        try:
            body = read_json(content.encode() if isinstance(content, str) else content) if content else {}
        except UnreadableMessageError as error:
            return Reply(status, {}, watch.exchange(status, {"fault": str(error)}), str(error))
        return Reply(status, body, watch.exchange(status, body), "")

    def _order_fields(self, order: Order) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "description": _plain(order.description) or "商品",
            "out_trade_no": order.attempt_no,
            "amount": {"total": order.amount_fen, "currency": "CNY"},
            "sub_mchid": order.payee.sub_mchid,
            "settle_info": {"profit_sharing": order.is_shared},
        }
        if order.flow == "BARCODE":
            fields["payer"] = {"auth_code": order.payer_ref}
            fields["scene_info"] = {"device_ip": "127.0.0.1"}
            return fields
        fields["notify_url"] = self._notify_url
        fields["time_expire"] = order.expires_at.astimezone(SHANGHAI).replace(microsecond=0).isoformat()
        if order.flow == "JSAPI":
            fields["payer"] = {"sp_openid": order.payer_ref}
        if order.flow == "H5":
            fields["scene_info"] = {"payer_client_ip": order.payer_ref or "127.0.0.1", "h5_info": {"type": "Wap"}}
        return fields

    def _invoke_fields(self, prepay_id: str) -> dict[str, Any]:
        """Sign what the wallet's bridge needs to open the payment."""
        stamp = str(int(datetime.now(UTC).timestamp()))
        nonce, package = prepay_id[-24:], f"prepay_id={prepay_id}"
        signature = self.sdk.sign([self._sp_ids[1], stamp, nonce, package])
        return {
            "appId": self._sp_ids[1],
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signature,
        }

    def _read_order(self, reply: Reply) -> Answer:
        if reply.http_status == 202:
            return reply.answer(PENDING)
        try:
            state = trade_state(reply.body)
            evidence = evidence_of(reply.body, QUERY) if state == PAID else None
        except UnreadableMessageError as error:
            return Answer(UNKNOWN, text=str(error)[:255], exchanges=(reply.exchange,), is_line_fault=True)
        return reply.answer(state, evidence=evidence)

    def _read_refund(self, reply: Reply) -> Answer:
        try:
            found = refund_evidence_of(reply.body, QUERY, "status")
        except UnreadableMessageError as error:
            return Answer(UNKNOWN, text=str(error)[:255], exchanges=(reply.exchange,), is_line_fault=True)
        return reply.answer(found.state, refund_evidence=found, acquirer_no=found.acquirer_refund_no)

    def _open(self, outer: dict[str, Any]) -> dict[str, Any]:
        if outer.get("resource_type") != "encrypt-resource":
            raise UnreadableMessageError("resource_type: encrypt-resource is needed")
        if text_at(outer, "resource.algorithm") != "AEAD_AES_256_GCM":
            raise UnreadableMessageError("resource.algorithm: AEAD_AES_256_GCM is needed")
        sealed, nonce = text_at(outer, "resource.ciphertext", 65536), text_at(outer, "resource.nonce", 16)
        if len(nonce) < 8:
            raise UnreadableMessageError("resource.nonce: too short")
        added = outer["resource"].get("associated_data") or ""
        if not isinstance(added, str):
            raise UnreadableMessageError("resource.associated_data: text is needed")
        try:
            plain = self.core.opened(sealed, nonce, added)
        except ValueError:
            plain = None
        if plain is None:
            raise NoticeRefusedError("resource does not open under our APIv3 key")
        return read_json(plain.encode())

    def _notice(self, outer: dict[str, Any], inner: dict[str, Any]) -> Notice:
        event, notice_id = text_at(outer, "event_type", 64), text_at(outer, "id", 64)
        shown = masked({"event_type": event, "id": notice_id, "resource": inner})
        if event == "TRANSACTION.SUCCESS":
            if trade_state(inner) != PAID:
                raise UnreadableMessageError("trade_state: does not fit the event")
            evidence = evidence_of(inner, NOTICE)
            return Notice("PAYMENT", evidence.attempt_no, notice_id, shown, evidence=evidence)
        if event.startswith("REFUND."):
            refund = refund_evidence_of(inner, NOTICE, "refund_status")
            if inner.get("sp_mchid") != self._sp_ids[0]:
                raise NoticeRefusedError("sp_mchid is not ours")
            return Notice("REFUND", refund.refund_no, notice_id, shown, refund_evidence=refund)
        raise UnreadableMessageError("event_type: unknown")


def _plain(text: str) -> str:
    """Return a text without the characters beyond three bytes of UTF-8 (emoji, rare Han), which WeChat refuses."""
    return "".join(char for char in text if char <= "\uffff")

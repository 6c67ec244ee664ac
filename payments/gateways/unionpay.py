"""UnionPay ACP 5.1.0: codes to be scanned, payers' codes, refunds, statements."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from payments.gateways.line import ForgedAnswerError, Line
from payments.gateways.protocol import (
    CLOSED,
    FAILED,
    NOT_FOUND,
    PAID,
    PENDING,
    SUCCEEDED,
    UNKNOWN,
    Answer,
    BillNotReadyError,
    Capabilities,
    Notice,
    NoticeRefusedError,
    NoticeReply,
    Order,
    Payee,
    RefundEvidence,
    RefundOrder,
)
from payments.gateways.unionpay_client import SHANGHAI, STAMP, UnionpayClient, UnionpayReply
from payments.gateways.without_onboarding import WithoutOnboarding
from payments.gateways.without_sharing import WithoutSharing
from payments.rules.acquirer_message import UnreadableMessageError, fen_of_digits, masked, read_form, word_at
from payments.rules.confirmation import NOTICE, QUERY, Evidence

ACQUIRER = "UNIONPAY"
WAITING = frozenset({"03", "04", "05"})
ABSENT, REPEATED = "34", "12"
MAX_BILL_BYTES = 512 * 1024 * 1024


class UnionpayGateway(WithoutSharing, WithoutOnboarding):
    """银联: create, query, refund, bills and notices. There is no close: payTimeout ends a code."""

    acquirer_code = ACQUIRER
    capabilities = Capabilities(
        flows=frozenset({"NATIVE", "BARCODE"}),
        refund=True,
        partial_refund=True,
        query=True,
        reverse=True,
        bill=True,
    )

    def __init__(self, credentials: Mapping[str, Any], notify_base: str) -> None:
        self.client = UnionpayClient(credentials, Line())
        self._notify_url = f"{notify_base}/notices/unionpay/"

    def sp_ids(self) -> tuple[str, ...]:
        """Return our merId."""
        return (self.client.mer_id,)

    def create(self, order: Order) -> Answer:
        """Apply for a code (01/07), or take the payer's code (01/06) whose result comes later."""
        fields = {
            **_who(order),
            "txnType": "01",
            "txnSubType": "06" if order.flow == "BARCODE" else "07",
            "txnAmt": str(order.amount_fen),
            "currencyCode": "156",
            "orderDesc": order.description[:32],
            "backUrl": self._notify_url,
            "payTimeout": order.expires_at.astimezone(SHANGHAI).strftime(STAMP),
            "qrNo": order.payer_ref if order.flow == "BARCODE" else "",
            "reserved": "" if order.credit_allowed else "{limitPay=no_credit}",
        }
        reply = self.client.call("back_trans_url", fields, kind="create", subject=order.attempt_no)
        if reply.is_uncertain or reply.code == REPEATED:
            return reply.answer(UNKNOWN)
        if not reply.is_good:
            return reply.answer(FAILED)
        return reply.answer(PENDING, code_url=reply.fields.get("qrCode", ""))

    def query(self, order: Order) -> Answer:
        """Ask what became of a consumption by orderId and txnTime."""
        fields = {**_who(order), "txnType": "00", "txnSubType": "00"}
        reply = self.client.call("query_url", fields, kind="query", subject=order.attempt_no)
        if reply.code == ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        if not reply.is_good:
            return reply.answer(UNKNOWN)
        word = reply.fields.get("origRespCode", "")
        if word == "00" and reply.fields.get("queryId"):
            return self._paid(reply, order)
        return reply.answer(PENDING if word in WAITING else CLOSED)

    def close(self, order: Order) -> Answer:
        """Answer pending: nothing closes a code before its payTimeout."""
        return Answer(PENDING, code="NO_CLOSE")

    def reverse(self, order: Order) -> Answer:
        """Undo a payer's code by 冲正 within five minutes; money that was taken goes back."""
        fields = {**_who(order), "txnType": "99", "txnSubType": "01", "txnAmt": str(order.amount_fen)}
        reply = self.client.call("back_trans_url", fields, kind="reverse", subject=order.attempt_no)
        if reply.code == ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        return reply.answer(CLOSED if reply.is_good else UNKNOWN)

    def refund(self, order: RefundOrder) -> Answer:
        """Send a refund (04); a repeat is answered 12 and found by query."""
        fields = {
            **_refund_who(order),
            "txnType": "04",
            "txnSubType": "00",
            "txnAmt": str(order.amount_fen),
            "currencyCode": "156",
            "origQryId": order.order.acquirer_trade_no,
            "backUrl": self._notify_url,
        }
        reply = self.client.call("back_trans_url", fields, kind="refund", subject=order.refund_no)
        if reply.is_uncertain or reply.code == REPEATED:
            return reply.answer(UNKNOWN)
        if not reply.is_good:
            return reply.answer(FAILED)
        found = _refund_evidence(order, PENDING, reply.fields.get("queryId", ""), None)
        return reply.answer(PENDING, refund_evidence=found, acquirer_no=found.acquirer_refund_no)

    def query_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund."""
        fields = {**_refund_who(order), "txnType": "00", "txnSubType": "00"}
        reply = self.client.call("query_url", fields, kind="query_refund", subject=order.refund_no)
        if reply.code == ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        if not reply.is_good:
            return reply.answer(UNKNOWN)
        word = reply.fields.get("origRespCode", "")
        state = SUCCEEDED if word == "00" else PENDING if word in WAITING else FAILED
        try:
            done = _moment(reply.fields, order.requested_at) if state == SUCCEEDED else None
        except UnreadableMessageError as error:
            return reply.answer(UNKNOWN, detail={"fault": str(error)})
        found = _refund_evidence(order, state, reply.fields.get("queryId", ""), done)
        return reply.answer(state, refund_evidence=found, acquirer_no=found.acquirer_refund_no)

    def fetch_bill(self, kind: str, day: date, payee: Payee | None = None) -> bytes:
        """Fetch one merchant's statement: a ZIP out of fileContent. Raises BillNotReadyError, ForgedAnswerError."""
        fields = {
            "txnType": "76",
            "txnSubType": "01",
            "subMerId": payee.sub_mchid if payee else "",
            "settleDate": day.strftime("%m%d"),
            "txnTime": datetime.now(SHANGHAI).strftime(STAMP),
            "fileType": "00",
        }
        reply = self.client.call("file_url", fields, kind="bill", subject=day.isoformat())
        if not reply.is_good:
            raise BillNotReadyError(reply.code or "LINE", reply.fields.get("respMsg", "") or reply.fault)
        try:
            packed = base64.b64decode(reply.fields.get("fileContent", ""), validate=True)
            return zlib.decompressobj().decompress(packed, MAX_BILL_BYTES)
        except (binascii.Error, zlib.error) as error:
            raise ForgedAnswerError(f"the statement does not unpack: {error}") from None

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify a form, its certificate's chain included, and read it strictly."""
        try:
            form = read_form(body)
            self.client.check(form)
            if form.get("merId") != self.client.mer_id:
                raise NoticeRefusedError("merId is not ours")
            return _notice(form)
        except ForgedAnswerError as error:
            raise NoticeRefusedError(str(error)) from None
        except UnreadableMessageError as error:
            raise NoticeRefusedError(str(error)) from None

    def reply(self, is_taken: bool, reason: str = "") -> NoticeReply:
        """Answer 200 when taken."""
        return NoticeReply(200 if is_taken else 401, b"ok" if is_taken else b"fail", "text/plain; charset=utf-8")

    def _paid(self, reply: UnionpayReply, order: Order) -> Answer:
        try:
            evidence = _evidence(reply.fields, QUERY, order.created_at)
        except UnreadableMessageError as error:
            return Answer(UNKNOWN, text=str(error)[:255], exchanges=(reply.exchange,), is_line_fault=True)
        return reply.answer(PAID, evidence=evidence)


def _who(order: Order) -> dict[str, str]:
    return {
        "orderId": order.attempt_no,
        "txnTime": order.created_at.astimezone(SHANGHAI).strftime(STAMP),
        "subMerId": order.payee.sub_mchid,
        "subMerName": order.payee.legal_name[:40],
        "reqReserved": order.payee.sub_mchid,
    }


def _refund_who(order: RefundOrder) -> dict[str, str]:
    return {
        **_who(order.order),
        "orderId": order.refund_no,
        "txnTime": order.requested_at.astimezone(SHANGHAI).strftime(STAMP),
    }


def _evidence(fields: Mapping[str, str], source: str, created_at: datetime) -> Evidence:
    form = dict(fields)
    if form.get("currencyCode") != "156":
        raise UnreadableMessageError("currencyCode: 156 is needed")
    return Evidence(
        attempt_no=word_at(form, "orderId", 40),
        acquirer_code=ACQUIRER,
        acquirer_trade_no=word_at(form, "queryId", 32),
        sp_ids=(word_at(form, "merId", 15),),
        sub_mchid=word_at(form, "reqReserved", 32),
        amount_fen=fen_of_digits(form.get("txnAmt", ""), "txnAmt"),
        currency="CNY",
        paid_at=_moment(form, created_at),
        payer=form.get("accNo", ""),
        funding={"01": "DEBIT", "02": "CREDIT"}.get(form.get("payCardType", ""), ""),
        source=source,
    )


def _moment(fields: Mapping[str, str], created_at: datetime) -> datetime:
    """Read traceTime (MMDDhhmmss); the year is the one that puts it at or after the order, New Year's Eve included."""
    text, start = fields.get("traceTime", ""), created_at.astimezone(SHANGHAI)
    for year in (start.year, start.year + 1):
        try:
            found = datetime.strptime(f"{year}{text}", STAMP).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
        if (start - found).days < 2:
            return found
    raise UnreadableMessageError("traceTime: MMDDhhmmss is needed")


def _refund_evidence(order: RefundOrder, state: str, number: str, done: datetime | None) -> RefundEvidence:
    return RefundEvidence(
        order.refund_no,
        ACQUIRER,
        number[:64],
        order.order.attempt_no,
        order.order.payee.sub_mchid,
        order.amount_fen,
        state,
        done,
        QUERY,
        accepted_at=order.requested_at,
    )


def _notice(form: dict[str, str]) -> Notice:
    number, kind = word_at(form, "orderId", 40), word_at(form, "txnType", 2)
    shown = masked({name: value for name, value in form.items() if name not in ("signature", "signPubKeyCert")})
    try:
        sent = datetime.strptime(word_at(form, "txnTime", 14), STAMP).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise UnreadableMessageError("txnTime: YYYYMMDDhhmmss is needed") from None
    notice_id = form.get("queryId", "")
    if kind == "01":
        if form.get("respCode") != "00":
            raise UnreadableMessageError("respCode: does not say paid")
        return Notice("PAYMENT", number, notice_id, shown, evidence=_evidence(form, NOTICE, sent))
    if kind == "04":
        word = form.get("respCode", "")
        state = SUCCEEDED if word == "00" else PENDING if word in WAITING else FAILED
        refund = RefundEvidence(
            number,
            ACQUIRER,
            notice_id,
            form.get("origOrderId", ""),
            form.get("reqReserved", ""),
            fen_of_digits(form.get("txnAmt", ""), "txnAmt"),
            state,
            _moment(form, sent) if state == SUCCEEDED else None,
            NOTICE,
            accepted_at=sent,
        )
        return Notice("REFUND", number, notice_id, shown, refund_evidence=refund)
    raise UnreadableMessageError("txnType: unknown")

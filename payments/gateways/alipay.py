"""Alipay as an ISV on behalf of merchants."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from payments.gateways.alipay_applyments import AlipayApplyments
from payments.gateways.alipay_client import SHANGHAI, TIME, AlipayClient, AlipayReply, sorted_pairs
from payments.gateways.alipay_sharing import AlipaySharing, royalties_back
from payments.gateways.line import Line
from payments.gateways.protocol import (
    CLOSED,
    FAILED,
    FUND_BILL,
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
from payments.rules.acquirer_message import UnreadableMessageError, fen_of_yuan, masked, read_form, text_at, word_at
from payments.rules.confirmation import NOTICE, QUERY, Evidence
from silk_road_ebao.kernel.money import yuan_text

ACQUIRER = "ALIPAY"
STATES = {"WAIT_BUYER_PAY": PENDING, "TRADE_SUCCESS": PAID, "TRADE_FINISHED": PAID, "TRADE_CLOSED": CLOSED}
FUNDINGS = {"PCREDIT": "CREDIT", "CREDITCARD": "CREDIT", "BANKCARD": "DEBIT", "DEBITCARD": "DEBIT"}


class AlipayGateway(AlipaySharing, AlipayApplyments):
    """支付宝: create, query, close, cancel, refund, split, bills and notices."""

    acquirer_code = ACQUIRER
    capabilities = Capabilities(
        flows=frozenset({"NATIVE", "JSAPI", "BARCODE"}),
        refund=True,
        partial_refund=True,
        split=True,
        query=True,
        close=True,
        reverse=True,
        bill=True,
        sub_merchant_onboarding=True,
        split_return_rides=True,
    )

    def __init__(self, credentials: Mapping[str, Any], notify_base: str) -> None:
        self.client = AlipayClient(credentials, Line())
        self._isv_pid = str(credentials.get("isv_pid", ""))
        self._notify_url = f"{notify_base}/notices/alipay/"

    def sp_ids(self) -> tuple[str, ...]:
        """Return our app id and ISV pid."""
        return (self.client.app_id, self._isv_pid)

    def create(self, order: Order) -> Answer:
        """Ask for a payment: precreate (a code), create (in the wallet) or pay (barcode)."""
        method, content = self._create_fields(order)
        reply = self._call(method, content, kind="create", order=order, notify_url=self._notify_url)
        if reply.code == "10003" and not reply.fault:
            return reply.answer(PENDING)
        if reply.is_uncertain or reply.sub_code == "ACQ.TRADE_HAS_SUCCESS":
            return reply.answer(UNKNOWN)
        if not reply.is_good:
            return reply.answer(FAILED)
        if order.flow == "BARCODE":
            return self._paid(reply, order)
        trade_no = str(reply.body.get("trade_no", ""))
        prepay = {"tradeNO": trade_no} if order.flow == "JSAPI" else {}
        return reply.answer(PENDING, code_url=str(reply.body.get("qr_code", "")), prepay=prepay)

    def query(self, order: Order) -> Answer:
        """Ask what became of a trade; TRADE_NOT_EXIST before the scan is no failure."""
        reply = self._call("alipay.trade.query", {"out_trade_no": order.attempt_no}, kind="query", order=order)
        if reply.is_absent:
            return reply.answer(NOT_FOUND)
        if not reply.is_good:
            return reply.answer(UNKNOWN)
        state = STATES.get(str(reply.body.get("trade_status")), UNKNOWN)
        if state == CLOSED and reply.body.get("send_pay_date"):
            state = PAID  # closed after a full refund: it had been paid
        return self._paid(reply, order) if state == PAID else reply.answer(state)

    def close(self, order: Order) -> Answer:
        """Close a trade that waits; an unscanned code cannot be closed, its time ends it."""
        reply = self._call("alipay.trade.close", {"out_trade_no": order.attempt_no}, kind="close", order=order)
        if reply.is_absent:
            return reply.answer(NOT_FOUND)
        return reply.answer(CLOSED if reply.is_good else UNKNOWN)

    def reverse(self, order: Order) -> Answer:
        """Undo a barcode payment whose fate is open; money that was taken goes back."""
        reply = self._call("alipay.trade.cancel", {"out_trade_no": order.attempt_no}, kind="reverse", order=order)
        return reply.answer(CLOSED if reply.is_good else NOT_FOUND if reply.is_absent else UNKNOWN)

    def refund(self, order: RefundOrder) -> Answer:
        """Send a refund under its own out_request_no; fund_change=N is a repeat, confirmed by query."""
        content = {
            "out_trade_no": order.order.attempt_no,
            "refund_amount": yuan_text(order.amount_fen),
            "out_request_no": order.refund_no,
            "refund_reason": order.reason,
            **royalties_back(order.returns),
        }
        reply = self._call("alipay.trade.refund", content, kind="refund", order=order.order, subject=order.refund_no)
        if not reply.is_good:
            return reply.answer(UNKNOWN if reply.is_uncertain else FAILED)
        if reply.body.get("fund_change") != "Y":
            return self.query_refund(order)
        return self._refunded(reply, order, str(reply.body.get("gmt_refund_pay", "")), order.amount_fen)

    def query_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund; an empty success means that there is none."""
        content = {
            "out_trade_no": order.order.attempt_no,
            "out_request_no": order.refund_no,
            "query_options": ["gmt_refund_pay"],
        }
        method = "alipay.trade.fastpay.refund.query"
        reply = self._call(method, content, kind="query_refund", order=order.order, subject=order.refund_no)
        if reply.is_absent or (reply.is_good and not reply.body.get("refund_status")):
            return reply.answer(NOT_FOUND)
        if not reply.is_good or reply.body.get("refund_status") != "REFUND_SUCCESS":
            return reply.answer(UNKNOWN)
        try:
            amount_fen = fen_of_yuan(str(reply.body.get("refund_amount", "")), "refund_amount")
        except UnreadableMessageError as error:
            return reply.answer(UNKNOWN, detail={"fault": str(error)})
        return self._refunded(reply, order, str(reply.body.get("gmt_refund_pay", "")), amount_fen)

    def fetch_bill(self, kind: str, day: date, payee: Payee | None = None) -> bytes:
        """Fetch a merchant's trade bill or our own account's details: a ZIP of GBK CSVs. Raises BillNotReadyError."""
        if kind != FUND_BILL and payee is None:
            raise BillNotReadyError("NO_PAYEE", "Alipay's bills are per merchant", is_final=True)
        own = payee is None or kind == FUND_BILL
        content = {"bill_type": "signcustomer" if own else "trade", "bill_date": day.isoformat()}
        reply = self.client.call(
            "alipay.data.dataservice.bill.downloadurl.query",
            content,
            kind="bill",
            subject=f"{payee.sub_mchid if payee else self._isv_pid}:{day.isoformat()}",
            token="" if own or payee is None else payee.auth_token,
        )
        if not reply.is_good:
            code = reply.sub_code or reply.code or "LINE"
            raise BillNotReadyError(code, reply.fault or str(reply.body.get("sub_msg", "")))
        return self.client.download(str(reply.body.get("bill_download_url", "")))

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify a form over its sorted, decoded pairs and read it strictly."""
        try:
            form = read_form(body)
            signature = form.get("sign", "")
            if form.get("sign_type") != "RSA2" or form.get("charset", "utf-8").lower() != "utf-8":
                raise NoticeRefusedError("sign_type or charset is not the agreed one")
            text = sorted_pairs(form, frozenset({"sign", "sign_type"}))
            if not self.client.is_theirs(text.encode(), signature):
                raise NoticeRefusedError("signature does not fit")
            if form.get("app_id") != self.client.app_id:
                raise NoticeRefusedError("app_id is not ours")
            return self._notice(form)
        except UnreadableMessageError as error:
            raise NoticeRefusedError(str(error)) from None

    def reply(self, is_taken: bool, reason: str = "") -> NoticeReply:
        """Answer exactly `success`, or `fail` to be told again."""
        return NoticeReply(200 if is_taken else 401, b"success" if is_taken else b"fail", "text/plain; charset=utf-8")

    def _call(
        self, method: str, content: dict[str, Any], *, kind: str, order: Order, notify_url: str = "", subject: str = ""
    ) -> AlipayReply:
        return self.client.call(
            method,
            content,
            kind=kind,
            subject=subject or order.attempt_no,
            token=order.payee.auth_token,
            notify_url=notify_url,
        )

    def _create_fields(self, order: Order) -> tuple[str, dict[str, Any]]:
        content: dict[str, Any] = {
            "out_trade_no": order.attempt_no,
            "total_amount": yuan_text(order.amount_fen),
            "subject": order.description,
            "seller_id": order.payee.sub_mchid,
            "time_expire": order.expires_at.astimezone(SHANGHAI).strftime(TIME),
            "extend_params": {"sys_service_provider_id": self._isv_pid},
        }
        if order.is_shared:
            content["extend_params"]["royalty_freeze"] = "true"
        if not order.credit_allowed:
            content["disable_pay_channels"] = "credit_group"
        if order.flow == "BARCODE":
            return "alipay.trade.pay", {**content, "scene": "bar_code", "auth_code": order.payer_ref}
        if order.flow == "JSAPI":
            return "alipay.trade.create", {**content, "buyer_id": order.payer_ref}
        return "alipay.trade.precreate", content

    def _paid(self, reply: AlipayReply, order: Order) -> Answer:
        try:
            evidence = _evidence(reply.body, order)
        except UnreadableMessageError as error:
            return Answer(UNKNOWN, text=str(error)[:255], exchanges=(reply.exchange,), is_line_fault=True)
        return reply.answer(PAID, evidence=evidence)

    def _refunded(self, reply: AlipayReply, order: RefundOrder, when: str, amount_fen: int) -> Answer:
        try:
            moment = _moment(when, "gmt_refund_pay")
        except UnreadableMessageError:
            moment = order.requested_at
        found = RefundEvidence(
            order.refund_no,
            ACQUIRER,
            str(reply.body.get("trade_no", ""))[:64],
            order.order.attempt_no,
            order.order.payee.sub_mchid,
            amount_fen,
            SUCCEEDED,
            moment,
            QUERY,
            accepted_at=moment,
        )
        return reply.answer(SUCCEEDED, refund_evidence=found, acquirer_no=found.acquirer_refund_no)

    def _notice(self, form: dict[str, str]) -> Notice:
        notice_id, attempt_no = word_at(form, "notify_id"), word_at(form, "out_trade_no", 64)
        shown = masked({name: value for name, value in form.items() if name != "sign"})
        sub_mchid = word_at(form, "seller_id", 32)
        if form.get("gmt_refund"):
            # The sum in refund_fee is of all refunds so far: the amount of this one is known by its number.
            # The one time that Alipay writes to the millisecond.
            moment = _moment(form["gmt_refund"].partition(".")[0], "gmt_refund")
            refund = RefundEvidence(
                word_at(form, "out_biz_no", 64),
                ACQUIRER,
                word_at(form, "trade_no", 64),
                attempt_no,
                sub_mchid,
                None,
                SUCCEEDED,
                moment,
                NOTICE,
                accepted_at=moment,
            )
            return Notice("REFUND", refund.refund_no, notice_id, shown, refund_evidence=refund)
        if STATES.get(form.get("trade_status", "")) != PAID:
            raise UnreadableMessageError("trade_status: does not say paid")
        evidence = Evidence(
            attempt_no=attempt_no,
            acquirer_code=ACQUIRER,
            acquirer_trade_no=word_at(form, "trade_no", 64),
            sp_ids=(form["app_id"],),
            sub_mchid=sub_mchid,
            amount_fen=fen_of_yuan(form.get("total_amount", ""), "total_amount"),
            currency="CNY",
            paid_at=_moment(form.get("gmt_payment", ""), "gmt_payment"),
            payer=form.get("buyer_id", ""),
            funding=_funding(form.get("fund_bill_list", "")),
            source=NOTICE,
        )
        return Notice("PAYMENT", attempt_no, notice_id, shown, evidence=evidence)


def _evidence(body: dict[str, Any], order: Order) -> Evidence:
    when = body.get("send_pay_date") or body.get("gmt_payment") or ""
    return Evidence(
        attempt_no=text_at(body, "out_trade_no", 64),
        acquirer_code=ACQUIRER,
        acquirer_trade_no=text_at(body, "trade_no", 64),
        sp_ids=(),
        sub_mchid=order.payee.sub_mchid,
        amount_fen=fen_of_yuan(text_at(body, "total_amount", 16), "total_amount"),
        currency="CNY",
        paid_at=_moment(str(when), "send_pay_date"),
        payer=str(body.get("buyer_user_id", "")),
        funding=_funding(str(body.get("fund_bill_list", ""))),
        source=QUERY,
    )


def _moment(text: str, name: str) -> datetime:
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise UnreadableMessageError(f"{name}: yyyy-MM-dd HH:mm:ss is needed") from None


def _funding(bills: str) -> str:
    found = [funding for channel, funding in FUNDINGS.items() if channel in bills]
    if "CREDIT" in found:
        return "CREDIT"
    return found[0] if found else "BALANCE" if "ALIPAYACCOUNT" in bills else ""

"""Alipay's 代商户签约: a batch is opened, 当面付 is signed in it, it is confirmed, and then asked about."""

from dataclasses import replace
from typing import Any

from payments.gateways.alipay_client import AlipayClient, AlipayReply
from payments.gateways.protocol import FAILED, NOT_FOUND, UNKNOWN, Answer
from payments.rules.applyment import LETTER, ApplymentForm

STATES = {
    "MERCHANT_INFO_HOLD": "REJECTED",
    "MERCHANT_AUDITING": "AUDITING",
    "MERCHANT_CONFIRM": "TO_BE_SIGNED",
    "MERCHANT_CONFIRM_SUCCESS": "FINISHED",
    "MERCHANT_CONFIRM_TIME_OUT": "REJECTED",
    "MERCHANT_APPLY_ORDER_CANCELED": "REJECTED",
}
TIMED_OUT = "超过15天没有确认签约，要重新提交"
MCC = "A0002_B0201"
"""The business category when the credentials name none (`mcc_code`)."""
PICTURE_FIELDS = {
    "BUSINESS_LICENCE": "business_license_pic",
    LETTER: "business_license_auth_pic",
    "PREMISES_PHOTO": "shop_sign_board_pic",
}


class AlipayApplyments:
    """Take merchants on."""

    client: AlipayClient

    def submit_applyment(self, form: ApplymentForm) -> Answer:
        """Open a batch, or sign and confirm the one that is open.

        Each call makes one step that cannot be lost: a batch whose number never reached us is a draft that lapses,
        and nothing is applied for before the batch we wrote down is confirmed.
        """
        return self._confirm(form) if form.acquirer_no else self._open_batch(form)

    def _open_batch(self, form: ApplymentForm) -> Answer:
        contact = {"contact_name": form.contact_name, "contact_mobile": form.contact_phone}
        content = {
            "account": form.contact_phone,
            "contact_info": {**contact, "contact_email": self.client.terms.get("contact_email") or "desk@example.com"},
        }
        reply = self.client.call(
            "alipay.open.agent.create", content, kind="applyment", subject=form.applyment_no, shown={}
        )
        batch_no = str(reply.body.get("batch_no", ""))[:64]
        if reply.is_good and batch_no:
            return reply.answer("EDITTING", acquirer_no=batch_no)
        return reply.answer(_not_good(reply), detail={"reasons": _refusal(reply)})

    def _confirm(self, form: ApplymentForm) -> Answer:
        fields = {
            "batch_no": form.acquirer_no,
            "mcc_code": self.client.terms.get("mcc_code") or MCC,
            "rate": f"{form.rate_bps / 100:.2f}",
            "sign_and_auth": "true",
            "shop_name": form.name[:100],
            "business_license_no": form.uscc,
            "long_term": "true" if form.uscc else "",
            "business_license_mobile": form.contact_phone if form.is_agent else "",
        }
        pictures = {PICTURE_FIELDS[kind]: one for kind, one in form.pictures.items() if kind in PICTURE_FIELDS}
        signed = self.client.upload(
            "alipay.open.agent.facetoface.sign",
            {name: value for name, value in fields.items() if value},
            {name: (one.media_type, one.content) for name, one in pictures.items()},
            kind="applyment_sign",
            subject=form.applyment_no,
        )
        if not signed.is_good:
            return signed.answer(_not_good(signed), detail={"reasons": _refusal(signed)})
        reply = self._send_confirm(form)
        state = "AUDITING" if reply.is_good else _not_good(reply)
        detail = {"reasons": _refusal(reply)} | ({"auth_token": _token(reply)} if _token(reply) else {})
        answer = reply.answer(state, acquirer_no=form.acquirer_no, detail=detail)
        return replace(answer, exchanges=(signed.exchange, reply.exchange))

    def query_applyment(self, form: ApplymentForm) -> Answer:
        """Ask about the batch; without one nothing was applied for. A lost token is asked for again at the end."""
        if not form.acquirer_no:
            return Answer(NOT_FOUND, code="NO_BATCH")
        content = {"batch_no": form.acquirer_no}
        reply = self.client.call(
            "alipay.open.agent.order.query", content, kind="applyment_query", subject=form.applyment_no
        )
        if not reply.is_good:
            is_absent = not reply.fault and reply.code == "40004" and not reply.is_uncertain
            return reply.answer(NOT_FOUND if is_absent else UNKNOWN)
        word = str(reply.body.get("order_status", ""))
        detail: dict[str, Any] = {
            "sub_mchid": str(reply.body.get("merchant_pid", ""))[:32],
            "sign_url": _link(reply.body.get("confirm_url")),
            "needs_token": True,
            "reasons": _reasons(word, reply.body),
        }
        answer = reply.answer(STATES.get(word, UNKNOWN), acquirer_no=form.acquirer_no, detail=detail)
        if answer.state != "FINISHED" or form.has_token:
            return answer
        again = self._send_confirm(form)
        if _token(again):
            detail["auth_token"] = _token(again)
        return replace(answer, exchanges=(*answer.exchanges, again.exchange))

    def _send_confirm(self, form: ApplymentForm) -> AlipayReply:
        return self.client.call(
            "alipay.open.agent.confirm",
            {"batch_no": form.acquirer_no},
            kind="applyment_confirm",
            subject=form.applyment_no,
        )


def _token(reply: AlipayReply) -> str:
    return str(reply.body.get("app_auth_token", ""))[:64] if reply.is_good else ""


def _not_good(reply: AlipayReply) -> str:
    """FAILED only where Alipay refused the content; a refusal of us as a client leaves everything as it was."""
    is_content = reply.code in ("40001", "40002", "40004") and not reply.fault
    return FAILED if is_content and not reply.is_uncertain else UNKNOWN


def _refusal(reply: AlipayReply) -> list[dict[str, str]]:
    why = str(reply.body.get("sub_msg") or reply.body.get("msg") or "")[:200]
    return [] if reply.is_good or not why else [{"what": "", "why": why}]


def _reasons(word: str, body: dict[str, Any]) -> list[dict[str, str]]:
    why = str(body.get("reject_reason", ""))[:200]
    if not why and word == "MERCHANT_CONFIRM_TIME_OUT":
        why = TIMED_OUT
    return [{"what": "", "why": why}] if why else []


def _link(link: object) -> str:
    is_web = isinstance(link, str) and link.startswith(("https://", "http://")) and len(link) <= 500
    return str(link) if is_web else ""

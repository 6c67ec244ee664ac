"""WeChat Pay's 特约商户进件: pictures first, then the form, whatever identifies anybody sealed under WeChat's key."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wechatpayv3 import WeChatPay

from payments.gateways.protocol import FAILED, NOT_FOUND, UNKNOWN, Answer
from payments.rules.applyment import LETTER, ApplymentForm, Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from payments.gateways.wechat import Reply
    from payments.gateways.wechat_core import GuardedCore

UPLOAD = "/v3/merchant/media/upload"
ABSENT = frozenset({"APPLYMENT_NOT_EXIST", "APPLYMENT_NOTEXIST", "RESOURCE_NOT_EXISTS"})
PREFIX = "APPLYMENT_STATE_"
STATES = frozenset(
    {
        "EDITTING",
        "AUDITING",
        "REJECTED",
        "TO_BE_CONFIRMED",
        "TO_BE_SIGNED",
        "SIGNING",
        "FINISHED",
        "CANCELED",
    }
)
SUBJECTS = {
    "COMPANY": ("SUBJECT_TYPE_ENTERPRISE", "716"),
    "INDIVIDUAL": ("SUBJECT_TYPE_INDIVIDUAL", "719"),
    "MICRO": ("SUBJECT_TYPE_MICRO", "703"),
}
"""Subject and settlement rule (入驻结算规则) by kind of merchant, unless `settlement_ids` of the credentials say."""
ACCOUNT_OF = "/v3/apply4sub/sub_merchants/{sub_mchid}/settlement?account_number_rule=ACCOUNT_NUMBER_RULE_MASK_V2"
"""The usual mask leaves two digits to compare, this one the last four; the SDK does not know it."""


class WechatApplyments:
    """Take merchants on."""

    sdk: WeChatPay
    core: GuardedCore
    ask: Callable[..., Reply]
    terms: Mapping[str, Any]

    def submit_applyment(self, form: ApplymentForm) -> Answer:
        """Upload the pictures and send the form; a refusal of its content is FAILED, of us as a client UNKNOWN."""
        media: dict[str, str] = {}
        exchanges = []
        for kind, picture in form.pictures.items():
            reply = self._upload(form, picture)
            exchanges.append(reply.exchange)
            if not reply.is_good:
                answer = reply.answer(_not_good(reply), detail={"reasons": _refusal(reply)})
                return _with(answer, exchanges)
            media[kind] = str(reply.body.get("media_id", ""))
        body = self._body(form, media)
        shown = {"business_code": form.applyment_no, "subject_type": body["subject_info"]["subject_type"]}
        shown |= {"pictures": sorted(media), "activities_rate": body["settlement_info"]["activities_rate"]}
        reply = self.ask("applyment", form.applyment_no, shown, lambda _: self.sdk.applyment_submit(**deepcopy(body)))
        exchanges.append(reply.exchange)
        number = str(reply.body.get("applyment_id", ""))[:64]
        if reply.is_good and number:
            return _with(reply.answer("EDITTING", acquirer_no=number), exchanges)
        state = UNKNOWN if reply.is_good else _not_good(reply)
        return _with(reply.answer(state, detail={"reasons": _refusal(reply)}), exchanges)

    def _upload(self, form: ApplymentForm, picture: Picture) -> Reply:
        name = f"{picture.kind.lower()}.{'png' if picture.media_type == 'image/png' else 'jpg'}"
        shown = {"picture": picture.kind, "bytes": len(picture.content)}

        def send(_shown: dict[str, Any]) -> tuple[int, Any]:
            return self.core.upload(UPLOAD, name=name, media_type=picture.media_type, content=picture.content)

        return self.ask("applyment_media", form.applyment_no, shown, send)

    def query_applyment(self, form: ApplymentForm) -> Answer:
        """Ask by our own number; when it is finished, ask which account WeChat will settle to."""
        number = form.applyment_no
        reply = self.ask(
            "applyment_query",
            number,
            {"business_code": number},
            lambda sent: self.sdk.applyment_query(**sent),
        )
        if reply.http_status == 404 and reply.code in ABSENT and not reply.fault:
            return reply.answer(NOT_FOUND)
        state = str(reply.body.get("applyment_state", "")).removeprefix(PREFIX)
        if not reply.is_good or reply.body.get("business_code") != number or state not in STATES:
            return reply.answer(UNKNOWN)
        detail = {
            "sub_mchid": str(reply.body.get("sub_mchid", ""))[:32],
            "sign_url": _link(reply.body),
            "reasons": _reasons(reply.body.get("audit_detail")),
        }
        answer = reply.answer(state, acquirer_no=str(reply.body.get("applyment_id", ""))[:64], detail=detail)
        return self._with_account(answer, detail) if state == "FINISHED" else answer

    def _with_account(self, answer: Answer, detail: dict[str, Any]) -> Answer:
        """Add the end of the account WeChat settles to; without a believable answer nothing is finished yet."""
        sent = {"sub_mchid": detail["sub_mchid"]}
        reply = self.ask(
            "settlement_query", sent["sub_mchid"], sent, lambda s: self.sdk._core.request(ACCOUNT_OF.format(**s))
        )
        if not reply.is_good:
            return _with(reply.answer(UNKNOWN), [*answer.exchanges, reply.exchange])
        detail["account_tail"] = str(reply.body.get("account_number", ""))[-8:]
        detail["account_state"] = str(reply.body.get("verify_result", ""))[:32]
        return _with(answer, [*answer.exchanges, reply.exchange])

    def _body(self, form: ApplymentForm, media: dict[str, str]) -> dict[str, Any]:
        subject_type, settlement_id = SUBJECTS[form.kind]
        settlement_ids = self.terms.get("settlement_ids")
        if isinstance(settlement_ids, dict):
            settlement_id = str(settlement_ids.get(form.kind, settlement_id))
        is_personal = form.account_name != form.legal_name or form.kind == "MICRO"
        account = "PERSONAL" if is_personal else "CORPORATE"
        return {
            "business_code": form.applyment_no,
            "contact_info": self._contact(form, media),
            "subject_info": _subject(form, media, subject_type),
            "business_info": {
                "merchant_shortname": form.name[:64],
                "service_phone": form.contact_phone,
                "sales_info": {
                    "sales_scenes_type": ["SALES_SCENES_STORE"],
                    "biz_store_info": {"biz_store_name": form.name[:128], "biz_store_address": form.address[:128]},
                },
            },
            "settlement_info": {
                "settlement_id": settlement_id,
                "qualification_type": str(self.terms.get("qualification_type", "零售")),
                "activities_rate": f"{form.rate_bps / 100:.2f}",
            },
            "bank_account_info": {
                "bank_account_type": f"BANK_ACCOUNT_TYPE_{account}",
                "account_name": form.account_name,
                "account_bank": form.bank_name,
                "bank_address_code": str(self.terms.get("bank_address_code", "652801")),
                "account_number": form.account_no,
            },
        }

    def _contact(self, form: ApplymentForm, media: dict[str, str]) -> dict[str, Any]:
        found = {
            "contact_type": "SUPER" if form.is_agent else "LEGAL",
            "contact_name": form.contact_name,
            "contact_id_number": form.contact_id,
            "mobile_phone": form.contact_phone,
            "contact_email": str(self.terms.get("contact_email", "")),
            "business_authorization_letter": media.get(LETTER, "") if form.is_agent else "",
        }
        return {name: value for name, value in found.items() if value}


def _subject(form: ApplymentForm, media: dict[str, str], subject_type: str) -> dict[str, Any]:
    card = {
        "id_card_copy": media.get("LEGAL_PERSON_ID", ""),
        "id_card_national": media.get("LEGAL_PERSON_ID_BACK", ""),
        "id_card_name": form.head_name,
        "id_card_number": form.head_id,
    }
    subject: dict[str, Any] = {
        "subject_type": subject_type,
        "identity_info": {
            "id_doc_type": "IDENTIFICATION_TYPE_IDCARD",
            "id_card_info": {name: value for name, value in card.items() if value},
        },
    }
    if form.kind != "MICRO":
        subject["business_license_info"] = {
            "license_copy": media.get("BUSINESS_LICENCE", ""),
            "license_number": form.uscc,
            "merchant_name": form.legal_name,
            "legal_person": form.head_name,
        }
    return subject


def _not_good(reply: Reply) -> str:
    """FAILED only where WeChat refused the content; a refusal of us as a client leaves everything as it was."""
    return FAILED if reply.http_status == 400 and not reply.is_uncertain else UNKNOWN


def _refusal(reply: Reply) -> list[dict[str, str]]:
    return [{"what": "", "why": reply.text[:200]}] if reply.text else []


def _reasons(rows: object) -> list[dict[str, str]]:
    if not isinstance(rows, list):
        return []
    return [
        {"what": str(row.get("field_name", ""))[:40], "why": str(row.get("reject_reason", ""))[:200]}
        for row in rows[:20]
        if isinstance(row, dict)
    ]


def _link(body: dict[str, Any]) -> str:
    """Return where the merchant goes on: to sign, or to verify its account; only http addresses."""
    for name in ("sign_url", "legal_validation_url"):
        link = body.get(name)
        if isinstance(link, str) and link.startswith(("https://", "http://")) and len(link) <= 500:
            return link
    return ""


def _with(answer: Answer, exchanges: list[Any]) -> Answer:
    return replace(answer, exchanges=tuple(exchanges))

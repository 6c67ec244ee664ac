"""Read what WeChat Pay says, strictly: orders and refunds in answers and notices."""

from datetime import datetime
from typing import Any

from payments.gateways.protocol import ABNORMAL, CLOSED, FAILED, PAID, PENDING, SUCCEEDED, RefundEvidence
from payments.rules.acquirer_message import UnreadableMessageError, fen_at, fit_text, text_at
from payments.rules.confirmation import Evidence, funding_of

ACQUIRER = "WECHAT"
TRADE_STATES = {
    "SUCCESS": PAID,
    "REFUND": PAID,
    "NOTPAY": PENDING,
    "USERPAYING": PENDING,
    "CLOSED": CLOSED,
    "REVOKED": CLOSED,
    "PAYERROR": FAILED,
}
REFUND_STATES = {"SUCCESS": SUCCEEDED, "PROCESSING": PENDING, "CLOSED": FAILED, "ABNORMAL": ABNORMAL}


def moment_at(body: dict[str, Any], path: str) -> datetime:
    """Return the aware time at the path; raises UnreadableMessageError."""
    try:
        moment = datetime.fromisoformat(text_at(body, path, 64))
    except ValueError:
        raise UnreadableMessageError(f"{path}: RFC 3339 is needed") from None
    if moment.tzinfo is None:
        raise UnreadableMessageError(f"{path}: the offset is missing")
    return moment


def trade_state(body: dict[str, Any]) -> str:
    """Return our word for trade_state; raises UnreadableMessageError for one we do not know."""
    state = TRADE_STATES.get(text_at(body, "trade_state", 32))
    if state is None:
        raise UnreadableMessageError("trade_state: unknown")
    return state


def evidence_of(body: dict[str, Any], source: str) -> Evidence:
    """Read a paid order; raises UnreadableMessageError naming the field."""
    payer = body.get("payer") if isinstance(body.get("payer"), dict) else {}
    openid = (payer or {}).get("sp_openid") or (payer or {}).get("sub_openid") or ""
    bank_type = body.get("bank_type", "")
    return Evidence(
        attempt_no=text_at(body, "out_trade_no", 32),
        acquirer_code=ACQUIRER,
        acquirer_trade_no=text_at(body, "transaction_id", 32),
        sp_ids=(text_at(body, "sp_mchid", 32), text_at(body, "sp_appid", 32)),
        sub_mchid=text_at(body, "sub_mchid", 32),
        amount_fen=fen_at(body, "amount.total"),
        currency=text_at(body, "amount.currency", 8),
        paid_at=moment_at(body, "success_time"),
        payer=fit_text(openid) if isinstance(openid, str) else "",
        funding=funding_of(bank_type) if isinstance(bank_type, str) else "",
        source=source,
    )


def refund_evidence_of(body: dict[str, Any], source: str, status_name: str) -> RefundEvidence:
    """Read a refund; `status_name` is status in answers and refund_status in notices."""
    word = text_at(body, status_name, 32)
    state = REFUND_STATES.get(word)
    if state is None:
        raise UnreadableMessageError(f"{status_name}: unknown")
    sub_mchid = body.get("sub_mchid", "")
    return RefundEvidence(
        refund_no=text_at(body, "out_refund_no", 64),
        acquirer_code=ACQUIRER,
        acquirer_refund_no=text_at(body, "refund_id", 64),
        attempt_no=text_at(body, "out_trade_no", 32),
        sub_mchid=sub_mchid if isinstance(sub_mchid, str) else "",
        amount_fen=fen_at(body, "amount.refund"),
        state=state,
        refunded_at=moment_at(body, "success_time") if state == SUCCEEDED else None,
        source=source,
        code=word,
        accepted_at=moment_at(body, "create_time") if "create_time" in body else None,
    )

"""What an acquirer says about a payment, in one form for notice, query and bill, and how it is cross-checked."""

from dataclasses import dataclass
from datetime import datetime

NOTICE, QUERY, BILL = "NOTICE", "QUERY", "BILL"
SOURCES = (NOTICE, QUERY, BILL)
CREDIT = "CREDIT"


@dataclass(frozen=True, slots=True)
class Evidence:
    """证据: one verified statement that an attempt was paid. Amount in fen; `paid_at` is the acquirer's success time.

    `sp_ids` are the service provider's own numbers as the acquirer wrote them (mchid and appid, pid, merId);
    `payer` is the acquirer's name for the payer, never stored as it is; `funding` is DEBIT, CREDIT, BALANCE or "".
    """

    attempt_no: str
    acquirer_code: str
    acquirer_trade_no: str
    sp_ids: tuple[str, ...]
    sub_mchid: str
    amount_fen: int
    currency: str
    paid_at: datetime
    payer: str
    funding: str
    source: str


def mismatches(
    evidence: Evidence, *, acquirer_code: str, sp_ids: tuple[str, ...], sub_mchid: str, amount_fen: int
) -> list[str]:
    """Name every field in which the evidence contradicts what we asked for; empty when all agree."""
    found = []
    if evidence.acquirer_code != acquirer_code:
        found.append("acquirer")
    if evidence.amount_fen != amount_fen:
        found.append("amount")
    if evidence.currency != "CNY":
        found.append("currency")
    if any(given not in sp_ids for given in evidence.sp_ids):
        found.append("service_provider")
    if evidence.sub_mchid != sub_mchid:
        found.append("sub_mchid")
    if not evidence.acquirer_trade_no:
        found.append("acquirer_trade_no")
    if evidence.paid_at.tzinfo is None:
        found.append("paid_at")
    return found


def funding_of(bank_type: str) -> str:
    """Tell CREDIT, DEBIT, BALANCE or "" from a WeChat bank_type such as ICBC_DEBIT or OTHERS."""
    for ending in (CREDIT, "DEBIT"):
        if bank_type.endswith("_" + ending):
            return ending
    return "BALANCE" if bank_type == "OTHERS" else ""

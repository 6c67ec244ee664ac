"""Screening of transfers between an account at a bank and its bound account, before the bank executes them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.models import RiskHit, RiskReview, ScreenedTransfer
from payments.rules.risk import hardest
from payments.rules.transfer_screen import TransferFacts, strikes_transfer
from payments.selectors.transfer_screens import transfer_figures
from payments.services.risks import open_review, rules_on
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.refusals import Refusal


class TransferReused(Refusal):
    """The number stands for another order already."""

    message = _("这个指令号已经用过")


@dataclass(frozen=True, slots=True)
class TransferVerdict:
    """What to do with a transfer: PASS, REVIEW (a person looks), HOLD (wait), REFUSE. Reasons stay with us (R20)."""

    order_no: str
    action: str
    review_no: str


@transaction.atomic
def screen_transfer(
    *,
    order_no: str,
    direction: str,
    account_ref: str,
    amount_fen: int,
    device: str,
    bound_at: datetime | None,
    at: datetime,
) -> TransferVerdict:
    """Screen one order to move money IN to or OUT of an account; the same order once more gives the same verdict.

    `account_ref` and `device` are kept as keyed hashes only; `bound_at` says when the bound account last changed.
    The bank moves the money and decides; we only say what we see. A review that a person passed turns into PASS.
    Raises:
        TransferReused: the number came before with another amount, direction or account.
    """
    account_token = blind_index(account_ref, "payments.transfer_account")
    known = ScreenedTransfer.objects.filter(order_no=order_no).first()
    if known is not None:
        if (known.direction, known.amount_fen, bytes(known.account_token)) != (direction, amount_fen, account_token):
            raise TransferReused
        return _verdict_now(known)
    device_token = blind_index(device, "payments.device") if device else None
    rules = rules_on(day=business_date(at), scope="TRANSFER")
    facts = TransferFacts(
        amount_fen=amount_fen,
        hour=at.astimezone(BUSINESS_ZONE).hour,
        bound_for_hours=int((at - bound_at).total_seconds() // 3600) if bound_at else None,
        figures=transfer_figures(
            account_token=account_token, device_token=device_token, direction=direction, amount_fen=amount_fen, at=at,
            rules=[rule for _pk, _live, rule in rules],
        ),
    )  # fmt: skip
    found = [(pk, live, rule, f) for pk, live, rule in rules if (f := strikes_transfer(rule, facts)) is not None]
    action = hardest([rule.action for _pk, live, rule, _f in found if live])
    row = ScreenedTransfer.objects.create(
        order_no=order_no, direction=direction, account_token=account_token, device_token=device_token,
        amount_fen=amount_fen, action=action, at=at,
    )  # fmt: skip
    RiskHit.objects.bulk_create(
        RiskHit(rule_id=pk, subject=order_no, action=rule.action if live else "PASS", figures=figures, at=at)
        for pk, live, rule, figures in found
    )
    if action in ("REVIEW", "HOLD"):
        codes = ",".join(rule.code for _pk, live, rule, _f in found if live)
        open_review(merchant_id=None, subject=order_no, reason=codes, at=at)
    return _verdict_now(row)


def _verdict_now(row: ScreenedTransfer) -> TransferVerdict:
    review = RiskReview.objects.filter(subject=row.order_no).order_by("-pk").first()
    decided = {"PASSED": "PASS", "REFUSED": "REFUSE"}
    action = decided.get(review.status, row.action) if review else row.action
    return TransferVerdict(row.order_no, action, review.review_no if review else "")

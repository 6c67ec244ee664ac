"""Whether payment from the payer's own bank account is offered, and why or why not."""

from datetime import datetime

from accounts.models import SettlementAccount
from accounts.selectors.settlement_accounts import remaining_allowance
from payments.gateways.account import BANKS, FLOW
from payments.models import Payment
from payments.rules.scene import Candidate, Offer
from payments.services.scenes import offer_flows


def offer_with_account(
    *, payment: Payment, flows: list[tuple[str, bool]], account: SettlementAccount | None, at: datetime
) -> list[Offer]:
    """Rank the flows of wallets together with the payer's own account, each with its reasons.

    The account is feasible only with a bank that is joined and an allowance that covers the amount (R13); otherwise
    it stands last and says NO_ACCOUNT, NOT_VERIFIED, LINE_DOWN or ALLOWANCE_TOO_SMALL.
    """
    return offer_flows(payment=payment, flows=flows, at=at, more=[account_candidate(account=account, at=at)])


def account_candidate(*, account: SettlementAccount | None, at: datetime) -> Candidate:
    """Say what is known for and against the payer's account."""
    if account is None:
        return Candidate(FLOW, is_open=False, reasons=["NO_ACCOUNT"])
    reasons = [] if account.verification == "VERIFIED" and account.status == "ACTIVE" else ["NOT_VERIFIED"]
    allowance = remaining_allowance(account, at).out_fen if account.account_class in ("II", "III") else None
    is_open = not reasons and account.bank.code in BANKS
    return Candidate(FLOW, is_open=is_open, allowance_fen=allowance, reasons=reasons)

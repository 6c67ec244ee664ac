"""Payment from a person's own account at a bank (账户支付): what a bank's line must offer; no bank is joined yet."""

from collections.abc import Mapping
from typing import Protocol

from payments.gateways.protocol import Answer, Capabilities, Order

FLOW = "BANK:ACCOUNT"
ACCOUNT_CAPABILITIES = Capabilities(flows=frozenset({"ACCOUNT"}), refund=True, partial_refund=True, query=True)


class AccountGateway(Protocol):
    """A bank that debits the payer's Class I or II account for a merchant, through the partner API.

    The bank checks the payer, the limits and the money, and settles with the merchant's own account (R1, R2).
    """

    bank_code: str
    capabilities: Capabilities

    def create(self, order: Order) -> Answer:
        """Ask the bank to debit the payer: PENDING with the address of its own page, FAILED, UNKNOWN."""
        ...

    def query(self, order: Order) -> Answer:
        """Ask what became of it."""
        ...


BANKS: Mapping[str, AccountGateway] = {}
"""Banks joined for account payment, by institution code."""

"""The chart of accounts: every ledger head that may exist, and the only builders of account codes.

Rule R1 (银发〔2017〕217, regulation 768 of 2024): the platform holds nobody's money. The chart therefore has memo
ledgers, our own income, receivables, cash and contract assets, and points; there is no head for a balance we owe.
A new head is a new line here plus a migration, because the database enforces the same list.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Unit(IntEnum):
    """What an amount counts: CNY in fen, POINT in whole points."""

    CNY = 1
    POINT = 2


class Klass(StrEnum):
    """Class of an account, the first word of its code in capitals."""

    MEMO = "MEMO"
    INCOME = "INCOME"
    RECEIVABLE = "RECEIVABLE"
    CASH = "CASH"
    CONTRACT = "CONTRACT"
    FUNDER = "FUNDER"
    HOLDER = "HOLDER"
    STATEMENT = "STATEMENT"


POINT_KLASSES: Final = frozenset({Klass.FUNDER, Klass.HOLDER, Klass.STATEMENT})


@dataclass(frozen=True, slots=True)
class Head:
    """One line of the chart: `parts` names follow the head; striped heads are hot and have no limits."""

    parts: int
    striped: bool
    debit_normal: bool
    floor: int | None = None
    """Least allowed credits minus debits; None allows any."""


CHART: Final[dict[str, Head]] = {
    "memo:due": Head(parts=2, striped=False, debit_normal=True),
    "memo:earned": Head(parts=2, striped=False, debit_normal=False),
    "memo:fee": Head(parts=1, striped=True, debit_normal=False),
    "income:service_fee": Head(parts=0, striped=True, debit_normal=False),
    "income:commission": Head(parts=0, striped=True, debit_normal=False),
    "income:rounding": Head(parts=0, striped=True, debit_normal=False),
    "receivable:split": Head(parts=1, striped=True, debit_normal=True),
    "receivable:merchant": Head(parts=1, striped=False, debit_normal=True),
    "receivable:commission": Head(parts=1, striped=True, debit_normal=True),
    "cash:own": Head(parts=1, striped=True, debit_normal=True),
    "contract:commission": Head(parts=1, striped=True, debit_normal=True),
    "funder:points": Head(parts=1, striped=True, debit_normal=True),
    "holder:points": Head(parts=1, striped=False, debit_normal=False, floor=0),
    "holder:reserved": Head(parts=1, striped=False, debit_normal=False, floor=0),
    "statement:points": Head(parts=1, striped=False, debit_normal=False),
}

PART_PATTERN: Final = "[A-Z0-9][A-Z0-9_]*"
CODE_PATTERN: Final = (
    "^("
    + "|".join(head + f"(:{PART_PATTERN}){{{line.parts}}}" * (line.parts > 0) for head, line in CHART.items())
    + ")$"
)
_PART = re.compile(PART_PATTERN)


@dataclass(frozen=True, slots=True)
class AccountCode:
    """The code of one ledger account; made by the builders below, never written as a string."""

    text: str
    head: str

    @property
    def klass(self) -> Klass:
        """Name the class, the first word of the head."""
        return Klass(self.head.split(":", 1)[0].upper())

    @property
    def unit(self) -> Unit:
        """Name the unit, which follows from the class."""
        return Unit.POINT if self.klass in POINT_KLASSES else Unit.CNY

    @property
    def line(self) -> Head:
        """Look up the line of the chart."""
        return CHART[self.head]

    def __str__(self) -> str:
        return self.text


def parse_code(text: str) -> AccountCode:
    """Read a code back from text; ValueError when the chart has no such account."""
    words = text.split(":")
    head = ":".join(words[:2])
    if head not in CHART:
        raise ValueError(f"no head of the chart of accounts: {text!r}")
    return _build(head, *words[2:])


def _build(head: str, *parts: str) -> AccountCode:
    if len(parts) != CHART[head].parts or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"not an account of {head}: {parts!r}")
    return AccountCode(text=":".join((head, *parts)), head=head)


def memo_due(acquirer_code: str, merchant_no: str) -> AccountCode:
    """Build 收单机构应付商户: what the acquirer owes the merchant (memo)."""
    return _build("memo:due", acquirer_code, merchant_no)


def memo_earned(acquirer_code: str, merchant_no: str) -> AccountCode:
    """Build 商户在途应收: what the merchant has earned at the acquirer (memo)."""
    return _build("memo:earned", acquirer_code, merchant_no)


def memo_fee(acquirer_code: str) -> AccountCode:
    """Build 通道手续费: what the acquirer keeps as its fee (memo)."""
    return _build("memo:fee", acquirer_code)


def income_service_fee() -> AccountCode:
    """Build 服务费收入: our own service-fee income."""
    return _build("income:service_fee")


def income_commission() -> AccountCode:
    """Build 佣金收入: our own commission income."""
    return _build("income:commission")


def income_rounding() -> AccountCode:
    """Build 尾差: the one stated line for rounding residue (R28)."""
    return _build("income:rounding")


def receivable_split(acquirer_code: str) -> AccountCode:
    """Build 应收分账款: service fees the acquirer will pay us by profit sharing."""
    return _build("receivable:split", acquirer_code)


def receivable_merchant(merchant_no: str) -> AccountCode:
    """Build 应收商户服务费: service fees the merchant pays us separately."""
    return _build("receivable:merchant", merchant_no)


def receivable_commission(bank_code: str) -> AccountCode:
    """Build 应收佣金: commission the bank has confirmed."""
    return _build("receivable:commission", bank_code)


def contract_commission(bank_code: str) -> AccountCode:
    """Build 合同资产: commission earned and not yet confirmed by the bank."""
    return _build("contract:commission", bank_code)


def cash_own(bank_code: str) -> AccountCode:
    """Build 自有银行存款: our own money at a bank."""
    return _build("cash:own", bank_code)


def points_funder(funder_code: str) -> AccountCode:
    """Build 积分出资方: points an issuer has put out (unit POINT)."""
    return _build("funder:points", funder_code)


def points_holder(holder_no: str) -> AccountCode:
    """Build 持有人积分: points a person may spend, never below zero (unit POINT)."""
    return _build("holder:points", holder_no)


def points_reserved(holder_no: str) -> AccountCode:
    """Build 冻结积分: points held for a purchase under way (unit POINT); a hold is a sub-account, not a flag."""
    return _build("holder:reserved", holder_no)


def points_statement(merchant_no: str) -> AccountCode:
    """Build 商户积分对账: points a merchant has taken and its funder settles (unit POINT)."""
    return _build("statement:points", merchant_no)

"""The ledger in the words of Beancount, a plain-text accounting format an independent program can check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from payments.ledger.rules.chart import Unit, parse_code
from payments.ledger.rules.kinds import Kind

ROOTS: Final = {
    "memo:due": "Assets:Memo:Due",
    "memo:earned": "Liabilities:Memo:Earned",
    "memo:fee": "Liabilities:Memo:Fee",
    "income:service_fee": "Income:ServiceFee",
    "income:commission": "Income:Commission",
    "income:rounding": "Income:Rounding",
    "receivable:split": "Assets:Receivable:Split",
    "receivable:merchant": "Assets:Receivable:Merchant",
    "receivable:commission": "Assets:Receivable:Commission",
    "cash:own": "Assets:Cash:Own",
    "contract:commission": "Assets:Contract:Commission",
    "funder:points": "Assets:Points:Funder",
    "holder:points": "Liabilities:Points:Holder",
    "holder:reserved": "Liabilities:Points:Reserved",
    "statement:points": "Liabilities:Points:Statement",
}
"""Memo ledgers mirror what others owe each other; here they stand beside our own under Memo."""

OPENED: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as the export reads it."""

    effective_on: date
    subject: UUID
    kind: int
    leg: int
    unit: int
    debit_code: str
    credit_code: str
    amount: int


def name_account(code: str) -> str:
    """Give the Beancount name of an account code."""
    parsed = parse_code(code)
    parts = code.split(":")[2:]
    return ":".join((ROOTS[parsed.head], *(part.replace("_", "-") for part in parts)))


def write_amount(amount: int, unit: int) -> str:
    """Write fen as yuan with two decimals, points whole."""
    if unit == Unit.POINT:
        return f"{amount} POINT"
    sign, rest = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{rest // 100}.{rest % 100:02d} CNY"


def write_header(codes: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Write the options and one `open` for every (code, unit)."""
    yield 'option "title" "Silk Road eBao ledger"\n'
    yield 'option "operating_currency" "CNY"\n'
    for code, unit in codes:
        yield f"{OPENED} open {name_account(code)} {Unit(unit).name}\n"


def write_transaction(lines: list[Line]) -> str:
    """Write one transaction of the adjacent lines of a posting."""
    first = lines[0]
    words = ("reversal of " if first.kind < 0 else "") + Kind(abs(first.kind)).name
    text = [f'\n{first.effective_on} * "{words}" "{first.subject}"\n']
    for line in lines:
        text.append(f"  {name_account(line.debit_code)}  {write_amount(line.amount, line.unit)}\n")
        text.append(f"  {name_account(line.credit_code)}  {write_amount(-line.amount, line.unit)}\n")
    return "".join(text)


def write_opening(on: date, nets: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """Write the (code, unit, debits minus credits) brought forward as one transaction."""
    rows = [(code, unit, net) for code, unit, net in nets if net]
    if rows:
        yield f'\n{on} * "brought forward"\n'
    for code, unit, net in rows:
        yield f"  {name_account(code)}  {write_amount(net, unit)}\n"


def write_balances(on: date, nets: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """Write what every account must stand at when the day begins; `~ 0`, as Beancount would forgive one fen."""
    yield "\n"
    for code, unit, net in nets:
        amount, currency = write_amount(net, unit).split()
        yield f"{on} balance {name_account(code)}  {amount} ~ 0 {currency}\n"

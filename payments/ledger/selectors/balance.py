"""Balances and the trial balance, from the cache the triggers keep."""

from dataclasses import dataclass

from django.db import connection

from payments.ledger.rules.chart import CHART, AccountCode, Unit


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account has taken on both sides, in fen or points."""

    code: AccountCode
    debits: int
    credits: int

    @property
    def amount(self) -> int:
        """Give the balance on the side where the account normally stands; below zero on the other."""
        net = self.debits - self.credits
        return net if self.code.line.debit_normal else -net


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The sums of all accounts under one head of the chart."""

    head: str
    unit: Unit
    accounts: int
    debits: int
    credits: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The trial balance; `agrees` when debits equal credits in every unit."""

    lines: list[TrialLine]

    def total(self, unit: Unit) -> tuple[int, int]:
        """Give (debits, credits) of a unit."""
        lines = [line for line in self.lines if line.unit == unit]
        return sum(line.debits for line in lines), sum(line.credits for line in lines)

    @property
    def agrees(self) -> bool:
        """Tell whether both sides are equal in every unit."""
        return all(debits == credits for debits, credits in map(self.total, Unit))


def balance_of(code: AccountCode) -> AccountBalance:
    """Read the balance of an account now; an account not opened yet stands at zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(b.debits), 0)::bigint, coalesce(sum(b.credits), 0)::bigint"
            " FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id WHERE a.code = %s",
            [code.text],
        )
        debits, credits_ = cursor.fetchone()
    return AccountBalance(code=code, debits=debits, credits=credits_)


def trial_balance() -> TrialBalance:
    """Sum all balances by head of the chart, in the order of the chart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(a.code, ':', 1) || ':' || split_part(a.code, ':', 2), a.unit, count(DISTINCT a.id),"
            " sum(b.debits)::bigint, sum(b.credits)::bigint"
            " FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id GROUP BY 1, 2"
        )
        lines = [TrialLine(head, Unit(unit), *rest) for head, unit, *rest in cursor.fetchall()]
    order = list(CHART)
    return TrialBalance(sorted(lines, key=lambda line: order.index(line.head)))

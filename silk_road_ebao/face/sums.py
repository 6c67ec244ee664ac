"""The sum that leads to a figure: what the owner of a figure builds and the page shows."""

from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a sum: amount in fen with its sign, why it is there, where its own lines are."""

    label: str | Promise
    amount_fen: int
    reason: str | Promise = ""
    href: str = ""

    @property
    def sign(self) -> str:
        """Show minus for what is taken off, plus for what is added."""
        return "−" if self.amount_fen < 0 else "+"

    @property
    def size_fen(self) -> int:
        """Give the amount without its sign, in fen."""
        return abs(self.amount_fen)


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms and the figure they add up to, in fen.

    Raises ValueError when the terms do not give the total: a page never shows a sum that is wrong.
    """

    label: str | Promise
    total_fen: int
    terms: list[Term] = field(default_factory=list)

    def __post_init__(self) -> None:
        added = sum(term.amount_fen for term in self.terms)
        if added != self.total_fen:
            raise ValueError(f"terms add up to {added} fen, not {self.total_fen}")

    def brief(self) -> list[Term]:
        """Put terms of one name together, in the order of their first: one line for three wallets' receipts."""
        amounts: dict[str, int] = {}
        for term in self.terms:
            amounts[str(term.label)] = amounts.get(str(term.label), 0) + term.amount_fen
        return [Term(label, amount_fen) for label, amount_fen in amounts.items()]

"""The table at the end of a market day, and whether every party agrees to the fen."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields

from silk_road_ebao.kernel.money import format_yuan


@dataclass(frozen=True)
class Figures:
    """One party's view of one acquirer's day. Amounts in fen."""

    payments: int
    gross_fen: int
    refunds: int
    refunded_fen: int
    channel_fee_fen: int
    service_fee_fen: int
    net_fen: int


@dataclass(frozen=True)
class Line:
    """What we say about an acquirer's day beside what the acquirer says."""

    acquirer: str
    ours: Figures
    theirs: Figures
    differences: int

    def disagreements(self) -> list[str]:
        """Name every figure in which the two part."""
        pairs = [(f.name, getattr(self.ours, f.name), getattr(self.theirs, f.name)) for f in fields(Figures)]
        return [f"{self.acquirer} {name}: {we} here, {they} there" for name, we, they in pairs if we != they]


HEAD = (
    "acquirer", "payments", "gross", "refunds", "refunded", "channel fee", "service fee", "net settled", "differences",
)  # fmt: skip


def table(lines: Sequence[Line]) -> list[str]:
    """Lay the day out in columns, with a total."""
    rows = [_cells(line.acquirer, line.ours, line.differences) for line in lines]
    total = Figures(*(sum(getattr(line.ours, field.name) for line in lines) for field in fields(Figures)))
    rows.append(_cells("total", total, sum(line.differences for line in lines)))
    widths = [max(_width(row[place]) for row in [HEAD, *rows]) for place in range(len(HEAD))]
    rule = "  ".join("─" * width for width in widths)
    body = [_row(row, widths) for row in rows]
    return [_row(HEAD, widths), rule, *body[:-1], rule, body[-1]]


def _cells(name: str, figures: Figures, differences: int) -> tuple[str, ...]:
    return (
        name,
        f"{figures.payments:,}",
        _yuan(figures.gross_fen),
        f"{figures.refunds:,}",
        _yuan(figures.refunded_fen),
        _yuan(figures.channel_fee_fen),
        _yuan(figures.service_fee_fen),
        _yuan(figures.net_fen),
        str(differences),
    )


def _yuan(fen: int) -> str:
    return f"-{format_yuan(-fen)}" if fen < 0 else format_yuan(fen)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = (
        f"{' ' * (width - _width(cell))}{cell}" if place else f"{cell}{' ' * (width - _width(cell))}"
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([name, *figures])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

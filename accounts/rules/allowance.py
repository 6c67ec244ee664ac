"""What a Class II or III account may still take in or give out (银发〔2016〕302, 〔2018〕16). All amounts in fen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits in force on a day; None means that the law sets none."""

    in_daily_fen: int | None = None
    in_yearly_fen: int | None = None
    out_daily_fen: int | None = None
    out_yearly_fen: int | None = None
    balance_fen: int | None = None


@dataclass(frozen=True)
class Usage:
    """What the bank reported: flows outside the bound account, this day and this calendar year, and the balance."""

    in_day_fen: int = 0
    in_year_fen: int = 0
    out_day_fen: int = 0
    out_year_fen: int = 0
    balance_fen: int = 0


@dataclass(frozen=True)
class Allowance:
    """What remains; None means without limit."""

    in_fen: int | None
    out_fen: int | None


def remaining(limits: Limits, usage: Usage) -> Allowance:
    """Return what may still flow in and out, never below zero."""
    return Allowance(
        in_fen=_smallest(
            _left(limits.in_daily_fen, usage.in_day_fen),
            _left(limits.in_yearly_fen, usage.in_year_fen),
            _left(limits.balance_fen, usage.balance_fen),
        ),
        out_fen=_smallest(
            _left(limits.out_daily_fen, usage.out_day_fen), _left(limits.out_yearly_fen, usage.out_year_fen)
        ),
    )


def _left(limit_fen: int | None, used_fen: int) -> int | None:
    return None if limit_fen is None else max(0, limit_fen - used_fen)


def _smallest(*amounts: int | None) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return min(known) if known else None

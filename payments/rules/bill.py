"""States of a bill and what all formats of bills have in common: rows, totals, and why a file is refused."""

from dataclasses import dataclass, field
from functools import lru_cache

from silk_road_ebao.kernel.state_table import StateTable

BILL = StateTable(
    {
        "FETCHED": {"VERIFIED", "REFUSED", "SUPERSEDED"},
        "VERIFIED": {"LOADED", "REFUSED", "SUPERSEDED"},
        "LOADED": {"SUPERSEDED"},
        "REFUSED": {"SUPERSEDED"},
        "SUPERSEDED": set(),
    }
)

PAY, REFUND, SPLIT, SPLIT_RETURN, SPLIT_IN, OTHER = "PAY", "REFUND", "SPLIT", "RETURN", "SPLIT_IN", "OTHER"
SUCCESS = "SUCCESS"

Row = tuple[int, str, str, str, str, str, str, int, int, str]
"""line_no, kind, our_no, origin_no, acquirer_no, party, occurred ("YYYY-MM-DD HH:MM:SS", Beijing), amount_fen,
fee_fen (what the merchant pays; negative when given back), outcome."""


class BillUnreadableError(ValueError):
    """Say why a whole file is refused (F18); `line_no` 0 stands for the file."""

    def __init__(self, reason: str, line_no: int = 0) -> None:
        super().__init__(f"line {line_no}: {reason}" if line_no else reason)
        self.reason = reason
        self.line_no = line_no


@dataclass(slots=True)
class Tally:
    """What the rows of a bill come to. Amounts in fen; `fee_fen` is net of fees given back."""

    rows: int = 0
    pay_rows: int = 0
    paid_fen: int = 0
    refund_rows: int = 0
    refunded_fen: int = 0
    fee_fen: int = 0
    own_day_rows: int = 0
    last_moment: str = field(default="", repr=False)
    direction: int = field(default=0, repr=False)

    def watch(self, moment: str, day: str, line_no: int) -> None:
        """See that rows of the day itself stand in order of time, rising or falling throughout.

        A row of another day keeps its place in a bill, so it takes no part. Raises BillUnreadableError.
        """
        if not moment.startswith(day):
            return
        self.own_day_rows += 1
        if moment == self.last_moment:
            return
        if self.last_moment:
            direction = 1 if moment > self.last_moment else -1
            if self.direction == 0:
                self.direction = direction
            elif direction != self.direction:
                raise BillUnreadableError("rows are not in order of time", line_no)
        self.last_moment = moment


@lru_cache(maxsize=1 << 16)
def exact_fen(text: str) -> int:
    """Read yuan exactly into fen: "12.30", "-0.02000"; raises BillUnreadableError without a line.

    Amounts of a market come again and again: most are answered by the cache.
    """
    whole, dot, decimals = text.partition(".")
    digits = whole[1:] if whole[:1] == "-" else whole
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15) or (dot and not decimals.isdigit()):
        raise BillUnreadableError(f"{text[:24]!r} is no amount")
    if decimals[2:].strip("0"):
        raise BillUnreadableError(f"{text[:24]!r} is no whole number of fen")
    fen = int(digits) * 100 + int(decimals[:2].ljust(2, "0") or 0)
    return -fen if whole[:1] == "-" else fen


def fen_of(text: str, line_no: int) -> int:
    """Read yuan from a line of a bill exactly into fen; raises BillUnreadableError."""
    try:
        return exact_fen(text)
    except BillUnreadableError as fault:
        raise BillUnreadableError(fault.reason, line_no) from fault

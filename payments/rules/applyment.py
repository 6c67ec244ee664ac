"""What an acquirer is told about a merchant, when it is asked again, and what unfits a merchant to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

AHEAD = ("EDITTING", "AUDITING", "TO_BE_CONFIRMED", "TO_BE_SIGNED", "SIGNING")
"""Live states of an acquirer's own machine, in its order; FINISHED, REJECTED and CANCELED end it."""

DELAYS_S = (5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between questions about an application; people review it, so the last repeats. A new state begins anew."""

LOOKS_BEFORE_SENDING_AGAIN = 4
"""An application that stays EDITTING so long was kept as a draft by an error: it is sent again under its number."""

MAX_PICTURE_BYTES = 2 * 1024 * 1024
PICTURE_TYPES = frozenset({"image/jpeg", "image/png"})
PAPERS = {
    "COMPANY": ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"),
    "INDIVIDUAL": ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"),
    "MICRO": ("LEGAL_PERSON_ID",),
}
"""Papers every acquirer wants of a kind of merchant; a letter is wanted besides when an agent applies."""
LETTER = "AUTHORISATION_LETTER"
REASON_CHARS = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """One paper as it goes out: its bytes never stand in a log."""

    kind: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApplymentForm:
    """进件资料: all an acquirer is told. Whatever identifies a person or an account is kept out of any repr."""

    applyment_no: str
    acquirer_no: str
    kind: str
    name: str
    legal_name: str
    uscc: str
    address: str
    rate_bps: int
    head_name: str = field(repr=False)
    head_id: str = field(repr=False)
    contact_name: str = field(repr=False)
    contact_id: str = field(repr=False)
    contact_phone: str = field(repr=False)
    account_name: str = field(repr=False)
    account_no: str = field(repr=False)
    bank_name: str = ""
    is_agent: bool = False
    has_token: bool = False
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)


def next_delay_s(looks: int) -> int:
    """Return after how many seconds an application is asked about again, having been looked at so often."""
    return DELAYS_S[min(looks, len(DELAYS_S) - 1)]


def missing_papers(kind: str, present: frozenset[str], *, is_agent: bool) -> list[str]:
    """Return the kinds of paper that still have to be handed in before an acquirer takes the merchant."""
    wanted = [*PAPERS.get(kind, ()), *([LETTER] if is_agent else [])]
    return [paper for paper in wanted if paper not in present]


def is_fit_picture(media_type: str, size_bytes: int) -> bool:
    """Tell whether acquirers take the file: a photograph of at most 2 MiB, no PDF."""
    return media_type in PICTURE_TYPES and 0 < size_bytes <= MAX_PICTURE_BYTES


def is_tail_of(shown: str, account_no: str) -> bool:
    """Tell whether the end an acquirer shows of an account number (62****1234) is this account's; nothing shown is not.

    Full width and blanks do not count.
    """
    tail = shown.replace(" ", "").rpartition("*")[2]
    return len(tail) >= 2 and account_no.endswith(tail)


def reason_text(reasons: list[dict[str, str]]) -> str:
    """Word an acquirer's reasons in one line for the merchant: 银行账号：资料不符合要求；…"""
    lines = [f"{one['what']}：{one['why']}" if one.get("what") else one.get("why", "") for one in reasons]
    return "；".join(line for line in lines if line)[:REASON_CHARS]

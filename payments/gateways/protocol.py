"""What every acquirer's gateway can be asked, and in which form it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from payments.rules.applyment import ApplymentForm
from payments.rules.confirmation import Evidence

PENDING, PAID, CLOSED, FAILED, UNKNOWN, NOT_FOUND = "PENDING", "PAID", "CLOSED", "FAILED", "UNKNOWN", "NOT_FOUND"
SUCCEEDED, ABNORMAL, FINISHED = "SUCCEEDED", "ABNORMAL", "FINISHED"
TRADE_BILL, FUND_BILL, SHARING_BILL = "TRADE", "FUND", "SHARING"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """能力: what an acquirer's interface offers."""

    flows: frozenset[str]
    refund: bool = False
    partial_refund: bool = False
    split: bool = False
    query: bool = False
    close: bool = False
    reverse: bool = False
    bill: bool = False
    split_return_rides: bool = False
    """Splits come back within the refund itself, not by an instruction of their own."""
    sub_merchant_onboarding: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """The sub-merchant who is paid: the acquirer's number and, where the acquirer wants one, its token."""

    sub_mchid: str
    auth_token: str = ""
    legal_name: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt as it is sent. Amount in fen."""

    attempt_no: str
    payee: Payee
    flow: str
    amount_fen: int
    description: str
    created_at: datetime
    expires_at: datetime
    payer_ref: str = ""
    is_shared: bool = False
    credit_allowed: bool = True
    acquirer_trade_no: str = ""


@dataclass(frozen=True, slots=True)
class SplitLine:
    """How much of a split goes to one receiver."""

    account_type: str
    account: str
    name: str
    amount_fen: int
    text: str


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """One refund as it is sent. Amounts in fen; `order` is the attempt it takes from.

    `returns` is what receivers of splits give back within it, where the acquirer takes splits back so.
    """

    refund_no: str
    order: Order
    amount_fen: int
    reason: str
    requested_at: datetime
    looks: int = 0
    returns: tuple[SplitLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """One instruction to split, unfreeze or take back; its number never changes on retry."""

    sharing_no: str
    order: Order
    lines: tuple[SplitLine, ...] = ()
    is_last: bool = False
    of_no: str = ""
    text: str = "分账"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as the archive keeps it, secrets masked."""

    kind: str
    subject: str
    http_status: int | None
    took_ms: int
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RefundEvidence:
    """One verified statement about a refund. Amount in fen."""

    refund_no: str
    acquirer_code: str
    acquirer_refund_no: str
    attempt_no: str
    sub_mchid: str
    amount_fen: int | None
    state: str
    refunded_at: datetime | None
    source: str
    code: str = ""
    accepted_at: datetime | None = None
    """When the acquirer took it: the day on which its bill shows it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to. UNKNOWN whenever the acquirer may have acted and did not say so believably."""

    state: str
    code: str = ""
    text: str = ""
    code_url: str = ""
    prepay: dict[str, Any] = field(default_factory=dict)
    acquirer_no: str = ""
    evidence: Evidence | None = None
    refund_evidence: RefundEvidence | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()
    is_line_fault: bool = False
    """The line failed (time-out, 429, 5xx, unsigned), as against an answer about this order: the breaker counts it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified notice: evidence about a payment or about a refund."""

    kind: str
    subject: str
    notice_id: str
    shown: dict[str, Any]
    evidence: Evidence | None = None
    refund_evidence: RefundEvidence | None = None


@dataclass(frozen=True, slots=True)
class NoticeReply:
    """What the acquirer expects to hear: taken, or to be sent again."""

    status: int
    body: bytes
    content_type: str


class NoticeRefusedError(Exception):
    """Say why a notice cannot be believed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BillNotReadyError(Exception):
    """Say that the acquirer has no bill for the day yet, or has none at all."""

    def __init__(self, code: str, text: str, *, is_final: bool = False) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text
        self.is_final = is_final


class AcquirerGateway(Protocol):
    """收单机构接口: the same verbs for every acquirer. Every method is one remote call outside any transaction."""

    acquirer_code: str
    capabilities: Capabilities

    def sp_ids(self) -> tuple[str, ...]:
        """Return our own numbers as service provider at this acquirer."""
        ...

    def create(self, order: Order) -> Answer:
        """Ask for a payment: PENDING with a code or parameters, PAID (barcode), FAILED, UNKNOWN."""
        ...

    def query(self, order: Order) -> Answer:
        """Ask what became of a payment: PENDING, PAID with evidence, CLOSED, FAILED, NOT_FOUND, UNKNOWN."""
        ...

    def close(self, order: Order) -> Answer:
        """Make an unpaid order unpayable: CLOSED, PAID when too late, UNKNOWN."""
        ...

    def reverse(self, order: Order) -> Answer:
        """Undo a barcode payment whose fate is open: CLOSED, UNKNOWN."""
        ...

    def refund(self, order: RefundOrder) -> Answer:
        """Send a refund: PENDING, SUCCEEDED, FAILED, UNKNOWN."""
        ...

    def query_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund: PENDING, SUCCEEDED, FAILED, ABNORMAL, NOT_FOUND, UNKNOWN."""
        ...

    def fetch_bill(self, kind: str, day: date, payee: Payee | None = None) -> bytes:
        """Fetch the bill of a business day as the acquirer wrote it, its hash checked where one is given.

        Raises BillNotReadyError; requests.RequestException when the line fails.
        """
        ...

    def bind_receiver(self, payee: Payee, line: SplitLine) -> Answer:
        """Register a receiver of splits."""
        ...

    def sharing_ratio_bps(self, payee: Payee) -> int:
        """Ask how much of an order this sub-merchant may split."""
        ...

    def split(self, order: SplitOrder) -> Answer:
        """Instruct a split: PENDING, FINISHED, FAILED, UNKNOWN."""
        ...

    def unfreeze(self, order: SplitOrder) -> Answer:
        """Release what is left to the merchant, under its own number."""
        ...

    def query_split(self, order: SplitOrder) -> Answer:
        """Ask what became of a split or an unfreezing."""
        ...

    def take_back(self, order: SplitOrder) -> Answer:
        """Take a split back from its receivers (回退)."""
        ...

    def query_take_back(self, order: SplitOrder) -> Answer:
        """Ask what became of a return."""
        ...

    def submit_applyment(self, form: ApplymentForm) -> Answer:
        """Ask the acquirer to take a merchant on, under the application's own number; a repeat overwrites.

        EDITTING or AUDITING when it was taken, FAILED with the reason, UNKNOWN. `acquirer_no` is the acquirer's
        number; `detail` may hold `auth_token`.
        """
        ...

    def query_applyment(self, form: ApplymentForm) -> Answer:
        """Ask how far an application has come: a state of the acquirer's machine, NOT_FOUND, UNKNOWN.

        `detail`: `sub_mchid`, `sign_url`, `reasons` (what, why), `auth_token`, `account_tail` as far as it says them.
        """
        ...

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify and open a notice; raises NoticeRefusedError."""
        ...

    def reply(self, is_taken: bool, reason: str = "") -> NoticeReply:
        """Word the answer to a notice as this acquirer wants it."""
        ...

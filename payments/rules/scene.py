"""The six elements of a payment scene, and the flows that fit them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ELEMENTS = ("environment", "motive", "relationship", "instrument", "amount_band")
SMALL_FEN, MIDDLE_FEN = 20_000, 300_000

_INSTRUMENTS = {
    "STATIC_CODE": "STALL_CODE",
    "DYNAMIC_CODE": "BILL_CODE",
    "BARCODE": "PAYMENT_CODE",
    "STORE": "BROWSER",
    "ACCOUNT": "BROWSER",
}


def amount_band(amount_fen: int) -> str:
    """Say in words how much it is: small amounts want the most casual flow."""
    if amount_fen <= SMALL_FEN:
        return "SMALL"
    return "MIDDLE" if amount_fen <= MIDDLE_FEN else "LARGE"


def infer(*, channel: str, amount_fen: int, has_stall: bool, is_wholesale: bool) -> dict[str, str]:
    """Guess each element from what is known of the payment; declared ones go before."""
    return {
        "environment": "ONLINE" if channel == "STORE" else "MARKET" if has_stall else "SHOP",
        "motive": "STOCK" if is_wholesale or amount_fen > MIDDLE_FEN else "DAILY",
        "relationship": "STRANGER",
        "instrument": _INSTRUMENTS.get(channel, "BROWSER"),
        "amount_band": amount_band(amount_fen),
    }


@dataclass(frozen=True, slots=True)
class Definition:
    """A scene as data: an empty element fits all, `flows` lists "WECHAT:JSAPI" best first."""

    code: str
    elements: Mapping[str, str]
    flows: tuple[str, ...]


def best_fit(elements: Mapping[str, str], definitions: Iterable[Definition]) -> Definition | None:
    """Return the definition that fits with the most elements named."""
    fitting = [
        scene
        for scene in definitions
        if all(wanted in ("", elements.get(name, "")) for name, wanted in scene.elements.items())
    ]
    return max(fitting, key=lambda scene: sum(1 for wanted in scene.elements.values() if wanted), default=None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One flow that might be offered, and what is known for and against it. Allowance in fen, None without limit."""

    flow: str
    is_open: bool = True
    is_in_wallet: bool = True
    allowance_fen: int | None = None
    success_bps: int | None = None
    rate_bps: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Offer:
    """A flow with the reasons for its place."""

    flow: str
    is_feasible: bool
    reasons: tuple[str, ...]


def rank(amount_fen: int, candidates: Iterable[Candidate], preferred: tuple[str, ...] = ()) -> list[Offer]:
    """Order the flows: feasible first, then what the scene prefers, what succeeded before, what costs least."""
    offers = []
    for row in candidates:
        reasons, is_feasible = list(row.reasons), True
        if not row.is_in_wallet:
            reasons, is_feasible = [*reasons, "OTHER_WALLET"], False
        if not row.is_open:
            reasons, is_feasible = [*reasons, "LINE_DOWN"], False
        if row.allowance_fen is not None and row.allowance_fen < amount_fen:
            reasons, is_feasible = [*reasons, "ALLOWANCE_TOO_SMALL"], False
        if row.flow in preferred:
            reasons.append("SCENE_PREFERS")
        if row.success_bps is not None:
            reasons.append(f"SUCCEEDED_{row.success_bps}")
        place = preferred.index(row.flow) if row.flow in preferred else len(preferred)
        success = row.success_bps if row.success_bps is not None else 9_000
        key = (not is_feasible, place, -(success // 500), row.rate_bps, row.flow)
        offers.append((key, Offer(row.flow, is_feasible, tuple(reasons))))
    return [offer for _key, offer in sorted(offers, key=lambda pair: pair[0])]

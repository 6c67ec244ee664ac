"""How a payer's wallet is opened: its own bridge on a phone, the sandbox's payer page in a demo."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from payments.models import PaymentAttempt

PRIVATE = frozenset({"payer_ref"})


def bridge_fields(attempt: PaymentAttempt) -> dict[str, Any]:
    """Return what the wallet's own bridge needs to open this payment; nothing of ours is in it."""
    return {name: value for name, value in attempt.prepay.items() if name not in PRIVATE}


def demo_payer_url(attempt: PaymentAttempt, back_url: str) -> str:
    """Return the address where a person plays this attempt's payer; empty outside a demo."""
    base = settings.ACQUIRERS.get(attempt.acquirer_code.lower(), {}).get("base_url", "") if settings.DEMO else ""
    if not base:
        return ""
    package = str(attempt.prepay.get("package", ""))
    token = {
        "code_url": attempt.code_url,
        "prepay_id": package.removeprefix("prepay_id="),
        "trade_no": str(attempt.prepay.get("tradeNO", "")),
    }
    chosen = next(({name: value} for name, value in token.items() if value), {"out_trade_no": attempt.attempt_no})
    return (
        f"{base}/_sandbox/payer?{urlencode({**chosen, 'acquirer': attempt.acquirer_code.lower(), 'return': back_url})}"
    )


def phone_link(attempt: PaymentAttempt, back_url: str) -> str:
    """Return the link that opens this attempt on the phone itself: H5, or a code whose address opens its wallet."""
    if not attempt.code_url.startswith("https://") and not attempt.code_url.startswith("http://"):
        return ""
    if attempt.flow != "H5":
        return attempt.code_url
    joint = "&" if "?" in attempt.code_url else "?"
    return f"{attempt.code_url}{joint}{urlencode({'redirect_url': back_url})}"

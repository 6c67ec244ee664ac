"""Reads of screened transfers: what a window of time holds for an account and a device."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from payments.models import ScreenedTransfer
from payments.rules.risk import Rule


def transfer_figures(
    *,
    account_token: bytes,
    device_token: bytes | None,
    direction: str,
    amount_fen: int,
    at: datetime,
    rules: Iterable[Rule],
) -> dict[str, int]:
    """Measure what the rules ask about one transfer, this one included, by the rule's code."""
    found = {}
    for rule in rules:
        since = at - timedelta(minutes=int(rule.params.get("minutes", 60)))
        of_account = ScreenedTransfer.objects.filter(account_token=account_token, at__gt=since, at__lte=at)
        if rule.measure == "VELOCITY":
            found[rule.code] = of_account.count() + 1
        elif rule.measure == "SPLIT_AMOUNT":
            found[rule.code] = of_account.filter(amount_fen=amount_fen, direction=direction).count() + 1
        elif rule.measure == "CYCLE" and direction == "OUT":
            found[rule.code] = _cycled_bps(of_account, amount_fen)
        elif rule.measure == "DEVICE" and device_token is not None:
            others = ScreenedTransfer.objects.filter(device_token=device_token, at__gt=since, at__lte=at)
            others = others.exclude(account_token=account_token)
            found[rule.code] = others.values("account_token").distinct().count() + 1
    return found


def _cycled_bps(of_account: QuerySet[ScreenedTransfer], amount_fen: int) -> int:
    """Return how much of what came in leaves again within the window, in parts of ten thousand."""
    come = of_account.filter(direction="IN").aggregate(n=Sum("amount_fen"))["n"] or 0
    gone = of_account.filter(direction="OUT").aggregate(n=Sum("amount_fen"))["n"] or 0
    return (gone + amount_fen) * 10_000 // come if come else 0

"""Reads of payment scenes: outcomes that feed back into what is offered, and the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import Merchant
from payments.models import PaymentAttempt, PaymentContext
from payments.models.scene import AmountBand, Instrument
from payments.rules import states
from payments.selectors.days import next_month
from silk_road_ebao.kernel.clock import day_bounds
from silk_road_ebao.kernel.recall import recall

FEEDBACK_S = 300
LEAST = 20
"""Attempts below which a success rate says nothing."""
ELEMENTS = ("environment", "motive", "relationship", "instrument", "amount_band")


@dataclass(frozen=True, slots=True)
class SceneShare:
    """What one scene, or one element of it, brought: asked and paid (counts), gross in fen before refunds.

    `width` is its gross as 0-100 of the largest beside it.
    """

    code: str
    name: str
    asked: int
    paid: int
    gross_fen: int
    share_percent: int
    width: float

    @property
    def success_percent(self) -> int:
        """Say how many in a hundred of those asked for were paid, rounded down: only all of them are 100."""
        return self.paid * 100 // self.asked if self.asked else 0


@dataclass(frozen=True, slots=True)
class MerchantScenes:
    """A merchant's month by scene, by what was scanned and by size; `total` is all of it."""

    total: SceneShare
    scenes: list[SceneShare]
    instruments: list[SceneShare]
    bands: list[SceneShare]


def success_by_flow(instrument: str, since: datetime) -> dict[str, int]:
    """Return how often each flow ended paid for an instrument since a moment, in bps; read every five minutes."""

    def read() -> dict[str, int]:
        rows = (
            PaymentAttempt.objects.filter(created_at__gte=since, payment__context__instrument=instrument)
            .exclude(status__in=states.LIVE)
            .values("acquirer_code", "flow")
            .annotate(ended=Count("pk"), paid=Count("pk", filter=Q(status="PAID")))
        )
        return {
            f"{row['acquirer_code']}:{row['flow']}": row["paid"] * 10_000 // row["ended"]
            for row in rows
            if row["ended"] >= LEAST
        }

    return recall(f"payments.scene_success.{instrument}", read, for_s=FEEDBACK_S)


def scene_report(first: date, last: date) -> list[dict[str, Any]]:
    """Add up payments by scene and its elements over days: asked, paid, gross in fen, success in bps."""
    elements = ("scene__name", *ELEMENTS)
    paid = Q(payment__status__in=states.PAID_EVER)
    rows = (
        PaymentContext.objects.filter(payment__created_at__date__gte=first, payment__created_at__date__lte=last)
        .values(*elements)
        .annotate(asked=Count("pk"), paid=Count("pk", filter=paid), gross=Sum("payment__amount_fen", filter=paid))
        .order_by("-asked")
    )
    return [
        {
            **{name: row[name] for name in elements},
            "asked": row["asked"],
            "paid": row["paid"],
            "gross_fen": row["gross"] or 0,
            "success_bps": row["paid"] * 10_000 // row["asked"],
        }
        for row in rows
    ]


def merchant_scenes(merchant: Merchant, first: date) -> MerchantScenes:
    """Add up one merchant's payments of a calendar month by scene, instrument and size. One query.

    A payment counts on the day it was asked for; those still waiting for their payer are left out.
    """
    start, stop = day_bounds(first)[0], day_bounds(next_month(first))[0]
    paid = Q(payment__status__in=states.PAID_EVER)
    rows = list(
        PaymentContext.objects.filter(
            payment__merchant=merchant, payment__created_at__gte=start, payment__created_at__lt=stop
        )
        .exclude(payment__status__in=states.LIVE)
        .values("scene__code", "scene__name", "instrument", "amount_band")
        .annotate(asked=Count("pk"), paid=Count("pk", filter=paid), gross=Sum("payment__amount_fen", filter=paid))
        .order_by()
    )
    return MerchantScenes(
        total=_shares((("", "", row) for row in rows), whole=True)[0],
        scenes=_shares((row["scene__code"] or "", row["scene__name"] or "", row) for row in rows),
        instruments=_shares((row["instrument"], str(Instrument(row["instrument"]).label), row) for row in rows),
        bands=_shares((row["amount_band"], str(AmountBand(row["amount_band"]).label), row) for row in rows),
    )


def _shares(rows: Iterable[tuple[str, str, Mapping[str, Any]]], *, whole: bool = False) -> list[SceneShare]:
    """Add up by code, largest gross first; a whole has one line even of nothing."""
    sums: dict[str, list[Any]] = {"": ["", 0, 0, 0]} if whole else {}
    for code, name, row in rows:
        one = sums.setdefault(code, [name, 0, 0, 0])
        one[1:] = [one[1] + row["asked"], one[2] + row["paid"], one[3] + (row["gross"] or 0)]
    all_fen = sum(one[3] for one in sums.values())
    largest = max((one[3] for one in sums.values()), default=0)
    shares = [
        SceneShare(
            code,
            name,
            asked,
            paid,
            fen,
            share_percent=(fen * 200 + all_fen) // (2 * all_fen) if all_fen else 0,
            width=fen / largest * 100 if fen else 0.0,
        )
        for code, (name, asked, paid, fen) in sums.items()
    ]
    return sorted(shares, key=lambda one: (-one.gross_fen, -one.asked, one.code))

"""Reads of payment scenes: outcomes that feed back into what is offered, and the report."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Sum

from payments.models import PaymentAttempt, PaymentContext
from payments.rules import states
from silk_road_ebao.kernel.recall import recall

FEEDBACK_S = 300
LEAST = 20
"""Attempts below which a success rate says nothing."""


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
    elements = ("scene__name", "environment", "motive", "relationship", "instrument", "amount_band")
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

"""Reads of a day's close: its figures by acquirer, and the track the console draws."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from payments.models import BusinessDay, BusinessDayStep, Discrepancy, ServiceFee, SettlementLine
from payments.models.business_day import STEP_NAMES
from payments.rules.business_day import STEPS


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One acquirer's day from its statements. Amounts in fen; `payout_fen` is what is to leave, carry considered.

    `paid_fen` is what the acquirer's own settlement file says it paid; None until that file is there.
    """

    acquirer_code: str
    payments: int
    gross_fen: int
    refunds: int
    refunded_fen: int
    channel_fee_fen: int
    service_fee_fen: int
    split_fen: int
    net_fen: int
    payout_fen: int
    paid_fen: int | None
    differences: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the track as the console draws it; `state` is "" while it has not begun."""

    step: str
    name: str
    state: str
    row: BusinessDayStep | None


def day_totals(day: date) -> list[DayTotals]:
    """Sum a day's statements by acquirer, with service fees and differences, in order of the acquirers' codes."""
    names = ("payments", "gross_fen", "refunds", "refunded_fen", "split_fen", "net_fen", "payout_fen", "paid_fen")
    sums: dict[str, Any] = {name: Sum(name) for name in names} | {"channel_fee_fen": Sum("fee_fen")}
    lines = SettlementLine.objects.filter(day=day).values("acquirer_code").annotate(**sums)
    rows: list[dict[str, Any]] = list(lines.order_by("acquirer_code"))  # type: ignore[arg-type]
    fees = dict(ServiceFee.objects.filter(day=day).values_list("subject_no").annotate(Sum("fee_fen")).order_by())
    cases = dict(Discrepancy.objects.filter(day=day).values_list("acquirer_code").annotate(Count("pk")).order_by())
    return [
        DayTotals(
            **row,
            service_fee_fen=fees.get(row["acquirer_code"], 0),
            differences=cases.get(row["acquirer_code"], 0),
        )
        for row in rows
    ]


def track_of(day: BusinessDay) -> list[Stop]:
    """Lay a day's close out as its ten steps, done or not."""
    rows = {row.step: row for row in day.steps.all()}
    return [
        Stop(step, str(STEP_NAMES[step]), rows[step].state if step in rows else "", rows.get(step)) for step in STEPS
    ]


def open_differences(day: date) -> QuerySet[Discrepancy]:
    """List a day's differences that are not settled."""
    return Discrepancy.objects.filter(day=day).exclude(status="RESOLVED").order_by("kind", "pk")

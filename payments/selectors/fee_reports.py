"""Reports of our own books: income by month, and how old receivables are. Amounts in fen."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet, Sum

from payments.models import FeeInvoice, PaymentAttempt, ServiceFee
from silk_road_ebao.kernel.clock import business_date

AGES = (0, 30, 60, 90)


@dataclass(frozen=True, slots=True)
class Income:
    """What one service brought in a month: charged, given back, net, split off already, still asked for."""

    service: str
    tariff: str
    merchants: int
    charged_fen: int
    returned_fen: int
    fee_fen: int
    split_fen: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """What one merchant owes by days past due: not due, 1-30, 31-60, 61-90, more."""

    merchant_no: str
    name: str
    buckets_fen: tuple[int, int, int, int, int]

    @property
    def total_fen(self) -> int:
        """Add all ages up."""
        return sum(self.buckets_fen)


def income_of_month(month: date) -> list[Income]:
    """Sum the service fees of a calendar month by service and tariff."""
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    rows = (
        ServiceFee.objects.filter(day__gte=month.replace(day=1), day__lt=after)
        .values(service=F("contract__tariff__service"), tariff=F("contract__tariff__code"))
        .annotate(
            merchants=Count("merchant", distinct=True), charged=Sum("charged_fen"), returned=Sum("returned_fen"),
            net=Sum("fee_fen"), split=Sum("split_fen"),
        )
        .order_by("service", "tariff")
    )  # fmt: skip
    return [
        Income(
            row["service"], row["tariff"], row["merchants"], row["charged"], row["returned"], row["net"], row["split"]
        )
        for row in rows
    ]


def receivables_ageing(at: datetime) -> list[Ageing]:
    """Lay unpaid invoices out by age, the largest debtor first."""
    today = business_date(at)
    owed: dict[tuple[str, str], list[int]] = {}
    for invoice in FeeInvoice.objects.filter(status__in=("ISSUED", "OVERDUE")).select_related("merchant"):
        late = (today - invoice.due_date).days
        place = 0 if late <= 0 else next((n for n, age in enumerate(AGES[1:], 1) if late <= age), 4)
        key = (invoice.merchant.merchant_no, invoice.merchant.name)
        owed.setdefault(key, [0] * 5)[place] += invoice.amount_fen
    rows = [Ageing(no, name, (b[0], b[1], b[2], b[3], b[4])) for (no, name), b in owed.items()]
    return sorted(rows, key=lambda row: -row.total_fen)


def payments_of_fee(fee: ServiceFee) -> QuerySet[PaymentAttempt]:
    """List the payments a fee was charged on, each with `line_fee_fen` recomputed from its own price line."""
    line = fee.line
    raw = F("amount_fen") * line.rate_bps + 5000
    return (
        PaymentAttempt.objects.filter(
            sub_merchant__merchant=fee.merchant_id, acquirer_code=fee.subject_no, business_date=fee.day, status="PAID",
            is_surplus=False,
        )
        .annotate(line_fee_fen=raw / 10000 + line.flat_fen)
        .order_by("paid_at")
    )  # fmt: skip

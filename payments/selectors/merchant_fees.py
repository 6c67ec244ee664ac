"""Reads of 费用: what a merchant was charged for our services, how it is collected, what is still owed. Fen."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import Merchant
from payments.models import FeeInvoice, FeePayee, ServiceFee
from payments.selectors.days import next_month

OWED = ("ISSUED", "OVERDUE")


@dataclass(frozen=True, slots=True)
class FeeMonth:
    """What a month's service comes to: charged, given back by refunds, split off already, paid, waived, open."""

    count: int
    charged_fen: int
    returned_fen: int
    split_fen: int
    paid_fen: int
    waived_fen: int

    @property
    def open_fen(self) -> int:
        """Give what is not collected yet, in fen."""
        return self.charged_fen - self.returned_fen - self.split_fen - self.paid_fen - self.waived_fen


def fee_month(merchant: Merchant, first: date) -> FeeMonth:
    """Add a month's service fees up. One query."""
    rows = (
        _of_month(merchant, first)
        .values("status", "invoice")
        .annotate(n=Count("pk"), charged=Sum("charged_fen"), back=Sum("returned_fen"), split=Sum("split_fen"))
        .order_by()
    )
    sums = {"n": 0, "charged": 0, "back": 0, "split": 0, "COLLECTED": 0, "WAIVED": 0}
    for row in rows:
        for name in ("n", "charged", "back", "split"):
            sums[name] += int(row[name])
        if row["status"] in ("COLLECTED", "WAIVED") and row["invoice"]:
            sums[row["status"]] += int(row["charged"] - row["back"] - row["split"])
    return FeeMonth(
        sums["n"], sums["charged"], sums["back"], sums["split"], paid_fen=sums["COLLECTED"], waived_fen=sums["WAIVED"]
    )


def fees_of_month(merchant: Merchant, first: date) -> QuerySet[ServiceFee]:
    """List a month's fees with contract, tariff and version, latest day first."""
    return _with_source(_of_month(merchant, first)).order_by("-day", "pk")


def fees_of_day(merchant: Merchant, day: date) -> QuerySet[ServiceFee]:
    """List a day's fees with contract, tariff and version."""
    return _with_source(ServiceFee.objects.filter(merchant=merchant, day=day)).order_by("pk")


def invoices_of(merchant: Merchant) -> QuerySet[FeeInvoice]:
    """List a merchant's invoices, latest first."""
    return FeeInvoice.objects.filter(merchant=merchant).order_by("-period")


def owed_invoices(merchant: Merchant) -> list[FeeInvoice]:
    """List a merchant's unpaid invoices, the oldest due first. One query."""
    return list(FeeInvoice.objects.filter(merchant=merchant, status__in=OWED).order_by("due_date"))


def invoice_of(merchant: Merchant, invoice_no: str) -> FeeInvoice:
    """Find a merchant's invoice. Raises FeeInvoice.DoesNotExist, also for somebody else's."""
    return FeeInvoice.objects.select_related("payment").get(merchant=merchant, invoice_no=invoice_no)


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """The fees of one contract and tariff version on an invoice, in fen."""

    tariff: str
    version: int
    contract_no: str
    days: int
    fee_fen: int
    split_fen: int


def parts_of_invoice(invoice: FeeInvoice) -> list[InvoicePart]:
    """Add an invoice's fees up by contract and tariff version. One query."""
    rows = (
        invoice.fees.values("contract__contract_no", "line__version__tariff__name", "line__version__version")
        .annotate(days=Count("day", distinct=True), fen=Coalesce(Sum("fee_fen"), 0), split=Sum(F("split_fen")))
        .order_by("contract__contract_no", "line__version__version")
    )
    return [
        InvoicePart(
            row["line__version__tariff__name"], row["line__version__version"], row["contract__contract_no"],
            row["days"], int(row["fen"]), int(row["split"] or 0),
        )
        for row in rows
    ]  # fmt: skip


def fees_of_invoice(invoice: FeeInvoice) -> QuerySet[ServiceFee]:
    """List the fees an invoice asks for, by day."""
    return _with_source(invoice.fees.all()).order_by("day", "pk")


def _of_month(merchant: Merchant, first: date) -> QuerySet[ServiceFee]:
    return ServiceFee.objects.filter(merchant=merchant, day__gte=first, day__lt=next_month(first))


def _with_source(rows: QuerySet[ServiceFee]) -> QuerySet[ServiceFee]:
    return rows.select_related("contract", "line__version__tariff", "invoice")


def fee_payee() -> FeePayee | None:
    """Find our own company as the payee of invoices, or None."""
    return FeePayee.objects.filter(ended_at=None).select_related("merchant").first()

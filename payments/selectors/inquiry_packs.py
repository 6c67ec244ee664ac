"""An inquiry pack: everything on file about one merchant over some days, as one ZIP, for a bank or an authority."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date

from accounts.models import Merchant
from payments.ledger.selectors.export import export_beancount
from payments.models import (
    Discrepancy,
    FeeInvoice,
    PaymentAttempt,
    Refund,
    ServiceContract,
    ServiceFee,
    Settlement,
    SettlementLine,
)
from payments.selectors.statement_documents import safe_cell, statement_pdf
from silk_road_ebao.kernel.models import AuditEvent, StatusChange

MOST_LOGS = 100_000


def inquiry_pack(*, merchant: Merchant, first: date, last: date) -> bytes:
    """Gather flows, statements, contracts, fees, differences and logs of a merchant from `first` to `last`."""
    between = {"day__gte": first, "day__lte": last}
    paid = PaymentAttempt.objects.filter(
        sub_merchant__merchant=merchant, business_date__gte=first, business_date__lte=last
    ).order_by("pk")
    back = Refund.objects.filter(
        payment__merchant=merchant, business_date__gte=first, business_date__lte=last
    ).order_by("pk")
    numbers = [*paid.values_list("attempt_no", flat=True), *back.values_list("refund_no", flat=True)]
    tables = {
        "payments.csv": _table(
            paid, "attempt_no acquirer_code acquirer_trade_no amount_fen status paid_at business_date"
        ),
        "refunds.csv": _table(back, "refund_no acquirer_refund_no amount_fen status reason requested_at refunded_at"),
        "statements.csv": _table(
            Settlement.objects.filter(merchant=merchant, **between).order_by("day"),
            "statement_no day gross_fen refunded_fen fee_fen split_fen adjustment_fen net_fen payout_fen payout_date",
        ),
        "statement_lines.csv": _table(
            SettlementLine.objects.filter(settlement__merchant=merchant, **between).order_by("day", "acquirer_code"),
            "day acquirer_code gross_fen refunded_fen fee_fen expected_fee_fen net_fen payout_fen paid_fen",
        ),
        "contracts.csv": _table(
            ServiceContract.objects.filter(merchant=merchant).order_by("pk"),
            "contract_no tariff__code collection returns_fee valid_from valid_until status signed_at",
        ),
        "service_fees.csv": _table(
            ServiceFee.objects.filter(merchant=merchant, **between).order_by("day", "pk"),
            "fee_no day contract__contract_no line__version__version subject_no base_fen fee_fen split_fen status",
        ),
        "fee_invoices.csv": _table(
            FeeInvoice.objects.filter(merchant=merchant).order_by("pk"),
            "invoice_no period amount_fen due_date status paid_at",
        ),
        "differences.csv": _table(
            Discrepancy.objects.filter(merchant=merchant, **between).order_by("pk"),
            "discrepancy_no day kind cause subject_no ours_fen theirs_fen status resolution",
        ),
        "status_changes.csv": _table(
            StatusChange.objects.filter(public_no__in=numbers[:MOST_LOGS]).order_by("pk"),
            "model public_no from_status to_status actor_kind actor_ref at reason",
        ),
        "audit.csv": _table(
            AuditEvent.objects.filter(subject__endswith=merchant.merchant_no).order_by("pk"),
            "at actor_kind actor_ref action subject",
        ),
    }
    return _zip(tables, Settlement.objects.filter(merchant=merchant, **between).order_by("day"), merchant, first, last)


def _table(rows: Iterable[object], names: str) -> str:
    columns: Sequence[str] = names.split()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows.values_list(*columns).iterator():  # type: ignore[attr-defined]
        writer.writerow([safe_cell(str(cell)) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _zip(
    tables: dict[str, str], statements: Iterable[Settlement], merchant: Merchant, first: date, last: date
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, "\ufeff" + text)
        for row in statements:
            archive.writestr(f"statements/{row.day}.pdf", statement_pdf(row))
        about = f"{merchant.merchant_no} {merchant.legal_name}\n{first} .. {last}\n"
        archive.writestr("README.txt", about)
        own = merchant.merchant_no
        lines = [line for line in export_beancount(since=first, through=last) if own in line]
        archive.writestr("ledger.beancount.txt", "".join(lines))
    return packed.getvalue()

"""费率, 服务合同, 服务费 and their invoices."""

from django.contrib import admin
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from payments.admin.books import READERS, books_urls
from payments.models import FeeInvoice, FeePayee, ServiceContract, ServiceFee, Tariff, TariffLine, TariffVersion
from payments.services.fee_invoices import propose_receipt, propose_waiver
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from silk_road_ebao.kernel.models import Approval


class TariffVersionInline(RowsInline):
    """The versions of a tariff."""

    model = TariffVersion
    fields = ("version", "status", "valid_from", "valid_until", "source", "drafted_by")


class TariffLineInline(RowsInline):
    """The prices of a version."""

    model = TariffLine
    fields = (
        "position",
        "scene",
        "channel",
        "product",
        "method",
        "rate_bps",
        "flat_fen",
        "min_fen",
        "cap_fen",
        "tiers",
    )
    show_change_link = False


@admin.register(Tariff)
class TariffAdmin(OperatorAdmin):
    """Price lists."""

    list_display = ("code", "name", "service")
    list_filter = ("service",)
    inlines = (TariffVersionInline,)


@admin.register(TariffVersion)
class TariffVersionAdmin(OperatorAdmin):
    """Dated prices."""

    list_display = ("tariff", "version", "status", "valid_from", "valid_until", "source")
    list_filter = ("status",)
    list_select_related = ("tariff",)
    inlines = (TariffLineInline,)
    ordering = ("tariff_id", "-version")


@admin.register(ServiceContract)
class ServiceContractAdmin(OperatorAdmin):
    """What merchants have signed."""

    list_display = (
        "contract_no",
        "merchant",
        "tariff",
        "collection",
        "returns_fee",
        "valid_from",
        "valid_until",
        "status",
    )
    list_filter = ("collection", "status")
    list_select_related = ("merchant", "tariff")
    search_fields = ("contract_no", "merchant__merchant_no", "merchant__name")


@admin.register(ServiceFee)
class ServiceFeeAdmin(OperatorAdmin):
    """Fees by day, each with its contract and price line."""

    list_display = (
        "fee_no", "day", "merchant", "contract", "subject_no", "payments", yuan_column("base_fen", _("计费金额")),
        yuan_column("fee_fen", _("服务费")), yuan_column("split_fen", _("已分账")), "status",
    )  # fmt: skip
    list_filter = ("collection", "status")
    list_select_related = ("merchant", "contract")
    date_hierarchy = "day"
    search_fields = ("fee_no", "merchant__merchant_no", "contract__contract_no")
    ordering = ("-day", "pk")


def _receive(press: Press) -> Approval:
    """Read "CCB 20261120-0031": the bank and the number of its receipt."""
    bank_code, _space, receipt_ref = press.reason.partition(" ")
    return propose_receipt(
        invoice_no=press.row.invoice_no, bank_code=bank_code, receipt_ref=receipt_ref, actor=press.actor, at=press.at
    )


def _waive(press: Press) -> Approval:
    return propose_waiver(invoice_no=press.row.invoice_no, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(FeeInvoice)
class FeeInvoiceAdmin(OperatorAdmin):
    """What is asked for separately, what is overdue, what was waived."""

    list_display = (
        "invoice_no", "merchant", "period", yuan_column("amount_fen", _("金额")), "due_date", "status", "reminders",
        "paid_at", "tax_invoice_no",
    )  # fmt: skip
    list_filter = ("status", "period")
    list_select_related = ("merchant",)
    search_fields = ("invoice_no", "merchant__merchant_no", "receipt_ref")
    ordering = ("-issued_at",)
    desks = (("payments_books", READERS),)
    buttons = (
        Button(
            "receive", _("登记到账：银行代码 空格 回单号（需复核）"), _receive, role="MAKER",
            shown=lambda row: row.status in ("ISSUED", "OVERDUE"), asks_reason=True,
        ),
        Button(
            "waive", _("申请减免"), _waive, role="MAKER", shown=lambda row: row.status in ("ISSUED", "OVERDUE"),
            asks_reason=True, is_danger=True,
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the desk of the month's close and the reports."""
        return [*books_urls(self.admin_site), *super().get_urls()]


@admin.register(FeePayee)
class FeePayeeAdmin(OperatorAdmin):
    """Which company of ours invoices are paid to."""

    list_display = ("merchant", "appointed_at", "ended_at")
    list_select_related = ("merchant",)
    ordering = ("-appointed_at",)

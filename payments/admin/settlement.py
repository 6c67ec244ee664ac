"""结算单 and 结算调整."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.models import Settlement, SettlementAdjustment, SettlementLine
from payments.selectors.statement_documents import statement_pdf, statement_xlsx
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SettlementLineInline(RowsInline):
    """The part of each acquirer."""

    model = SettlementLine
    fields = (
        "acquirer_code", "payments", "gross_fen", "refunded_fen", "fee_fen", "expected_fee_fen", "split_fen",
        "adjustment_fen", "net_fen", "carried_in_fen", "payout_fen", "carried_out_fen", "paid_fen",
    )  # fmt: skip
    show_change_link = False


@admin.register(Settlement)
class SettlementAdmin(OperatorAdmin):
    """Every merchant's day, its lines, and the papers to it."""

    list_display = (
        "statement_no", "day", "merchant", "payments", yuan_column("gross_fen", _("收款")),
        yuan_column("refunded_fen", _("退款")), yuan_column("fee_fen", _("通道手续费")),
        yuan_column("payout_fen", _("应到账")), "payout_date", "cycle", "published_at",
    )  # fmt: skip
    list_filter = ("cycle",)
    list_select_related = ("merchant",)
    date_hierarchy = "day"
    search_fields = ("statement_no", "merchant__merchant_no", "merchant__name")
    ordering = ("-day", "merchant_id")
    inlines = (SettlementLineInline,)
    readonly_fields = ("papers",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Put the papers first."""
        return ["papers", *super().get_fields(request, obj)]

    @admin.display(description=_("下载"))
    def papers(self, row: Settlement) -> SafeString:
        """Link the PDF and the sheet."""
        return format_html('<a href="../paper.pdf">PDF</a> · <a href="../paper.xlsx">XLSX</a>')

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the papers."""
        kinds = (("pdf", self.as_pdf), ("xlsx", self.as_xlsx))
        papers = [
            path(f"<path:object_id>/paper.{kind}", self.admin_site.admin_view(view), name=f"payments_settlement_{kind}")
            for kind, view in kinds
        ]
        return [*papers, *super().get_urls()]

    def as_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the statement as PDF."""
        return self._paper(request, object_id, "pdf")

    def as_xlsx(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the statement as a sheet."""
        return self._paper(request, object_id, "xlsx")

    def _paper(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        content = statement_pdf(row) if kind == "pdf" else statement_xlsx(row)
        answer = HttpResponse(content, content_type=PDF if kind == "pdf" else XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{row.statement_no}.{kind}"'
        return answer


@admin.register(SettlementAdjustment)
class SettlementAdjustmentAdmin(OperatorAdmin):
    """What settled cases and corrected bills added or took off."""

    list_display = ("day", "sub_merchant", yuan_column("amount_fen", _("金额")), "reason", "source_no", "made_by")
    date_hierarchy = "day"
    search_fields = ("source_no",)
    ordering = ("-day",)

"""账单 and 对账批次."""

from django.contrib import admin
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from payments.admin.bill_upload import UPLOADERS, upload_urls
from payments.models import Bill, BillTemplate, Reconciliation
from silk_road_ebao.console.columns import state_column, yuan_column
from silk_road_ebao.console.operator_admin import OperatorAdmin

TONES = {_("待验"): "info", _("已验"): "info", _("已入账"): "success", _("拒收"): "danger", _("已被替换"): "warning"}
TEXTS = dict(zip(("FETCHED", "VERIFIED", "LOADED", "REFUSED", "SUPERSEDED"), TONES, strict=True))


@admin.register(Bill)
class BillAdmin(OperatorAdmin):
    """Every version of every bill, and why one was refused."""

    list_display = (
        "day", "acquirer_code", "kind", "scope", "version", "state", "rows", yuan_column("paid_fen", _("交易金额")),
        yuan_column("fee_fen", _("手续费")), "refusal",
    )  # fmt: skip
    list_filter = ("acquirer_code", "kind", "status")
    date_hierarchy = "day"
    search_fields = ("bill_no", "scope", "sha256")
    ordering = ("-day", "acquirer_code", "scope", "-version")
    desks = (("payments_bill_upload", UPLOADERS),)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages on which bills are handed in and templates declared."""
        return [*upload_urls(self.admin_site), *super().get_urls()]

    @state_column(description=_("状态"), tones=TONES)
    def state(self, row: Bill) -> str:
        """Word the status."""
        return str(TEXTS[row.status])


@admin.register(Reconciliation)
class ReconciliationAdmin(OperatorAdmin):
    """Every batch: both sides' counts and sums."""

    list_display = (
        "day", "acquirer_code", "kind", "ours_count", yuan_column("ours_fen", _("我方金额")), "theirs_count",
        yuan_column("theirs_fen", _("对方金额")), "matched_count", "differences", "runs", "ran_at",
    )  # fmt: skip
    list_filter = ("acquirer_code", "kind")
    date_hierarchy = "day"
    ordering = ("-day", "acquirer_code", "kind")


@admin.register(BillTemplate)
class BillTemplateAdmin(OperatorAdmin):
    """How banks' own tables are read."""

    list_display = ("code", "name", "totals_mark", "time_format", "is_ordered", "declared_by", "declared_at")
    ordering = ("code",)

"""差错: the workbench. Filter, compare both sides, propose one resolution for many of one cause."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.admin.sides import sides_of
from payments.admin.workbench import workbench
from payments.models import Discrepancy
from payments.services.discrepancies import reopen_discrepancy
from silk_road_ebao.console.columns import state_column, yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press

WORKERS = frozenset({"MAKER", "CHECKER", "AUDITOR"})
TONES = {
    _("挂账"): "info",
    _("待处理"): "danger",
    _("待复核"): "warning",
    _("带差异发布"): "warning",
    _("已结案"): "success",
}
TEXTS = dict(zip(("SUSPENSE", "OPEN", "PROPOSED", "CARRIED", "RESOLVED"), TONES, strict=True))


def _reopen(press: Press) -> Discrepancy:
    return reopen_discrepancy(discrepancy_no=press.row.discrepancy_no, actor=press.actor, at=press.at)


@admin.register(Discrepancy)
class DiscrepancyAdmin(OperatorAdmin):
    """All differences; the workbench is one click away."""

    list_display = (
        "discrepancy_no", "day", "acquirer_code", "kind", "state", "subject_no", "merchant",
        yuan_column("ours_fen", _("我方金额")), yuan_column("theirs_fen", _("对方金额")), "cause",
    )  # fmt: skip
    list_filter = ("status", "kind", "acquirer_code", "cause")
    list_select_related = ("merchant",)
    date_hierarchy = "day"
    search_fields = ("discrepancy_no", "subject_no", "sub_mchid", "merchant__merchant_no")
    ordering = ("-day", "kind", "pk")
    fields = (
        "discrepancy_no", "state", "kind", "cause", "day", "acquirer_code", "merchant", "sub_mchid", "subject_no",
        "sides", "bill", "line_no", "evidence", "resolution", "opened_at", "suspense_until", "resolved_at",
    )  # fmt: skip
    readonly_fields = ("state", "sides")
    desks = (("payments_discrepancy_workbench", WORKERS),)
    buttons = (Button("reopen", _("重新处理"), _reopen, role="MAKER", shown=lambda row: row.status == "PROPOSED"),)

    @state_column(description=_("状态"), tones=TONES)
    def state(self, row: Discrepancy) -> str:
        """Word the status."""
        return str(TEXTS[row.status])

    @admin.display(description=_("两边"))
    def sides(self, row: Discrepancy) -> SafeString:
        """Lay both sides beside each other, differing fields in bold."""
        body = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
            (
                (side.name, side.ours, format_html("<b>{}</b>", side.theirs) if side.differs else side.theirs)
                for side in sides_of(row)
            ),
        )
        head = format_html("<tr><td></td><th>{}</th><th>{}</th></tr>", gettext("我方"), gettext("对方"))
        return format_html("<table class='sides'>{}{}</table>", head, body)

    def get_urls(self) -> list[URLPattern]:
        """Add the workbench."""
        bench = path("workbench/", self.admin_site.admin_view(self.workbench), name="payments_discrepancy_workbench")
        return [bench, *super().get_urls()]

    def workbench(self, request: HttpRequest) -> HttpResponse:
        """Open the workbench."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        codes = list(Discrepancy.objects.order_by("acquirer_code").values_list("acquirer_code", flat=True).distinct())
        return workbench(request, self.admin_site, codes)

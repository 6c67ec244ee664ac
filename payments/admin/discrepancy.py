"""差错: the workbench. Filter, compare both sides, propose one resolution for many of one cause."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from payments.models import Discrepancy, DiscrepancyKind
from payments.services.discrepancies import WAYS, propose_resolution, reopen_discrepancy
from silk_road_ebao.console.columns import state_column, yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from silk_road_ebao.kernel.refusals import Refusal

TONES = {
    _("挂账"): "info",
    _("待处理"): "danger",
    _("待复核"): "warning",
    _("带差异发布"): "warning",
    _("已结案"): "success",
}
TEXTS = dict(zip(("SUSPENSE", "OPEN", "PROPOSED", "CARRIED", "RESOLVED"), TONES, strict=True))
SHOWN = 100
SIDES = (
    ("status", _("状态")), ("fee_fen", _("手续费（分）")), ("sub_mchid", _("商户号")), ("trade_no", _("机构单号")),
    ("refund_no", _("机构退款号")), ("attempt_no", _("原支付号")), ("receiver", _("接收方")), ("day", _("日期")),
)  # fmt: skip


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
    buttons = (Button("reopen", _("重新处理"), _reopen, role="MAKER", shown=lambda row: row.status == "PROPOSED"),)

    @state_column(description=_("状态"), tones=TONES)
    def state(self, row: Discrepancy) -> str:
        """Word the status."""
        return str(TEXTS[row.status])

    @admin.display(description=_("两边"))
    def sides(self, row: Discrepancy) -> SafeString:
        """Lay both sides beside each other, differing fields in bold."""
        lines = [(_("金额（分）"), row.ours_fen, row.theirs_fen)]
        lines += [(name, row.ours.get(key), row.theirs.get(key)) for key, name in SIDES]
        body = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td></tr>",
            (
                (name, "—" if ours is None else ours, format_html("<b>{}</b>", theirs) if ours != theirs else theirs)
                for name, ours, theirs in lines
                if ours is not None or theirs is not None
            ),
        )
        head = format_html("<tr><td></td><th>{}</th><th>{}</th></tr>", _now("我方"), _now("对方"))
        return format_html("<table class='sides'>{}{}</table>", head, body)

    def get_urls(self) -> list[URLPattern]:
        """Add the workbench."""
        bench = path("workbench/", self.admin_site.admin_view(self.workbench), name="payments_discrepancy_workbench")
        return [bench, *super().get_urls()]

    def workbench(self, request: HttpRequest) -> HttpResponse:
        """Show one kind and cause at a time with both sides; POST proposes a resolution for the ticked ones."""
        if request.method == "POST":
            self._propose(request)
            return HttpResponseRedirect(request.get_full_path())
        waiting = Discrepancy.objects.filter(status__in=("OPEN", "CARRIED"))
        groups = list(
            waiting.values("kind", "cause").annotate(
                n=Count("pk"), ours=Sum("ours_fen"), theirs=Sum("theirs_fen")
            ).order_by("-n")
        )  # fmt: skip
        kind, cause = request.GET.get("kind", ""), request.GET.get("cause", "")
        if not kind and groups:
            kind, cause = groups[0]["kind"], groups[0]["cause"]
        rows = waiting.filter(kind=kind, cause=cause).select_related("merchant", "bill").order_by("day", "pk")[:SHOWN]
        names = dict(DiscrepancyKind.choices)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _now("差错工作台"),
            "groups": [{**group, "name": names[group["kind"]]} for group in groups],
            "kind": kind,
            "cause": cause,
            "rows": [(row, self.sides(row)) for row in rows],
            "ways": WAYS,
            "may_propose": "MAKER" in roles_of(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/payments/workbench.html", context)

    def _propose(self, request: HttpRequest) -> None:
        if "MAKER" not in roles_of(request):
            messages.error(request, _now("只有经办能提交处理"))
            return
        try:
            amount = request.POST.get("amount", "").strip()
            approval = propose_resolution(
                discrepancy_nos=request.POST.getlist("no"),
                way=request.POST.get("way", ""),
                reason=request.POST.get("reason", ""),
                evidence=request.POST.get("evidence", ""),
                amount_fen=parse_yuan(amount, allow_negative=True) if amount else 0,
                actor=actor_of(request),
                at=clock.now(),
            )
        except (Refusal, MoneyError) as refusal:
            messages.error(request, str(refusal))
            return
        address = reverse("admin:kernel_approval_change", args=[approval.pk])
        told = _now("已提交，等同事复核：")
        messages.success(request, format_html('{}<a href="{}">{}</a>', told, address, approval.approval_no))

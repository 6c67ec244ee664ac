"""行情表: load sheets, see every line that does not count, the names that wait for a concordance."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.admin.concordance import waiting_address
from supplychain.forms import SheetForm, SourceForm
from supplychain.models import IndexTrade, PriceSheet, PriceSheetRow, PriceSource, RowVerdict
from supplychain.selectors.concordances import waiting_count
from supplychain.selectors.price_sheets import faults_of, latest_columns, totals_of
from supplychain.services.index_holds import resume_held
from supplychain.services.index_trades import decide_quarantined_trade, take_sheet_rows
from supplychain.services.price_sheets import import_price_sheet, withdraw_price_sheet
from supplychain.services.price_sources import ensure_source

SHOWN = 100


@admin.register(PriceSource)
class PriceSourceAdmin(EnteringAdmin):
    """价格来源: with the way to the names that wait."""

    list_display = ("code", "name", "kind", "currency", "is_public")
    ordering = ("id",)
    fields = ("code", "name", "kind", "market", "currency", "is_public", "waiting")
    readonly_fields = ("waiting",)
    entry_form = SourceForm
    entry_label = _("新来源")
    buttons = (
        Button(
            "take",
            _("按新对照重新认领"),
            lambda press: take_sheet_rows(source=press.row, actor=press.actor, at=press.at),
            role="MAKER",
        ),
        Button(
            "resume",
            _("重算待复核的各期"),
            lambda press: resume_held(source=press.row, actor=press.actor, at=press.at),
            role="MAKER",
        ),
    )

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Found the source."""
        return ensure_source(**typed, **by)

    @admin.display(description=_("等对照的品名"))
    def waiting(self, row: PriceSource) -> SafeString:
        """Say how many names wait, and lead to them."""
        return format_html('{} <a href="{}">{}</a>', waiting_count(row), waiting_address(row), gettext("看并提交对照"))


def _withdraw(press: Press) -> PriceSheet:
    return withdraw_price_sheet(sheet_no=press.row.sheet_no, actor=press.actor, at=press.at, reason=press.reason)


@admin.register(PriceSheet)
class PriceSheetAdmin(OperatorAdmin):
    """行情表: control totals, and the lines that do not count."""

    list_display = ("sheet_no", "source", "file_name", "first_day", "last_day", "rows_total", "rows_rejected", "status")
    list_filter = ("source", "status")
    list_select_related = ("source",)
    list_before_template = "admin/supplychain/upload_link.html"
    search_fields = ("sheet_no", "file_name", "sha256")
    ordering = ("-loaded_at",)
    readonly_fields = ("what_became",)
    fields = (
        "sheet_no", "source", "status", "file_name", "sha256", "columns", "rows_total", "kg_total",
        "amount_fen_total", "first_day", "last_day", "what_became", "loaded_at", "loaded_by",
    )  # fmt: skip
    buttons = (
        Button(
            "withdraw", _("撤回这份表"), _withdraw, role="MAKER", asks_reason=True, is_danger=True,
            shown=lambda row: row.status == "LOADED",
        ),
    )  # fmt: skip

    @admin.display(description=_("各行结果"))
    def what_became(self, row: PriceSheet) -> SafeString:
        """Count the rows by verdict, list those that do not count with line and reason, lead to all."""
        words = dict(RowVerdict.choices)
        told = format_html_join("，", "{} {}", ((words[code], count) for code, count in totals_of(row).items()))
        lines = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (line.line_no, line.get_verdict_display(), line.get_fault_display(), line.source_name, line.text)
                for line in faults_of(row)[:SHOWN]
            ),
        )
        heads = (gettext("行号"), gettext("结果"), gettext("原因"), gettext("品名"), gettext("原文"))
        head = format_html_join("", "<th>{}</th>", ((text,) for text in heads))
        address = reverse("admin:supplychain_pricesheetrow_changelist")
        every = format_html('<a href="{}?sheet__id__exact={}">{}</a>', address, row.pk, gettext("看每一行"))
        return format_html("{} {}<table class='sides'><tr>{}</tr>{}</table>", told, every, head, lines)

    def get_urls(self) -> list[URLPattern]:
        """Add the form to load a sheet."""
        view = self.admin_site.admin_view(self.upload)
        return [path("upload/", view, name="supplychain_pricesheet_upload"), *super().get_urls()]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Show the form; POST loads the sheet whole or refuses it whole."""
        if "MAKER" not in roles_of(request):
            raise PermissionDenied
        form = SheetForm(request.POST or None, request.FILES or None, initial=latest_columns())
        if request.method == "POST" and form.is_valid():
            try:
                sheet = import_price_sheet(**form.terms(), actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, gettext("已导入：%(no)s") % {"no": sheet.sheet_no})
                return HttpResponseRedirect(reverse("admin:supplychain_pricesheet_change", args=[sheet.pk]))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request), "title": _("导入行情表"), "form": form,
        }  # fmt: skip
        return TemplateResponse(request, "admin/supplychain/upload.html", context, status=422 if form.errors else 200)


@admin.register(PriceSheetRow)
class PriceSheetRowAdmin(OperatorAdmin):
    """行情表明细: line by line."""

    list_display = ("sheet", "line_no", "day", "source_name", "kg", "price_fen_kg", "verdict", "fault", "text")
    list_filter = ("verdict", "fault")
    list_select_related = ("sheet",)
    search_fields = ("source_name",)
    ordering = ("sheet_id", "line_no")


def _decide(is_accepted: bool) -> Any:
    def press(press: Press) -> None:
        decide_quarantined_trade(
            trade=press.row, is_accepted=is_accepted, reason=press.reason, actor=press.actor, at=press.at
        )

    return press


@admin.register(IndexTrade)
class IndexTradeAdmin(OperatorAdmin):
    """指数成交: unusual prices wait for a person."""

    list_display = ("day", "source", "commodity", "market", "merchant", "grams", "amount_fen", "verdict", "fault")
    list_filter = ("verdict", "source")
    list_select_related = ("source", "commodity", "market", "merchant")
    ordering = ("-day", "-id")
    buttons = (
        Button("accept", _("价格属实，计入"), _decide(True), role="CHECKER", asks_reason=True,
               shown=lambda row: row.verdict == "QUARANTINED"),
        Button("reject", _("不计入"), _decide(False), role="CHECKER", asks_reason=True,
               shown=lambda row: row.verdict == "QUARANTINED"),
    )  # fmt: skip

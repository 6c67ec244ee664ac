"""Commodity codes on the console: read by all; entered, revised and ended by two people."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import CommodityForm
from supplychain.models import Commodity, Goods
from supplychain.services.commodities import FIELDS, ask_for_commodity, ask_to_end


def _end(press: Press) -> object:
    return ask_to_end(
        commodity=press.row, since=business_date(press.at), reason=press.reason, maker=press.actor, at=press.at
    )


@admin.register(Commodity)
class CommodityAdmin(EnteringAdmin):
    """Codes with their versions."""

    list_display = (
        "code", "version", "variety", "category", "grade", "sale_unit", "origin_class", "valid_from", "valid_until",
    )  # fmt: skip
    list_filter = ("category", "origin_class", "grade")
    search_fields = ("code", "variety", "other_names", "pinyin")
    ordering = ("code", "-version")
    fields = ("code", "version", *FIELDS, "valid_from", "valid_until", "next_version")
    readonly_fields = ("next_version",)
    entry_form = CommodityForm
    entry_label = _("新商品编码，交第二人复核")
    buttons = (
        Button("end", _("申请停用"), _end, role="MAKER", asks_reason=True, shown=lambda row: row.valid_until is None),
    )

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for a new code."""
        values = dict(typed)
        return ask_for_commodity(since=values.pop("since"), values=values, maker=by["actor"], at=by["at"])

    @admin.display(description=_("新版本"))
    def next_version(self, row: Commodity) -> SafeString | str:
        """Lead to the form of the next version, while there may be one."""
        if row.valid_until is not None:
            return "—"
        address = reverse("admin:supplychain_commodity_revise", args=[row.pk])
        return format_html('<a class="press__button" href="{}">{}</a>', address, gettext("改内容，开新版本"))

    def get_urls(self) -> list[URLPattern]:
        """Add the form of a new version."""
        view = self.admin_site.admin_view(self.revise)
        return [path("<int:pk>/revise/", view, name="supplychain_commodity_revise"), *super().get_urls()]

    def revise(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the code as it stands; POST asks a second person for what differs."""
        row = Commodity.objects.filter(pk=pk, valid_until=None).first()
        if row is None:
            raise Http404
        if "MAKER" not in roles_of(request):
            raise PermissionDenied
        at = clock.now()
        initial = {name: getattr(row, name) for name in FIELDS} | {"since": business_date(at)}
        form = CommodityForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid():
            by: dict[str, Any] = {"maker": actor_of(request), "at": at, "commodity": row}
            try:
                ask_for_commodity(values=form.values(), since=form.since_day(), **by)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, gettext("已提交，等同事复核"))
                return HttpResponseRedirect(reverse("admin:supplychain_commodity_change", args=[pk]))
        title = gettext("%(name)s 的新版本") % {"name": row}
        context = {**self.admin_site.each_context(request), "title": title, "form": form}
        return TemplateResponse(request, "admin/enter.html", context, status=422 if form.errors else 200)


@admin.register(Goods)
class GoodsAdmin(OperatorAdmin):
    """What stalls offer."""

    list_display = ("goods_no", "stall", "commodity", "price_fen_kg", "is_on_sale", "is_in_store", "picks", "priced_at")
    list_filter = ("is_on_sale", "commodity__category")
    list_select_related = ("stall", "commodity")
    search_fields = ("goods_no", "stall__stall_no", "commodity__variety")
    ordering = ("-picks", "pk")

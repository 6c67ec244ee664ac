"""编码对照 on the console: the names that wait with what each may continue; a second person agrees."""

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import ConcordanceForm
from supplychain.models import CommodityConcordance, Grade, PriceSource
from supplychain.selectors.concordances import known_commodities, open_approvals, waiting_names
from supplychain.services.concordances import ask_for_concordance, equation_of
from supplychain.services.price_sources import Equation

SHOWN = 150
ONE = Decimal(1)


@admin.register(CommodityConcordance)
class CommodityConcordanceAdmin(OperatorAdmin):
    """Names of markets and what they mean."""

    list_display = (
        "source", "source_name", "commodity", "kg_factor", "valid_from", "valid_until", "reason", "decided_by",
    )  # fmt: skip
    list_filter = ("source",)
    list_select_related = ("commodity",)
    search_fields = ("source_name", "commodity__variety")
    ordering = ("source", "source_name", "-valid_from")

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a source's waiting names."""
        view = self.admin_site.admin_view(self.waiting)
        return [path("waiting/<slug:code>/", view, name="supplychain_concordance_waiting"), *super().get_urls()]

    def waiting(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the waiting names with their proposals; POST asks a second person for the ticked ones."""
        source = PriceSource.objects.filter(code=code).first()
        if source is None or not self.has_view_permission(request):
            raise Http404
        names, may = waiting_names(source), "MAKER" in roles_of(request)
        known = known_commodities(source)
        form = ConcordanceForm(names[:SHOWN], known, request.POST if request.method == "POST" else None)
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            if form.is_valid() and self._ask(request, source, form):
                return HttpResponseRedirect(request.path)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("%(source)s：等对照的品名") % {"source": source.name},
            "source": source, "form": form, "names": names, "shown": names[:SHOWN], "known": known.values(),
            "may": may, "asked": open_approvals(source),
        }  # fmt: skip
        return TemplateResponse(
            request, "admin/supplychain/concordance.html", context, status=422 if form.errors else 200
        )

    def _ask(self, request: HttpRequest, source: PriceSource, form: ConcordanceForm) -> bool:
        told = form.cleaned_data
        equations = [_equation(line, told["reason"], told["origin_class"]) for line in form.lines()]
        try:
            approval = ask_for_concordance(source=source, equations=equations, maker=actor_of(request), at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return False
        words = {"n": len(equations), "no": approval.approval_no}
        messages.success(request, gettext("%(n)s 个品名已提交，等同事复核：%(no)s") % words)
        return True


def _equation(line: dict[str, Any], reason: str, origin_class: str) -> Equation:
    if line["commodity"] is not None:
        return equation_of(
            source_name=line["source_name"], commodity=line["commodity"], since=line["since"], reason=reason
        )
    return Equation(
        source_name=line["source_name"], code="", variety=line["variety"], category=line["category"],
        origin_class=origin_class, grade=Grade.UNGRADED, kg_factor=ONE, valid_from=line["since"], reason=reason,
    )  # fmt: skip


def waiting_address(source: PriceSource) -> str:
    """Give the address of a source's waiting names."""
    return reverse("admin:supplychain_concordance_waiting", args=[source.code])

"""月结与报表: closing a month by two people, income, receivables by age, the Beancount export, the inquiry pack."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from payments.ledger.selectors.export import export_beancount
from payments.selectors.book_sheets import AGE_NAMES, ageing_xlsx, income_xlsx
from payments.selectors.fee_reports import income_of_month, receivables_ageing
from payments.selectors.inquiry_packs import inquiry_pack
from payments.selectors.month_checks import last_day, month_checks
from payments.services.month_closes import propose_month_close
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal

READERS = frozenset({"MAKER", "CHECKER", "AUDITOR"})
PACKERS = frozenset({"CHECKER", "AUDITOR"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_DAYS = 366
SHOWN = 50


class PackForm(forms.Form):
    """Whose papers, from when to when, and why they are handed out."""

    merchant_no = forms.CharField(label=_("商户号"), max_length=32)
    first = forms.DateField(label=_("从"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("到"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    reason = forms.CharField(label=_("谁来查、依据什么"), min_length=2, max_length=200)

    def clean_merchant_no(self) -> Merchant:
        """Find the merchant."""
        found = Merchant.objects.filter(merchant_no=self.cleaned_data["merchant_no"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("没有这个商户号"))
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse a span that runs backwards or is too long."""
        cleaned = super().clean() or {}
        if "first" in cleaned and "last" in cleaned and not 0 <= (cleaned["last"] - cleaned["first"]).days < MOST_DAYS:
            raise forms.ValidationError(_("从前到后，一次最多一年"))
        return cleaned


def books_urls(site: AdminSite) -> list[URLPattern]:
    """Give the addresses of the desk; an admin page of payments adds them to its own."""
    views: tuple[tuple[str, str, Callable[..., HttpResponseBase]], ...] = (
        ("books/", "payments_books", books),
        ("books/income.xlsx", "payments_books_income", income_sheet),
        ("books/ageing.xlsx", "payments_books_ageing", ageing_sheet),
        ("books/ledger.beancount", "payments_books_beancount", beancount),
        ("books/pack/", "payments_books_pack", pack),
    )
    return [path(where, site.admin_view(view), name=name) for where, name, view in views]


def _admit(request: HttpRequest, roles: frozenset[str]) -> None:
    if not roles & roles_of(request):
        raise PermissionDenied


def _month(request: HttpRequest) -> date:
    """Read the month asked for; last month where none is named."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return (clock.business_date(clock.now()).replace(day=1) - timedelta(days=1)).replace(day=1)


def books(request: HttpRequest) -> HttpResponse:
    """Show a month with its checks, income and receivables; POST asks a second person to close it."""
    _admit(request, READERS)
    month = _month(request)
    if request.method == "POST":
        _propose(request, month)
        return HttpResponseRedirect(request.get_full_path())
    return _page(request, month, PackForm(initial={"first": month, "last": last_day(month)}), status=200)


def _page(request: HttpRequest, month: date, form: PackForm, *, status: int) -> HttpResponse:
    from django.contrib.admin import site  # the registry is complete only when a page is asked for

    at = clock.now()
    checks, income, ageing = month_checks(month, at), income_of_month(month), receivables_ageing(at)
    context = {
        **site.each_context(request),
        "title": _now("月结与报表"),
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": last_day(month) + timedelta(days=1),
        "checks": checks,
        "may_close": all(check.is_good for check in checks) and "MAKER" in roles_of(request),
        "income": income,
        "income_fen": sum(row.fee_fen for row in income),
        "ages": AGE_NAMES,
        "ageing": ageing[:SHOWN],
        "owed_fen": sum(row.total_fen for row in ageing),
        "owing": len(ageing),
        "pack_form": form,
        "may_pack": bool(PACKERS & roles_of(request)),
    }
    return TemplateResponse(request, "admin/payments/books.html", context, status=status)


def _propose(request: HttpRequest, month: date) -> None:
    if "MAKER" not in roles_of(request):
        messages.error(request, _now("只有经办能提请结账"))
        return
    try:
        approval = propose_month_close(month=month, actor=actor_of(request), at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return
    address = reverse("admin:kernel_approval_change", args=[approval.pk])
    told = _now("已提交，等同事复核：")
    messages.success(request, format_html('{}<a href="{}">{}</a>', told, address, approval.approval_no))


def income_sheet(request: HttpRequest) -> HttpResponse:
    """Give the month's income as a workbook."""
    _admit(request, READERS)
    month = _month(request)
    return _file(income_xlsx(month), XLSX, f"income-{month:%Y-%m}.xlsx")


def ageing_sheet(request: HttpRequest) -> HttpResponse:
    """Give the receivables by age as a workbook."""
    _admit(request, READERS)
    at = clock.now()
    return _file(ageing_xlsx(at), XLSX, f"receivables-{clock.business_date(at)}.xlsx")


def beancount(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the ledger through the month's end as Beancount text, for an auditor's own tool."""
    _admit(request, READERS)
    through = last_day(_month(request))
    record(
        actor=actor_of(request), action="payments.ledger.export", subject=f"ledger:{through}", at=clock.now(),
        detail={"through": through},
    )  # fmt: skip
    answer = StreamingHttpResponse(export_beancount(through=through), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="ledger-{through}.beancount"'
    return answer


def pack(request: HttpRequest) -> HttpResponse:
    """Hand out everything on file about one merchant as one ZIP; who took it and why is recorded."""
    _admit(request, PACKERS)
    form = PackForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return _page(request, _month(request), form, status=422)
    merchant, first, last = (form.cleaned_data[name] for name in ("merchant_no", "first", "last"))
    content = inquiry_pack(merchant=merchant, first=first, last=last)
    record(
        actor=actor_of(request), action="payments.inquiry_pack.take", subject=merchant.merchant_no, at=clock.now(),
        detail={"first": first, "last": last, "reason": form.cleaned_data["reason"]},
    )  # fmt: skip
    return _file(content, "application/zip", f"{merchant.merchant_no}-{first}-{last}.zip")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer

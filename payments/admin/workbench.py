"""差错工作台: filter, compare both sides, propose one resolution for many of one cause; by keys alone if one likes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from payments.admin.sides import sides_of
from payments.models import DiscrepancyKind
from payments.selectors.discrepancies import WORKABLE, Sought, cases_of, groups_of
from payments.services.discrepancies import MOST_AT_ONCE, WAYS, propose_resolution
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from silk_road_ebao.kernel.refusals import Refusal

SHOWN = 50
STATES = (
    ("", _("待处理和带差异的")), ("OPEN", _("待处理")), ("CARRIED", _("带差异发布")), ("PROPOSED", _("待复核")),
    ("SUSPENSE", _("挂账")),
)  # fmt: skip
CAUSES = {
    "NOT_OURS": _("机构有、我们没有"), "DAY_CUT": _("跨日"), "AMOUNT_CHANGED": _("金额被改"),
    "NOTICE_LOST": _("通知丢失"), "REVOKED_AT_ACQUIRER": _("机构已撤销"), "RATE_DIFFERS": _("费率不同"),
    "REFUND_DIFFERS": _("退款不同"), "REFUND_NOT_IN_BILL": _("退款不在账单里"), "REFUND_AMOUNT": _("退款金额不同"),
    "REFUND_STATUS": _("退款状态不同"), "REFUND_NOT_OURS": _("不是我们的退款"),
    "REFUND_STATUS_OURS": _("我们这边退款未成"), "PAID_TWICE": _("付了两次"), "BILLED_TWICE": _("账单记了两次"),
    "SPLIT_NOT_IN_BILL": _("分账不在账单里"), "SPLIT_NOT_OURS": _("不是我们的分账"), "SPLIT_AMOUNT": _("分账金额不同"),
    "SPLIT_STATUS": _("分账状态不同"), "SPLIT_DIFFERS": _("分账不同"), "SUB_MERCHANT_DIFFERS": _("商户号不同"),
    "PAYOUT_DIFFERS": _("到账不同"), "FUND_NOT_RECEIVED": _("分账没有到我们账上"),
    "FUND_NOT_OURS": _("我们账上有、没有这笔分账"), "FUND_AMOUNT": _("到我们账上的金额不同"),
}  # fmt: skip


class FilterForm(forms.Form):
    """What to look for."""

    acquirer = forms.ChoiceField(label=_("机构"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)
    first = forms.DateField(label=_("从"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("到"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    words = forms.CharField(label=_("单号或商户"), required=False, max_length=64)
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    cause = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, codes: list[str]) -> None:
        super().__init__(data)
        choices = [("", _("全部")), *((code, code) for code in codes)]
        self.fields["acquirer"] = forms.ChoiceField(label=_("机构"), required=False, choices=choices)

    def sought(self) -> Sought:
        """Give what is looked for; what cannot be read fits all."""
        got = self.cleaned_data if self.is_valid() else {}
        return Sought(
            kind=got.get("kind", ""), cause=got.get("cause", ""), acquirer_code=got.get("acquirer", ""),
            state=got.get("state", ""), first=got.get("first"), last=got.get("last"), words=got.get("words", ""),
        )  # fmt: skip


def workbench(request: HttpRequest, site: AdminSite, codes: list[str]) -> HttpResponse:
    """Show one kind and cause at a time with both sides; POST proposes a resolution for the ticked ones."""
    if not roles_of(request):
        raise PermissionDenied
    form = FilterForm(request.GET, codes)
    sought = form.sought()
    groups = groups_of(sought)
    if groups and not any((row["kind"], row["cause"]) == (sought.kind, sought.cause) for row in groups):
        sought = Sought(
            groups[0]["kind"], groups[0]["cause"], sought.acquirer_code, sought.state, sought.first, sought.last,
            sought.words,
        )  # fmt: skip
    if request.method == "POST":
        _propose(request, sought)
        return HttpResponseRedirect(request.get_full_path())
    names = dict(DiscrepancyKind.choices)
    page = Paginator(cases_of(sought), SHOWN).get_page(request.GET.get("page", ""))
    may_work = "MAKER" in roles_of(request) and sought.state in ("", *WORKABLE)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _now("差错工作台"),
        "form": form,
        "groups": [_group(request, row, names, sought) for row in groups],
        "total": sum(row["n"] for row in groups),
        "name": names.get(sought.kind, ""),
        "cause": CAUSES.get(sought.cause, sought.cause),
        "page": page,
        "rows": [(row, sides_of(row)) for row in page],
        "ways": WAYS,
        "may_propose": may_work,
        "most": MOST_AT_ONCE,
        "query": _query(request),
    }
    return TemplateResponse(request, "admin/payments/workbench.html", context)


def _query(request: HttpRequest, **more: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()


def _group(request: HttpRequest, row: dict[str, Any], names: dict[str, Any], sought: Sought) -> dict[str, Any]:
    return {
        "name": names[row["kind"]],
        "cause": CAUSES.get(row["cause"], row["cause"]),
        "n": row["n"],
        "off_fen": (row["theirs"] or 0) - (row["ours"] or 0),
        "href": f"?{_query(request, kind=row['kind'], cause=row['cause'])}",
        "is_now": (row["kind"], row["cause"]) == (sought.kind, sought.cause),
    }


def _propose(request: HttpRequest, sought: Sought) -> None:
    if "MAKER" not in roles_of(request):
        messages.error(request, _now("只有经办能提交处理"))
        return
    numbers = request.POST.getlist("no")
    if request.POST.get("everything"):
        numbers = list(cases_of(sought).values_list("discrepancy_no", flat=True)[:MOST_AT_ONCE])
    try:
        approval = _ask(request, numbers)
    except (Refusal, MoneyError) as refusal:
        messages.error(request, str(refusal))
        return
    address = reverse("admin:kernel_approval_change", args=[approval.pk])
    told = _now("%(n)s 条已提交，等同事复核：") % {"n": len(approval.diff["cases"])}
    messages.success(request, format_html('{}<a href="{}">{}</a>', told, address, approval.approval_no))


def _ask(request: HttpRequest, numbers: list[str]) -> Approval:
    amount = request.POST.get("amount", "").strip()
    return propose_resolution(
        discrepancy_nos=numbers,
        way=request.POST.get("way", ""),
        reason=request.POST.get("reason", ""),
        evidence=request.POST.get("evidence", ""),
        amount_fen=parse_yuan(amount, allow_negative=True) if amount else 0,
        actor=actor_of(request),
        at=clock.now(),
    )

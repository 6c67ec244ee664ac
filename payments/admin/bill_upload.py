"""交账单: a file is read on trial, its first rows and its faults are shown, then it is taken whole or not at all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution
from payments.rules.bill import Row
from payments.selectors.bill_templates import template_choices
from payments.services.bill_reading import READERS
from payments.services.bill_templates import OPTIONAL, TOTALS, propose_template
from payments.services.bill_uploads import Trial, hand_in_bill, try_bill
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.face.figures import yuan
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal

UPLOADERS = frozenset({"MAKER"})
SALT = "payments.bill_upload"
TOKEN_LIFE_S = 3600
KINDS = {"PAY": _("收款"), "REFUND": _("退款"), "SPLIT": _("分账"), "RETURN": _("回退"), "SPLIT_IN": _("分账到账")}
COLUMNS = (
    ("our_no", _("我方单号的列名")), ("acquirer_no", _("银行流水号的列名")), ("party", _("商户号的列名")),
    ("occurred_at", _("交易时间的列名")), ("amount", _("金额的列名")), ("fee", _("手续费的列名")),
    ("type", _("交易类型的列名（没有可不写）")), ("status", _("状态的列名（没有可不写）")),
    ("origin_no", _("原单号的列名（没有可不写）")),
)  # fmt: skip
PLACES = (
    ("rows", _("合计行里笔数在首格后第几格")), ("paid", _("收款金额在第几格")),
    ("refunded", _("退款金额在第几格（没有可不写）")), ("fee", _("手续费在第几格（没有可不写）")),
)  # fmt: skip


class UploadForm(forms.Form):
    """Whose bill, of which day, in which form."""

    acquirer_code = forms.ChoiceField(label=_("机构"))
    day = forms.DateField(label=_("账单日"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    form = forms.ChoiceField(label=_("格式"))
    scope = forms.CharField(label=_("特约商户号（一户一份的账单才写）"), required=False, max_length=32)
    file = forms.FileField(label=_("文件（CSV、XLSX 或机构原件）"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Institution.objects.filter(kind__in=("ACQUIRER", "BANK")).order_by("kind", "code")
        codes = [(row.code, f"{row.short_name} {row.code}") for row in known]
        own = [(name, name) for name in READERS]
        self.fields["acquirer_code"] = forms.ChoiceField(label=_("机构"), choices=codes)
        self.fields["form"] = forms.ChoiceField(label=_("格式"), choices=[*template_choices(), *own])


class TemplateForm(forms.Form):
    """What a bank calls its columns and where its totals stand."""

    code = forms.CharField(label=_("代码（大写字母和数字）"), max_length=16)
    name = forms.CharField(label=_("名称"), max_length=64)
    refund_words = forms.CharField(label=_("表示退款的字样，用空格隔开"), initial="退款 退货", required=False)
    success_words = forms.CharField(label=_("表示成功的字样，用空格隔开"), initial="成功 交易成功", required=False)
    time_format = forms.CharField(label=_("时间格式"), initial="%Y-%m-%d %H:%M:%S", max_length=32)
    is_ordered = forms.BooleanField(label=_("各行按时间排列"), initial=True, required=False)
    totals_mark = forms.CharField(label=_("合计行的首格写的是"), initial="合计", max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for what, label in COLUMNS:
            field = forms.CharField(label=label, max_length=32, required=what not in OPTIONAL)
            self.fields[f"column_{what}"] = field
        for what, label in PLACES:
            needed = what in TOTALS[:2]
            self.fields[f"total_{what}"] = forms.IntegerField(label=label, min_value=1, max_value=60, required=needed)

    def told(self) -> dict[str, Any]:
        """Give what the service asks for."""
        got = self.cleaned_data
        return {
            **{name: got[name] for name in ("code", "name", "time_format", "is_ordered", "totals_mark")},
            "refund_words": got["refund_words"].split(),
            "success_words": got["success_words"].split(),
            "columns": {what: got[f"column_{what}"] for what, _label in COLUMNS},
            "totals": {what: got[f"total_{what}"] for what, _label in PLACES if got[f"total_{what}"]},
        }


def upload_urls(site: AdminSite) -> list[URLPattern]:
    """Give the addresses of both pages; the page of bills adds them to its own."""
    return [
        path("upload/", site.admin_view(upload), name="payments_bill_upload"),
        path("template/", site.admin_view(declare), name="payments_bill_template"),
    ]


def upload(request: HttpRequest) -> HttpResponse:
    """Read a file on trial, or take one that was read."""
    if not UPLOADERS & roles_of(request):
        raise PermissionDenied
    if request.method == "POST" and "token" in request.POST:
        return _take(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    trial: Trial | None = None
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("acquirer_code", "form", "day", "scope")}
        try:
            trial = try_bill(**given, content=form.cleaned_data["file"].read(), at=clock.now())
        except Refusal as refusal:
            form.add_error("file", str(refusal))
    faulty = bool(form.errors) or bool(trial and not trial.is_good)
    return _show(request, "bill_upload.html", _now("交账单"), {"form": form, **_told(form, trial)}, faulty)


def _told(form: UploadForm, trial: Trial | None) -> dict[str, Any]:
    if trial is None:
        return {"trial": None}
    given = {name: str(form.cleaned_data[name]) for name in ("acquirer_code", "form", "day", "scope")}
    given |= {"file_name": trial.kept.file_name, "sha256": trial.kept.sha256}
    return {
        "trial": trial,
        "rows": [_row(row) for row in trial.rows],
        "token": signing.dumps(given, salt=SALT) if trial.is_good else "",
    }


def _row(row: Row) -> dict[str, Any]:
    line_no, kind, our_no, _origin, theirs, party, moment, amount_fen, fee_fen, outcome = row
    return {
        "line_no": line_no, "kind": KINDS.get(kind, kind), "our_no": our_no, "theirs": theirs, "party": party,
        "moment": moment, "amount": yuan(amount_fen), "fee": yuan(fee_fen), "outcome": outcome,
    }  # fmt: skip


def _take(request: HttpRequest) -> HttpResponse:
    try:
        given = signing.loads(request.POST["token"], salt=SALT, max_age=TOKEN_LIFE_S)
        given["day"] = parse_date(given["day"])
        bill = hand_in_bill(**given, actor=actor_of(request), at=clock.now())
    except signing.BadSignature:
        messages.error(request, _now("试读过了太久，请再交一次"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        address = reverse("admin:payments_bill_change", args=[bill.pk])
        told = _now("已收下，等日终验过入账：")
        messages.success(request, format_html('{}<a href="{}">{}</a>', told, address, bill))
    return HttpResponseRedirect(request.path)


def declare(request: HttpRequest) -> HttpResponse:
    """Ask a second person to agree how a bank's table is read."""
    if not UPLOADERS & roles_of(request):
        raise PermissionDenied
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            approval = propose_template(**form.told(), actor=actor_of(request), at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _now("已提交，等同事复核：%(no)s") % {"no": approval.approval_no})
            return HttpResponseRedirect(reverse("admin:payments_bill_upload"))
    return _show(request, "bill_template.html", _now("录入账单模板"), {"form": form}, bool(form.errors))


def _show(request: HttpRequest, name: str, title: str, more: dict[str, Any], faulty: bool) -> HttpResponse:
    from django.contrib.admin import site  # the registry is complete only when a page is asked for

    context = {**site.each_context(request), "title": title, **more}
    return TemplateResponse(request, f"admin/payments/{name}", context, status=422 if faulty else 200)

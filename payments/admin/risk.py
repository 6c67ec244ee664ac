"""风险 and 场景: rules by four eyes, what they hit, what waits, what payers complain of, what scenes bring."""

from datetime import date, timedelta

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.models import (
    CreditReceipt,
    PaymentContext,
    RiskFeed,
    RiskHit,
    RiskReview,
    RiskRule,
    SceneDefinition,
    ScreenedTransfer,
)
from payments.selectors.large_trades import flags_of
from payments.selectors.scenes import ELEMENTS, scene_report
from payments.services.large_trades import export_flags
from payments.services.risk_rules import ask_rule_change
from payments.services.risk_trials import try_on_history
from payments.services.risks import decide_review
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.models import Approval

RISK = frozenset({"RISK", "CHECKER", "AUDITOR"})
MOST_DAYS = 62


class SpanForm(forms.Form):
    """From which day to which."""

    first = forms.DateField(label=_("从"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("到"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, date]:
        """Refuse a span that runs backwards or is too long."""
        cleaned = super().clean() or {}
        if "first" in cleaned and "last" in cleaned and not 0 <= (cleaned["last"] - cleaned["first"]).days < MOST_DAYS:
            raise forms.ValidationError(_("最多看 62 天，从前到后"))
        return cleaned


class DayForm(forms.Form):
    """One day."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))


def _span(request: HttpRequest) -> SpanForm:
    today = clock.business_date(clock.now())
    asked = request.GET if "first" in request.GET else {"first": today - timedelta(days=6), "last": today}
    return SpanForm(asked)


def _go_live(press: Press) -> Approval:
    return ask_rule_change(rule=press.row, is_live=True, actor=press.actor, at=press.at)


def _only_watch(press: Press) -> Approval:
    return ask_rule_change(rule=press.row, is_live=False, actor=press.actor, at=press.at)


def _pass(press: Press) -> RiskReview:
    return decide_review(review=press.row, passed=True, actor=press.actor, at=press.at, reason=press.reason)


def _refuse(press: Press) -> RiskReview:
    return decide_review(review=press.row, passed=False, actor=press.actor, at=press.at, reason=press.reason)


@admin.register(RiskRule)
class RiskRuleAdmin(OperatorAdmin):
    """Rules as data: tried on history first, then let act by a second person."""

    roles = RISK
    list_display = ("code", "scope", "measure", "params", "action", "is_live", "valid_from", "valid_until", "source")
    list_filter = ("scope", "is_live", "action")
    search_fields = ("code", "measure")
    ordering = ("scope", "code", "-valid_from")
    buttons = (
        Button("live", _("提请生效（需复核）"), _go_live, role="RISK", shown=lambda row: not row.is_live),
        Button("watch", _("提请转为试运行（需复核）"), _only_watch, role="RISK", shown=lambda row: row.is_live),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the trial on history."""
        trial = path("<int:pk>/trial/", self.admin_site.admin_view(self.trial), name="payments_riskrule_trial")
        return [trial, *super().get_urls()]

    def trial(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the rule would have done on some days; nothing is written."""
        row = RiskRule.objects.filter(pk=pk, scope="PAYMENT").first()
        if row is None or not self.has_view_permission(request):
            raise Http404
        form, trial = _span(request), None
        if form.is_valid():
            trial = try_on_history(
                code=row.code, measure=row.measure, params=row.params, action=row.action,
                first=form.cleaned_data["first"], last=form.cleaned_data["last"],
            )  # fmt: skip
        title = gettext("%(code)s：在历史上试一遍") % {"code": row.code}
        context = {**self.admin_site.each_context(request), "title": title, "form": form, "trial": trial, "row": row}
        return TemplateResponse(request, "admin/payments/trial.html", {**context, "opts": self.opts})


@admin.register(RiskHit)
class RiskHitAdmin(OperatorAdmin):
    """What rules struck; the merchant never sees it (R20)."""

    roles = RISK
    desks = (("payments_risk_flags", RISK),)
    list_display = ("at", "rule", "merchant", "subject", "action", "figures")
    list_filter = ("action", "rule__code")
    list_select_related = ("rule", "merchant")
    date_hierarchy = "at"
    search_fields = ("subject", "merchant__merchant_no")
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """Add the large and suspicious trades of a day."""
        flags = path("flags/", self.admin_site.admin_view(self.flags), name="payments_risk_flags")
        return [flags, *super().get_urls()]

    def flags(self, request: HttpRequest) -> HttpResponse:
        """Show what is large or suspicious on a day; as a file it goes to the acquirer or bank, and that is audited."""
        if not self.has_view_permission(request):
            raise Http404
        form = DayForm(request.GET if "day" in request.GET else {"day": clock.business_date(clock.now())})
        rows = flags_of(form.cleaned_data["day"]) if form.is_valid() else []
        if form.is_valid() and request.GET.get("format") == "csv":
            content = export_flags(day=form.cleaned_data["day"], actor=actor_of(request), at=clock.now())
            name = f"flags-{form.cleaned_data['day']}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
        title = gettext("大额和可疑交易")
        context = {**self.admin_site.each_context(request), "title": title, "form": form, "rows": rows}
        return TemplateResponse(request, "admin/payments/flags.html", {**context, "opts": self.opts})


@admin.register(RiskReview)
class RiskReviewAdmin(OperatorAdmin):
    """What waits for a person."""

    roles = RISK
    list_display = ("review_no", "merchant", "subject", "reason", "status", "opened_at", "decided_at", "decided_by")
    list_filter = ("status",)
    list_select_related = ("merchant",)
    search_fields = ("review_no", "subject", "merchant__merchant_no")
    ordering = ("-opened_at",)
    buttons = (
        Button("pass", _("放行"), _pass, role="RISK", asks_reason=True, shown=lambda row: row.status == "OPEN"),
        Button(
            "refuse", _("拒绝"), _refuse, role="RISK", asks_reason=True, is_danger=True,
            shown=lambda row: row.status == "OPEN",
        ),
    )  # fmt: skip


@admin.register(RiskFeed)
class RiskFeedAdmin(OperatorAdmin):
    """Complaints and violations that acquirers reported."""

    list_display = ("reported_at", "acquirer_code", "kind", "merchant", "attempt_no", "text", "answered_at")
    list_filter = ("kind", "acquirer_code")
    list_select_related = ("merchant",)
    date_hierarchy = "reported_at"
    search_fields = ("feed_no", "attempt_no", "merchant__merchant_no")
    ordering = ("-reported_at",)


@admin.register(ScreenedTransfer)
class ScreenedTransferAdmin(OperatorAdmin):
    """Transfers that banks asked us about."""

    roles = RISK
    list_display = ("order_no", "direction", yuan_column("amount_fen", _("金额")), "action", "at")
    list_filter = ("action", "direction")
    date_hierarchy = "at"
    search_fields = ("order_no",)
    ordering = ("-pk",)


@admin.register(CreditReceipt)
class CreditReceiptAdmin(OperatorAdmin):
    """Credit-card receipts of small merchants by ID and acquirer (R5)."""

    list_display = ("business_date", "acquirer_code", "person", yuan_column("amount_fen", _("金额")))
    list_filter = ("acquirer_code",)
    list_select_related = ("person",)
    date_hierarchy = "business_date"
    ordering = ("-business_date", "-pk")


@admin.register(SceneDefinition)
class SceneDefinitionAdmin(OperatorAdmin):
    """Scenes and the report of what they brought."""

    desks = (("payments_scene_report", frozenset({"MAKER", "CHECKER", "RISK", "AUDITOR"})),)
    list_display = (
        "code", "name", "environment", "motive", "relationship", "instrument", "amount_band", "flows", "valid_from",
    )  # fmt: skip
    ordering = ("code",)

    def get_urls(self) -> list[URLPattern]:
        """Add the report."""
        report = path("report/", self.admin_site.admin_view(self.report), name="payments_scene_report")
        return [report, *super().get_urls()]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Add up payments by scene and elements."""
        if not self.has_view_permission(request):
            raise Http404
        form = _span(request)
        rows = scene_report(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else []
        words = {name: dict(getattr(PaymentContext, name).field.flatchoices) for name in ELEMENTS}
        largest = max((row["gross_fen"] for row in rows), default=0) or 1
        rows = [
            row
            | {name: words[name].get(row[name], row[name]) for name in ELEMENTS}
            | {"width": row["gross_fen"] / largest * 100}
            for row in rows
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("支付场景报表"),
            "form": form,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/payments/scenes.html", {**context, "opts": self.opts})

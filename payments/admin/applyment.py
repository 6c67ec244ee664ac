"""收单进件: how far each merchant has come at each acquirer, why it was sent back, and what a person has to do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.models import Applyment, Trouble
from payments.selectors.applyments import applyment_by_no
from payments.services.applyment_finishes import propose_number
from payments.services.applyments import hurry_applyment, resend_applyment
from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, Press

WORDS = {
    "REQUESTED": _("还没送出"), "UNKNOWN": _("送了，等回话"), "EDITTING": _("机构已收"), "AUDITING": _("机构审核中"),
    "TO_BE_CONFIRMED": _("等商户验证账户"), "TO_BE_SIGNED": _("等商户签约"), "SIGNING": _("开通权限中"),
    "FINISHED": _("已开通"), "REJECTED": _("机构退回"), "CANCELED": _("已作废"),
}  # fmt: skip
TONES = {
    "REQUESTED": "warning", "UNKNOWN": "warning", "FINISHED": "success", "REJECTED": "danger", "CANCELED": "info",
}  # fmt: skip
NOT_OPEN = _("办好了，没开通")


class NumberForm(forms.Form):
    """What an acquirer gave at its counter."""

    applyment_no = forms.CharField(label=_("进件单号"), max_length=32)
    sub_mchid = forms.CharField(label=_("特约商户号"), max_length=32)
    legal_name = forms.CharField(label=_("机构登记的名称"), max_length=120)
    rate_bps = forms.IntegerField(label=_("费率（万分之）"), min_value=0, max_value=1000)
    evidence = forms.CharField(label=_("入网凭据"), max_length=200)

    def clean_applyment_no(self) -> Applyment:
        """Find the application."""
        try:
            return applyment_by_no(self.cleaned_data["applyment_no"].strip())
        except Applyment.DoesNotExist:
            raise forms.ValidationError(_("没有这张进件单")) from None


def _hurry(press: Press) -> None:
    hurry_applyment(applyment=press.row, actor=press.actor, at=press.at)


def _resend(press: Press) -> Applyment:
    return resend_applyment(applyment=press.row, actor=press.actor, at=press.at)


def _may_be_hurried(row: Applyment) -> bool:
    is_over = row.status in ("REJECTED", "CANCELED") or (row.status == "FINISHED" and not row.trouble)
    return not is_over and row.trouble != Trouble.BY_HAND


@admin.register(Applyment)
class ApplymentAdmin(EnteringAdmin):
    """Applications, those in trouble easily found; a number from a counter is entered under four eyes."""

    entry_form = NumberForm
    entry_label = _("录入柜面办好的特约商户号")
    list_display = (
        "applyment_no", "merchant", "acquirer", "state", "to_mend", "times_sent", "next_look_at",
    )  # fmt: skip
    list_filter = ("status", "trouble", "acquirer_code")
    list_select_related = ("merchant", "acquirer")
    search_fields = ("applyment_no", "acquirer_no", "sub_mchid", "merchant__merchant_no", "merchant__name")
    ordering = ("-pk",)
    fields = (
        "applyment_no", "state", "trouble_text", "reasons_text", "merchant", "acquirer", "onboarding_no",
        "acquirer_no", "sub_mchid", "sign_url", "rate_bps", "sent_name", "sent_account_no", "failure_text",
        "requested_at", "sent_at", "times_sent", "next_look_at", "looks", "finished_at",
    )  # fmt: skip
    readonly_fields = ("state", "trouble_text", "reasons_text")
    buttons = (
        Button("hurry", _("现在就去问"), _hurry, role="MAKER", shown=_may_be_hurried),
        Button("resend", _("资料更正了，重新送"), _resend, role="MAKER", shown=lambda row: row.status == "REJECTED"),
    )

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Lay the number before a second person."""
        return propose_number(applyment=typed.pop("applyment_no"), **typed, **by)

    @state_column(
        description=_("进度"),
        tones={**{WORDS[code]: tone for code, tone in TONES.items()}, NOT_OPEN: "danger"},
        ordering="status",
    )
    def state(self, row: Applyment) -> Any:
        """Show where it stands; finished there is not yet open here."""
        return NOT_OPEN if row.status == "FINISHED" and row.trouble else WORDS.get(row.status, row.status)

    @admin.display(description=_("要处理的"), ordering="trouble")
    def to_mend(self, row: Applyment) -> SafeString | str:
        """Say in one column what keeps it: our trouble or the acquirer's reasons."""
        return self.trouble_text(row) if row.trouble else self.reasons_text(row)

    @admin.display(description=_("卡在哪里"), ordering="trouble")
    def trouble_text(self, row: Applyment) -> str:
        """Say what a person has to mend."""
        return str(Trouble(row.trouble).label) if row.trouble else "—"

    @admin.display(description=_("退回原因"))
    def reasons_text(self, row: Applyment) -> SafeString | str:
        """Show the acquirer's own words."""
        lines = ((f"{one.get('what')}：" if one.get("what") else "", one.get("why", "")) for one in row.reasons)
        return format_html_join("；", "{}{}", lines) or "—"

"""Partners' keys: registered by two people, revoked by one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, PartnerKey
from accounts.services.partner_keys import OVERLAP, revoke_key
from banking.services.partner_keys import ROTATE
from silk_road_ebao.console.four_eyes import ask_for_change
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.operators import roles_of
from silk_road_ebao.kernel.clock import wire_now


class RotationForm(forms.Form):
    """A partner's next public key; the keys in use end after the overlap."""

    institution = forms.ModelChoiceField(
        Institution.objects.filter(status="ACTIVE").order_by("code"), to_field_name="code", label=_("机构")
    )
    keyid = forms.RegexField(r"\A[\w.-]{4,64}\Z", label=_("密钥号"), help_text=_("字母、数字、点和横线"))
    public_key_pem = forms.CharField(label=_("公钥"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}))
    overlap_days = forms.IntegerField(label=_("新旧并用天数"), min_value=0, max_value=90, initial=OVERLAP.days)


def _revoke(press: Press) -> None:
    revoke_key(key=press.row, reason=press.reason, actor=press.actor, at=wire_now())


@admin.register(PartnerKey)
class PartnerKeyAdmin(OperatorAdmin):
    """合作方密钥, newest first."""

    list_display = ("keyid", "institution", "algorithm", "valid_from", "valid_until", "revoked_at")
    list_filter = ("institution",)
    search_fields = ("keyid", "fingerprint")
    list_select_related = ("institution",)
    ordering = ("-valid_from", "-id")
    change_list_template = "console/partner_keys.html"
    buttons = (
        Button(
            "revoke",
            _("立即吊销"),
            _revoke,
            role="CHECKER",
            shown=lambda key: key.revoked_at is None,
            asks_reason=True,
            is_danger=True,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the next key."""
        page = path("next/", self.admin_site.admin_view(self.next_key), name="accounts_partnerkey_next")
        return [page, *super().get_urls()]

    def next_key(self, request: HttpRequest) -> HttpResponse:
        """Ask a second person to register a partner's next key."""
        back = HttpResponseRedirect(reverse("admin:accounts_partnerkey_changelist"))
        if "MAKER" not in roles_of(request):
            return back
        form = RotationForm(request.POST or None)
        if form.is_valid() and self._ask(request, form.cleaned_data):
            return back
        context: dict[str, Any] = {**self.admin_site.each_context(request), "title": _("登记新公钥"), "form": form}
        return TemplateResponse(request, "console/partner_key_next.html", context)

    def _ask(self, request: HttpRequest, given: dict[str, Any]) -> bool:
        diff = {name: given[name] for name in ("keyid", "public_key_pem", "overlap_days")}
        return ask_for_change(request, verb=ROTATE, subject=given["institution"].code, diff=diff) is not None

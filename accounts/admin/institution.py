"""机构: banks, acquirers, agencies and keepers, with branches, papers, limits and keys; entries need four eyes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, InstitutionPaper, PartnerKey
from accounts.models.institution import InstitutionBranch, InstitutionLimit, PaperKind
from accounts.selectors.institutions import institution_by_code
from accounts.services.institution_limits import request_limit
from accounts.services.institution_papers import request_paper
from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline


class BranchInline(RowsInline):
    """Where it may serve."""

    model = InstitutionBranch
    fields = ("code", "name", "province", "region", "opened_date", "closed_date")
    show_change_link = False


class PaperInline(RowsInline):
    """What lets it serve."""

    model = InstitutionPaper
    fields = ("kind", "reference", "valid_from", "valid_until", "source", "ended_at")
    show_change_link = False


class LimitInline(RowsInline):
    """What it allows itself."""

    model = InstitutionLimit
    fields = ("name", "value", "unit", "valid_from", "valid_until", "source")
    show_change_link = False


class KeyInline(RowsInline):
    """With what it signs."""

    model = PartnerKey
    fields = ("keyid", "algorithm", "fingerprint", "valid_from", "valid_until", "revoked_at")
    show_change_link = False


@admin.register(Institution)
class InstitutionAdmin(OperatorAdmin):
    """Licensed institutions."""

    list_display = ("code", "short_name", "name", "kind", "province", "status")
    list_filter = ("kind", "status")
    search_fields = ("code", "name", "short_name")
    ordering = ("kind", "code")
    inlines = (BranchInline, PaperInline, LimitInline, KeyInline)


class PaperForm(forms.Form):
    """A contract, partner-list entry or licence."""

    institution = forms.CharField(label=_("机构代码"), max_length=24)
    kind = forms.ChoiceField(label=_("种类"), choices=PaperKind.choices)
    reference = forms.CharField(label=_("编号"), max_length=120)
    valid_from = forms.DateField(label=_("起"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(label=_("止"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(label=_("出处"), max_length=200)

    def clean_institution(self) -> Institution:
        """Find the institution."""
        return _institution(self.cleaned_data["institution"])


class LimitForm(forms.Form):
    """What an institution itself allows."""

    institution = forms.CharField(label=_("机构代码"), max_length=24)
    name = forms.CharField(label=_("限额"), max_length=64)
    value = forms.IntegerField(label=_("数值"), min_value=0)
    unit = forms.CharField(label=_("单位"), max_length=12)
    valid_from = forms.DateField(label=_("起"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(label=_("止"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(label=_("出处"), max_length=200)

    def clean_institution(self) -> Institution:
        """Find the institution."""
        return _institution(self.cleaned_data["institution"])


def _institution(code: str) -> Institution:
    try:
        return institution_by_code(code.strip().upper())
    except Institution.DoesNotExist:
        raise forms.ValidationError(_("没有这个机构代码")) from None


@admin.register(InstitutionPaper)
class InstitutionPaperAdmin(EnteringAdmin):
    """Papers with their validity."""

    list_display = ("institution", "kind", "reference", "valid_from", "valid_until", "source", "ended_at")
    list_filter = ("kind", "institution")
    list_select_related = ("institution",)
    search_fields = ("reference",)
    ordering = ("valid_until",)
    entry_form = PaperForm
    entry_label = _("录入凭据，交第二人复核")

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for the paper."""
        return request_paper(**typed, **by)


@admin.register(InstitutionLimit)
class InstitutionLimitAdmin(EnteringAdmin):
    """Institutions' own limits."""

    list_display = ("institution", "name", "value", "unit", "valid_from", "valid_until", "source")
    list_filter = ("institution",)
    list_select_related = ("institution",)
    search_fields = ("name",)
    ordering = ("institution_id", "name", "-valid_from")
    entry_form = LimitForm
    entry_label = _("录入机构限额，交第二人复核")

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for the limit."""
        return request_limit(**typed, **by)

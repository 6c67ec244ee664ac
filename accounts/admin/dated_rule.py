"""限额与规则: every legal limit with its dates and source; a new one needs four eyes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import DatedRule
from accounts.services.dated_rules import request_rule
from silk_road_ebao.console.entering_admin import EnteringAdmin


class RuleForm(forms.Form):
    """A value, from when, and where it is written."""

    name = forms.CharField(label=_("规则"), max_length=64)
    value = forms.IntegerField(label=_("数值"))
    unit = forms.CharField(label=_("单位"), max_length=12)
    valid_from = forms.DateField(label=_("起"), widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(label=_("文件名称和文号"), max_length=200, required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


@admin.register(DatedRule)
class DatedRuleAdmin(EnteringAdmin):
    """The table of limits."""

    list_display = ("name", "value", "unit", "valid_from", "valid_until", "source", "is_read_in_source")
    list_filter = ("is_read_in_source", "unit")
    search_fields = ("name", "source")
    ordering = ("name", "-valid_from")
    entry_form = RuleForm
    entry_label = _("录入新规则，交第二人复核")

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for the rule."""
        return request_rule(**typed, **by)

"""What operators type about commodity codes; a second person agrees."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from supplychain.models import Category, Grade, OriginClass, SaleUnit


class CommodityForm(forms.Form):
    """商品编码: a new one, or what a new version changes."""

    variety = forms.CharField(label=_("品种"), max_length=64)
    other_names = forms.CharField(label=_("别名（用顿号隔开，可以不写）"), max_length=120, required=False)
    category = forms.ChoiceField(label=_("类别"), choices=Category.choices)
    grade = forms.ChoiceField(label=_("等级"), choices=Grade.choices, initial=Grade.UNGRADED)
    sale_unit = forms.ChoiceField(label=_("销售单位"), choices=SaleUnit.choices, initial=SaleUnit.KG)
    unit_kg = forms.DecimalField(
        label=_("每单位公斤"), min_value=Decimal("0.001"), max_digits=9, decimal_places=3, initial=1
    )
    origin_class = forms.ChoiceField(label=_("产地"), choices=OriginClass.choices, initial=OriginClass.SOUTH)
    shelf_life_days = forms.IntegerField(label=_("保鲜天数"), min_value=1, max_value=3650, initial=7)
    since = forms.DateField(label=_("启用日"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """What is sold by the kilogram weighs one."""
        cleaned = super().clean() or {}
        if cleaned.get("sale_unit") == SaleUnit.KG and cleaned.get("unit_kg") not in (None, 1):
            self.add_error("unit_kg", _("按公斤卖的，每单位就是 1 公斤"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Give the columns of the code."""
        return {name: value for name, value in self.cleaned_data.items() if name != "since"}

    def since_day(self) -> date:
        """Give the first day."""
        day: date = self.cleaned_data["since"]
        return day

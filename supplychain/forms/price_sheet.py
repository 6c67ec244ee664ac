"""What operators type about market price sheets and what their names mean."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from supplychain.models import Category, Commodity, OriginClass, PriceSource
from supplychain.rules.name_matching import Strength
from supplychain.rules.sheet_rows import KG_OF_UNIT, ControlTotals, SheetColumns
from supplychain.selectors.concordances import WaitingName


class SheetForm(forms.Form):
    """行情表: the file, its source, which column is which, and the sender's totals where he gives them."""

    source = forms.ModelChoiceField(label=_("来源"), queryset=PriceSource.objects.filter(kind="SHEET").order_by("id"))
    file = forms.FileField(label=_("文件（CSV 或 XLSX）"))
    day = forms.CharField(label=_("日期列"), max_length=64)
    name = forms.CharField(label=_("品名列"), max_length=64)
    price = forms.CharField(label=_("价格列"), max_length=64)
    quantity = forms.CharField(label=_("数量列"), max_length=64)
    unit_column = forms.CharField(label=_("单位列（没有就空着）"), max_length=64, required=False)
    unit = forms.ChoiceField(label=_("没有单位列时的单位"), choices=[(unit, unit) for unit in KG_OF_UNIT])
    rows = forms.IntegerField(label=_("对方给的行数"), min_value=1, required=False)
    kg = forms.DecimalField(label=_("对方给的公斤合计"), min_value=0, required=False)

    def terms(self) -> dict[str, Any]:
        """Give the arguments of the service."""
        data, file = self.cleaned_data, self.cleaned_data["file"]
        columns = SheetColumns(
            data["day"], data["name"], data["price"], data["quantity"], data["unit_column"], data["unit"]
        )
        return {
            "source": data["source"],
            "file_name": file.name,
            "content": file.read(),
            "columns": columns,
            "totals": ControlTotals(data["rows"], data["kg"]),
        }


class SourceForm(forms.Form):
    """A market whose sheets are to be loaded."""

    code = forms.RegexField(r"^[A-Z][A-Z0-9_]{1,23}$", label=_("代码（大写字母和数字）"))
    name = forms.CharField(label=_("名称"), max_length=64)
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("币种"), initial="CNY")


class ConcordanceForm(forms.Form):
    """What the waiting names of one source mean: ticked lines go to a second person, all with one reason."""

    reason = forms.CharField(label=_("依据（比如市场的更名公告）"), max_length=200)
    origin_class = forms.ChoiceField(label=_("新品种的产地"), choices=OriginClass.choices, initial=OriginClass.INLAND)

    def __init__(self, names: Sequence[WaitingName], known: dict[str, Commodity], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.names, self.known = names, known
        for nth, name in enumerate(names):
            to = f"{name.proposal.code} {name.proposal.variety}" if name.proposal else name.source_name
            is_sure = name.match is not None and name.match.strength == Strength.STRONG
            self.fields[f"name_{nth}"] = forms.CharField(initial=name.source_name, widget=forms.HiddenInput)
            self.fields[f"use_{nth}"] = forms.BooleanField(required=False, initial=is_sure)
            widget = forms.TextInput(attrs={"list": "known", "autocomplete": "off"})
            self.fields[f"to_{nth}"] = forms.CharField(max_length=64, required=False, initial=to, widget=widget)
            self.fields[f"category_{nth}"] = forms.ChoiceField(choices=Category.choices, initial=Category.OTHER)

    def rows(self) -> list[tuple[WaitingName, forms.BoundField, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Give each name with its four fields: name, tick, meaning, category of a new one."""
        return [
            (name, self[f"name_{nth}"], self[f"use_{nth}"], self[f"to_{nth}"], self[f"category_{nth}"])
            for nth, name in enumerate(self.names)
        ]

    def lines(self) -> list[dict[str, Any]]:
        """Give the ticked lines: source_name, since, and the known `commodity` or variety and category of a new one."""
        told = self.cleaned_data
        first = {name.source_name: name.first_day for name in self.names}
        lines = []
        for nth in range(len(self.names)):
            name, to = told[f"name_{nth}"], told[f"to_{nth}"].strip()
            if told[f"use_{nth}"] and name in first and to:
                commodity = self.known.get(to.split(" ", 1)[0])
                new = {"variety": to, "category": told[f"category_{nth}"]}
                lines.append({"source_name": name, "since": first[name], "commodity": commodity, **new})
        return lines

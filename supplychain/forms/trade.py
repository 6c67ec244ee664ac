"""What stallholders and buyers type on the pages of the trade."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from supplychain.models import Commodity, Handover, Lot
from supplychain.rules.cart import NotAWeight, parse_kg

MOST_FEN_KG = 10_000_000


class KgField(forms.CharField):
    """Kilograms, to the gram."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=12, widget=widget, error_messages={"required": _("请输入重量")}, **more)

    def clean(self, value: Any) -> Any:
        """Read the weight."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_kg(text)
        except NotAWeight:
            raise forms.ValidationError(_("重量写成这样：25 或 25.5，最多三位小数，要大于 0")) from None


class PriceField(forms.CharField):
    """Yuan per kg, read into fen."""

    def __init__(self, *, may_be_zero: bool = False, **more: Any) -> None:
        self.may_be_zero = may_be_zero
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=12, widget=widget, error_messages={"required": _("请输入单价")}, **more)

    def clean(self, value: Any) -> Any:
        """Read the price."""
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = parse_yuan(text)
        except MoneyError:
            raise forms.ValidationError(_("单价写成这样：3.2 或 3.20")) from None
        if fen > MOST_FEN_KG or (fen == 0 and not self.may_be_zero):
            raise forms.ValidationError(_("单价要大于 0，最多每公斤 100,000 元"))
        return fen


class CommodityField(forms.CharField):
    """A commodity by its name, chosen from the list beside it."""

    def __init__(self, *, known: dict[str, Commodity], **more: Any) -> None:
        self.known = known
        widget = forms.TextInput(attrs={"list": "commodities", "autocomplete": "off"})
        super().__init__(max_length=64, widget=widget, error_messages={"required": _("请写是什么货")}, **more)

    def clean(self, value: Any) -> Any:
        """Find the commodity."""
        text = super().clean(value)
        if not text:
            return None
        if text not in self.known:
            raise forms.ValidationError(_("没有“%(name)s”这种货，请从列表里选，可以打拼音") % {"name": text})
        return self.known[text]


class WeighForm(forms.Form):
    """One line at the counter."""

    kg = KgField(label=_("公斤"))
    price = PriceField(label=_("单价，元/公斤"))


class GoodsForm(forms.Form):
    """Goods to offer."""

    def __init__(self, *args: Any, known: dict[str, Commodity], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["commodity"] = CommodityField(known=known, label=_("货名"))
        self.fields["price"] = PriceField(label=_("单价，元/公斤"))


class ReceivingLineForm(forms.Form):
    """One line of a receiving note; an empty one is left out."""

    def __init__(self, *args: Any, known: dict[str, Commodity], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["commodity"] = CommodityField(known=known, label=_("货名"))
        self.fields["kg"] = KgField(label=_("公斤"))
        self.fields["price"] = PriceField(label=_("进价，元/公斤"), may_be_zero=True)
        self.fields["origin"] = forms.CharField(label=_("产地"), max_length=64, required=False)


class ReceivingForm(forms.Form):
    """From whom the goods came, and the number that makes pressing twice write once."""

    supplier_name = forms.CharField(
        label=_("从谁那里进的"), max_length=64, error_messages={"required": _("请写上从谁那里进的货")}
    )
    draft_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)


REASONS = (
    ("坏了", _("坏了")),
    ("失水", _("失水")),
    ("碰伤", _("碰伤")),
    ("丢了", _("丢了")),
    ("自己吃了", _("自己吃了")),
    ("送人", _("送人")),
)


class LossForm(forms.Form):
    """Goods written off."""

    kg = KgField(label=_("少了多少公斤"))
    reason = forms.ChoiceField(label=_("原因"), choices=REASONS)
    draft_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)


class CountedField(forms.DecimalField):
    """Kilograms that were counted; nothing left is 0."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=100_000,
            decimal_places=3,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={
                "required": _("请输入重量"),
                "invalid": _("重量写成这样：25 或 25.5"),
                "min_value": _("重量不能小于 0"),
                "max_value": _("最多 100,000 公斤"),
                "max_decimal_places": _("最多三位小数"),
            },
            **more,
        )


class CountForm(forms.Form):
    """What was counted of one lot."""

    counted = CountedField(label=_("现在数下来有多少公斤"))
    draft_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)


class CountAllForm(forms.Form):
    """What was counted of every lot; an empty one was not counted."""

    draft_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, lots: Sequence[Lot], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.lots = lots
        for lot in lots:
            self.fields[f"kg_{lot.lot_no}"] = CountedField(label=str(lot.commodity), required=False)

    def counts(self) -> list[tuple[Lot, Decimal]]:
        """Give the lots that were counted."""
        found = ((lot, self.cleaned_data[f"kg_{lot.lot_no}"]) for lot in self.lots)
        return [(lot, kg) for lot, kg in found if kg is not None]


class WeighedForm(forms.Form):
    """What the scales said of each line; an empty one is not sent."""

    def __init__(self, lines: Sequence[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.numbers = [number for number, _name in lines]
        for number, name in lines:
            self.fields[f"kg_{number}"] = KgField(label=name, required=False)

    def weighed(self) -> list[tuple[int, Decimal]]:
        """Give (line number, kg) of the lines that leave."""
        found = ((number, self.cleaned_data[f"kg_{number}"]) for number in self.numbers)
        return [(number, kg) for number, kg in found if kg]


class ReturnForm(forms.Form):
    """What comes back of one line, and why."""

    line_no = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    kg = KgField(label=_("退回多少公斤"))
    reason = forms.CharField(label=_("原因"), max_length=80, error_messages={"required": _("请写上原因")})


class BuyerForm(forms.Form):
    """Who buys at the store page, and how the goods reach him."""

    handover = forms.ChoiceField(
        label=_("怎么拿货"), choices=((Handover.PICK_UP, _("自己来取")), (Handover.DELIVERY, _("送货上门")))
    )
    buyer_name = forms.CharField(
        label=_("怎么称呼你"), max_length=32, error_messages={"required": _("请写上怎么称呼你")}
    )
    buyer_phone = forms.RegexField(
        r"^1[3-9][0-9]{9}$",
        label=_("手机号"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national"}),
        error_messages={"required": _("请写上手机号，店家好联系你"), "invalid": _("手机号是 11 位数字")},
    )
    address = forms.CharField(label=_("送到哪里"), max_length=120, required=False)
    note = forms.CharField(label=_("给店家留言（可以不写）"), max_length=80, required=False)
    draft_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A delivery needs an address."""
        cleaned = super().clean() or {}
        if cleaned.get("handover") == Handover.DELIVERY and not cleaned.get("address"):
            self.add_error("address", _("送货要写地址"))
        return cleaned

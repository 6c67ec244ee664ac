"""What merchants type on the pages of payments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.money import MoneyError, parse_yuan

MOST_FEN = 5_000_000
"""50,000 yuan at once: above it a typing mistake is likelier than a sale."""


class CollectForm(forms.Form):
    """How much, for what, and the number that makes pressing twice ask once."""

    amount = forms.CharField(max_length=16, error_messages={"required": _("请输入金额")})
    description = forms.CharField(max_length=40, required=False)
    order_no = forms.RegexField(r"^[0-9a-f]{32}$", error_messages={"required": _("页面过时了，请重新打开收款")})

    def clean_amount(self) -> int:
        """Read yuan into fen."""
        try:
            fen = parse_yuan(self.cleaned_data["amount"])
        except MoneyError:
            raise forms.ValidationError(_("金额写成这样：80 或 80.50")) from None
        if fen == 0:
            raise forms.ValidationError(_("请输入金额"))
        if fen > MOST_FEN:
            raise forms.ValidationError(_("一次最多收 50,000 元，请分几次收"))
        return fen

    def clean(self) -> dict[str, Any]:
        """Name the amount as services do."""
        cleaned = super().clean() or {}
        if "amount" in cleaned:
            cleaned["amount_fen"] = cleaned.pop("amount")
        return cleaned

    def typed(self) -> dict[str, str]:
        """Give back what was typed."""
        names = {"amount_text": "amount", "description": "description", "order_no": "order_no"}
        return {name: str(self.data.get(field, "")) for name, field in names.items()}

    def first_error(self) -> str:
        """Give one sentence: the first thing to mend."""
        return next(str(errors[0]) for errors in self.errors.values())


class ScanForm(forms.Form):
    """What a payer types at a stall's code: the amount, and the number that makes pressing twice ask once."""

    amount = forms.CharField(max_length=16, error_messages={"required": _("请输入金额")})
    order_no = forms.RegexField(r"^[0-9a-f]{32}$", error_messages={"required": _("页面过时了，请重新扫码")})

    def clean_amount(self) -> int:
        """Read yuan into fen."""
        try:
            fen = parse_yuan(self.cleaned_data["amount"])
        except MoneyError:
            raise forms.ValidationError(_("金额写成这样：80 或 80.50")) from None
        if fen == 0:
            raise forms.ValidationError(_("请输入金额"))
        return fen

    def first_error(self) -> str:
        """Give one sentence: the first thing to mend."""
        return next(str(errors[0]) for errors in self.errors.values())


class BarcodeForm(CollectForm):
    """An amount and the digits of the payer's code."""

    barcode = forms.RegexField(
        r"^\d{16,28}$", error_messages={"required": _("请扫顾客的付款码"), "invalid": _("付款码是一串数字，请再扫一次")}
    )


class RefundForm(forms.Form):
    """How much goes back and why; the number makes pressing twice give back once."""

    amount = forms.CharField(
        label=_("退多少，元"),
        max_length=16,
        error_messages={"required": _("请输入金额")},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    reason = forms.CharField(label=_("为什么退（可以不写）"), max_length=40, required=False)
    refund_no = forms.RegexField(
        r"^REF[0-9A-Z]{20}$", widget=forms.HiddenInput, error_messages={"required": _("页面过时了，请重新打开")}
    )

    def clean_amount(self) -> int:
        """Read yuan into fen."""
        try:
            fen = parse_yuan(self.cleaned_data["amount"])
        except MoneyError:
            raise forms.ValidationError(_("金额写成这样：80 或 80.50")) from None
        if fen == 0:
            raise forms.ValidationError(_("请输入金额"))
        return fen

"""What merchants say about their need, and what operators note of papers they saw."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from supplychain.models import PaperKind

YUAN: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0}


class NeedForm(forms.Form):
    """资金需求: yuan and percent as people write them."""

    requested = forms.DecimalField(label=_("想用多少（元）"), max_digits=12, decimal_places=2, min_value=1)
    own_funds = forms.DecimalField(label=_("自己有多少（元）"), initial=0, **YUAN)
    loans = forms.DecimalField(label=_("已有贷款（元）"), initial=0, **YUAN)
    other_sources = forms.DecimalField(label=_("其他能用的钱（元）"), initial=0, **YUAN)
    margin = forms.DecimalField(label=_("毛利率（%）"), max_digits=4, decimal_places=1, min_value=0, max_value=99)
    growth = forms.DecimalField(
        label=_("明年大约多卖（%）"), max_digits=4, decimal_places=1, min_value=-90, max_value=300
    )
    receivable_days = forms.IntegerField(label=_("货款平均几天收回"), min_value=0, max_value=720, initial=0)
    payable_days = forms.IntegerField(label=_("进货款平均几天付"), min_value=0, max_value=720, initial=0)

    def terms(self) -> dict[str, Any]:
        """Give the arguments of the service: fen and ten-thousandths."""
        data = self.cleaned_data
        fen = {f"{name}_fen": int(data[name] * 100) for name in ("requested", "own_funds", "loans", "other_sources")}
        rates = {"margin_bps": int(data["margin"] * 100), "growth_bps": int(data["growth"] * 100)}
        return fen | rates | {name: data[name] for name in ("receivable_days", "payable_days")}


class PaperForm(forms.Form):
    """单据核对: which paper of which merchant was seen, and whether it fits the books."""

    merchant_no = forms.CharField(label=_("商户号"), max_length=32)
    kind = forms.ChoiceField(label=_("单据种类"), choices=PaperKind.choices)
    paper_ref = forms.CharField(label=_("单据号（发票号码、合同编号）"), max_length=64)
    is_matched = forms.TypedChoiceField(
        label=_("和账上对得上吗"),
        choices=(("1", _("看过原件，对得上")), ("0", _("看过原件，对不上"))),
        coerce=lambda text: text == "1",
        empty_value=None,
    )
    note = forms.CharField(label=_("在哪里看的、和哪几笔对的"), max_length=200)

    def clean_merchant_no(self) -> Merchant:
        """Find the merchant."""
        found = Merchant.objects.filter(merchant_no=self.cleaned_data["merchant_no"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("没有这个商户号"))
        return found

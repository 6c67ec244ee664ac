"""What people type on the pages of accounts. Numbers are judged by the services, which say what to do at the field."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ConsentPurpose, DataKind, DocumentKind, MemberRole, MerchantKind
from accounts.models.account_link import EvidenceKind
from accounts.rules.onboarding import DOCUMENTS_NEEDED, LETTER, OPTIONAL
from accounts.selectors.institutions import active_institutions
from accounts.selectors.markets import all_markets
from silk_road_ebao.kernel.refusals import Refusal

PROVINCES = (
    ("65", _("新疆")), ("62", _("甘肃")), ("63", _("青海")), ("64", _("宁夏")), ("61", _("陕西")), ("54", _("西藏")),
    ("11", _("北京")), ("12", _("天津")), ("13", _("河北")), ("14", _("山西")), ("15", _("内蒙古")), ("21", _("辽宁")),
    ("22", _("吉林")), ("23", _("黑龙江")), ("31", _("上海")), ("32", _("江苏")), ("33", _("浙江")), ("34", _("安徽")),
    ("35", _("福建")), ("36", _("江西")), ("37", _("山东")), ("41", _("河南")), ("42", _("湖北")), ("43", _("湖南")),
    ("44", _("广东")), ("45", _("广西")), ("46", _("海南")), ("50", _("重庆")), ("51", _("四川")), ("52", _("贵州")),
    ("53", _("云南")), ("71", _("台湾")), ("81", _("香港")), ("82", _("澳门")),
)  # fmt: skip
"""GB/T 2260, our own province first."""

ACCEPTED = "image/jpeg,image/png,application/pdf"


class PlainForm(forms.Form):
    """Ground of our forms: no browser bubbles in English, service refusals at their field."""

    use_required_attribute = False

    def refuse(self, refusal: Refusal) -> None:
        """Show a service's refusal at its field, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _digits(label: Any, *, complete: str = "off", most: int = 40) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": complete, "class": "num", "dir": "ltr"})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


class IdentityForm(PlainForm):
    """Who somebody is: asked for once."""

    full_name = forms.CharField(
        label=_("姓名"), max_length=64, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    resident_id = forms.CharField(
        label=_("身份证号"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "num", "dir": "ltr", "spellcheck": "false"}),
    )
    phone = forms.CharField(label=_("手机号"), disabled=True, required=False)


class OnboardingForm(PlainForm):
    """The whole of a merchant's form; any part of it may be left for another day."""

    kind = forms.ChoiceField(label=_("怎么登记的"), choices=MerchantKind.choices, widget=forms.RadioSelect)
    applicant = forms.ChoiceField(
        label=_("谁来办"),
        choices=(("SELF", _("我就是法定代表人（经营者）")), ("AGENT", _("我是店里的人，拿授权书替他办"))),
        widget=forms.RadioSelect,
        initial="SELF",
        required=False,
    )
    head_name = forms.CharField(label=_("法定代表人（经营者）姓名"), max_length=64, required=False)
    head_id = forms.CharField(
        label=_("法定代表人（经营者）身份证号"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "num", "dir": "ltr", "spellcheck": "false"}),
    )
    head_phone = _digits(_("法定代表人（经营者）手机号"))
    name = forms.CharField(label=_("招牌名称"), max_length=64, required=False)
    legal_name = forms.CharField(label=_("登记名称"), max_length=120, required=False)
    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"class": "num", "dir": "ltr", "autocapitalize": "characters"}),
    )
    province = forms.ChoiceField(label=_("所在省份"), choices=PROVINCES, required=False)
    address = forms.CharField(label=_("经营地址"), max_length=200, required=False)
    market = forms.ChoiceField(label=_("市场"), required=False)
    stall_label = forms.CharField(label=_("摊号"), max_length=24, required=False)
    phone = _digits(_("联系手机"), complete="tel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        markets = [(market.code, market.name) for market in all_markets()]
        self._field("market").choices = [("", _("不在市场里")), *markets]
        for kind in DocumentKind:
            widget = forms.FileInput(attrs={"accept": ACCEPTED})
            self.fields[kind.value.lower()] = forms.FileField(label=kind.label, required=False, widget=widget)

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def needed_papers(self, kind: str, *, is_agent: bool = False) -> list[str]:
        """Name the papers this kind of merchant hands in, as fields; what is welcome but not needed comes last."""
        needed = [*DOCUMENTS_NEEDED.get(kind, ()), *([LETTER] if is_agent else []), *OPTIONAL]
        return [code.lower() for code in needed]

    def refuse_head(self, refusal: Refusal) -> None:
        """Show what is wrong with the legal representative's own numbers at their fields."""
        named = {"full_name": "head_name", "resident_id": "head_id", "phone": "head_phone"}
        self.add_error(named.get(refusal.field), str(refusal))


class MerchantChangeForm(PlainForm):
    """What a merchant in service wants corrected; empty stays as it is."""

    name = forms.CharField(label=_("招牌名称"), max_length=64, required=False)
    legal_name = forms.CharField(label=_("登记名称"), max_length=120, required=False)
    address = forms.CharField(label=_("经营地址"), max_length=200, required=False)
    reason = forms.CharField(label=_("为什么改"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in DocumentKind:
            widget = forms.FileInput(attrs={"accept": ACCEPTED})
            self.fields[kind.value.lower()] = forms.FileField(label=kind.label, required=False, widget=widget)


class AccountForm(PlainForm):
    """A bank account of a shop."""

    account_no = _digits(_("银行账号"))
    holder_name = forms.CharField(label=_("户名"), max_length=120, required=False)
    bank = forms.ChoiceField(label=_("开户银行"), required=False)
    agreed = forms.BooleanField(label=_("我看完了授权书，同意交给开户银行核实"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.choices = [("", _("卡号会自己认出来")), *((b.code, b.name) for b in active_institutions("BANK"))]


class OwnAccountForm(AccountForm):
    """A bank account of a person, with its class."""

    account_class = forms.ChoiceField(
        label=_("账户类别"),
        choices=(("I", _("Ⅰ类户（普通储蓄卡）")), ("II", _("Ⅱ类户")), ("III", _("Ⅲ类户"))),
        initial="I",
        widget=forms.RadioSelect,
    )
    opening_mode = forms.ChoiceField(
        label=_("怎么开的"),
        choices=(("COUNTER", _("在柜台，见过银行的人")), ("ONLINE", _("在手机上开的"))),
        initial="COUNTER",
        widget=forms.RadioSelect,
    )


SHOP_RELATIONS = (
    ("other:FAMILY", _("对方是经营者的家人")),
    ("other:EMPLOYEE", _("对方是本店员工")),
    ("other:OWNER", _("对方是本店的经营者")),
    ("other:SUPPLIER", _("对方给本店供货")),
    ("other:BUYER", _("对方向本店进货")),
    ("other:MEMBER", _("对方是本店的成员")),
    ("me:MEMBER", _("本店是对方的成员")),
    ("other:GUARANTOR", _("对方为本店担保")),
    ("me:GUARANTOR", _("本店为对方担保")),
)
OWN_RELATIONS = (
    ("other:FAMILY", _("对方是我的家人")),
    ("me:EMPLOYEE", _("我是对方店里的员工")),
    ("me:OWNER", _("我是对方店的经营者")),
    ("me:MEMBER", _("我是对方的成员")),
    ("me:SUPPLIER", _("我给对方供货")),
    ("me:BUYER", _("我向对方进货")),
    ("other:GUARANTOR", _("对方为我担保")),
    ("me:GUARANTOR", _("我为对方担保")),
)


class LinkForm(PlainForm):
    """To whom, as what, and what shows it."""

    target = forms.CharField(
        label=_("对方的手机号或商户号"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "num", "dir": "ltr", "autocomplete": "off"}),
    )
    relation = forms.ChoiceField(label=_("什么关系"), widget=forms.RadioSelect)
    evidence_kind = forms.ChoiceField(label=_("凭据"), choices=EvidenceKind.choices, initial="STATEMENT")
    evidence_note = forms.CharField(label=_("凭据说明"), max_length=200, required=False)
    account = forms.ChoiceField(label=_("带上我的哪个账户"), required=False)
    valid_until = forms.DateField(label=_("到哪天为止"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, side: str, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relation: Any = self.fields["relation"]
        relation.choices = SHOP_RELATIONS if side == "shop" else OWN_RELATIONS
        chosen: Any = self.fields["account"]
        chosen.choices = account_choices(accounts)


def account_choices(accounts: Any) -> list[tuple[str, Any]]:
    """Offer accounts by bank, class and mask; none is an answer, too."""
    named = [
        (one.account_no, f"{one.bank.short_name} {one.get_account_class_display()} {one.masked}") for one in accounts
    ]
    return [("", _("不带账户")), *named]


class ConsentForm(PlainForm):
    """What is handed over, for how long, and the tick that is never set beforehand."""

    kinds = forms.MultipleChoiceField(
        label=_("提供哪些资料"), choices=DataKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    months = forms.ChoiceField(
        label=_("多久"), choices=(("3", _("3 个月")), ("6", _("6 个月")), ("12", _("12 个月"))), initial="3"
    )
    agreed = forms.BooleanField(label=_("我看完了授权书，同意"), required=False)

    def expires_at(self, at: datetime) -> datetime:
        """Turn months into a moment: thirty days each."""
        return at + timedelta(days=30 * int(self.cleaned_data["months"]))


class ConsentBeginForm(PlainForm):
    """Whom and what for."""

    recipient = forms.ChoiceField(label=_("给谁"))
    purpose = forms.ChoiceField(label=_("做什么用"), choices=ConsentPurpose.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        institutions = [*active_institutions("BANK"), *active_institutions("CREDIT_AGENCY")]
        recipient: Any = self.fields["recipient"]
        recipient.choices = [(one.code, one.name) for one in institutions]


class StaffForm(PlainForm):
    """Who works in the shop."""

    name = forms.CharField(label=_("怎么称呼"), max_length=64, required=False)
    phone = _digits(_("手机号"), complete="off")
    role = forms.ChoiceField(
        label=_("做什么"),
        choices=((MemberRole.CASHIER, _("收银：收款、看今天的单子")), (MemberRole.BOOKKEEPER, _("记账：对账、看流水"))),
        initial=MemberRole.CASHIER,
        widget=forms.RadioSelect,
    )


class PasswordForm(PlainForm):
    """A password of one's own choice."""

    password = forms.CharField(
        label=_("新密码"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), required=False
    )

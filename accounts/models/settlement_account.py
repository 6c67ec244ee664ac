"""Settlement accounts of people and merchants, as the banks report them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import Institution
from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.rules import states
from accounts.rules.account_holder import LEGAL_NAME, OPERATOR
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class AccountClass(models.TextChoices):
    """Class of a personal account (银发〔2015〕392), or a merchant's account."""

    I = "I", _("Ⅰ类户")  # noqa: E741 - the class's own name
    II = "II", _("Ⅱ类户")
    III = "III", _("Ⅲ类户")
    MERCHANT = "MERCHANT", _("商户结算户")


class OpeningMode(models.TextChoices):
    """How the bank saw the customer; decides the limits of Class II and III."""

    COUNTER = "COUNTER", _("面对面核实")
    ONLINE = "ONLINE", _("线上开立")


class Verification(models.TextChoices):
    """What the bank said about the account. Never our own opinion."""

    PENDING = "PENDING", _("等银行核实")
    VERIFIED = "VERIFIED", _("银行已核实")
    REFUSED = "REFUSED", _("银行未通过")


class HolderBasis(models.TextChoices):
    """In whose name a merchant's account stands (R2)."""

    LEGAL_NAME = LEGAL_NAME, _("登记名称")
    OPERATOR = OPERATOR, _("经营者本人")


class SettlementAccount(Machine):
    """结算账户: sealed number, one live row per number, owned by one person or one merchant."""

    STATES = states.SETTLEMENT_ACCOUNT

    account_no = models.CharField(_("编号"), max_length=32, unique=True)
    account_no_sealed = SealedField(null=True, blank=True)
    account_index = models.BinaryField(null=True, editable=False)
    masked = models.CharField(_("账号"), max_length=40)
    holder_name = models.CharField(_("户名"), max_length=120)
    holder_basis = models.CharField(
        _("户名依据"), max_length=12, choices=HolderBasis.choices, default="", db_default="", blank=True
    )
    owner_merchant = models.ForeignKey(
        Merchant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settlement_accounts",
        verbose_name=_("户主（店）"),
    )
    owner_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="settlement_accounts", verbose_name=_("户主（人）")
    )
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("开户银行"))
    account_class = models.CharField(_("类别"), max_length=12, choices=AccountClass.choices)
    opening_mode = models.CharField(_("开立方式"), max_length=12, choices=OpeningMode.choices, default="COUNTER")
    verification = models.CharField(
        _("核实"), max_length=12, choices=Verification.choices, default=Verification.PENDING
    )
    verification_note = models.CharField(_("银行说明"), max_length=200, default="", blank=True)
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    added_at = models.DateTimeField(_("添加时间"))
    activated_at = models.DateTimeField(_("首次启用时间"), null=True, blank=True)
    usable_from = models.DateTimeField(_("可用起"), null=True, blank=True)
    last_active_at = models.DateTimeField(_("最近交易"), null=True, blank=True)
    closed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("结算账户")
        constraints = [
            models.CheckConstraint(
                name="settlement_account_one_owner",
                condition=models.Q(owner_merchant__isnull=False, owner_person__isnull=True)
                | models.Q(owner_merchant__isnull=True, owner_person__isnull=False),
            ),
            models.CheckConstraint(
                name="settlement_account_class_fits_owner",
                condition=models.Q(owner_merchant__isnull=False, account_class="MERCHANT")
                | models.Q(owner_person__isnull=False, account_class__in=["I", "II", "III"]),
            ),
            models.CheckConstraint(
                name="settlement_account_verification_known",
                condition=models.Q(verification__in=Verification.values),
            ),
            models.UniqueConstraint(
                name="settlement_account_number_once",
                fields=["account_index"],
                condition=~models.Q(status="CLOSED"),
            ),
            models.UniqueConstraint(
                name="settlement_account_one_payee",
                fields=["owner_merchant"],
                condition=models.Q(status="ACTIVE"),
            ),
            models.UniqueConstraint(
                name="settlement_account_one_change",
                fields=["owner_merchant"],
                condition=models.Q(status__in=["PROPOSED", "HELD"]),
            ),
        ]
        indexes = [models.Index(fields=["bank", "verification"], name="settlement_account_waiting")]

    def __str__(self) -> str:
        return f"{self.bank.short_name} {self.masked}" if self.bank_id else self.masked


class AccountUsage(models.Model):
    """账户用量: flows of one account on one day outside its bound account, as reported. Fen."""

    account = models.ForeignKey(SettlementAccount, models.PROTECT, related_name="usages", verbose_name=_("结算账户"))
    business_date = models.DateField(_("日期"))
    in_fen = models.BigIntegerField(_("转入"))
    out_fen = models.BigIntegerField(_("转出"))
    balance_fen = models.BigIntegerField(_("日终余额"))
    reported_at = models.DateTimeField(_("报告时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("账户用量")
        constraints = [
            models.UniqueConstraint(name="account_usage_once", fields=["account", "business_date"]),
            models.CheckConstraint(
                name="account_usage_not_negative",
                condition=models.Q(in_fen__gte=0, out_fen__gte=0, balance_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.business_date}"


class BankBin(models.Model):
    """发卡行识别码: the bank known by the first digits of a card."""

    prefix = models.CharField(_("前缀"), max_length=10)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="bins", verbose_name=_("开户银行"))
    card_length = models.PositiveSmallIntegerField(_("卡号长度"))
    card_kind = models.CharField(_("卡种"), max_length=12, default="DEBIT")
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    source = models.CharField(_("出处"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("发卡行识别码")
        constraints = [models.UniqueConstraint(name="bank_bin_once", fields=["prefix", "card_length", "valid_from"])]

    def __str__(self) -> str:
        return f"{self.prefix} {self.bank}"

"""Credit accounts as banks report them: bands, never exact figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import Institution
from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.rules import bands, states
from silk_road_ebao.kernel.machine import Machine


class CreditKind(models.TextChoices):
    """What kind of credit."""

    CREDIT_CARD = "CREDIT_CARD", _("信用卡")
    CONSUMER_CREDIT = "CONSUMER_CREDIT", _("消费信贷")
    MERCHANT_LINE = "MERCHANT_LINE", _("商户授信")
    PLEDGE_FACILITY = "PLEDGE_FACILITY", _("质押授信")


class CreditAccount(Machine):
    """信用账户: one account at one bank under the bank's own reference token."""

    STATES = states.CREDIT_ACCOUNT

    credit_account_no = models.CharField(_("编号"), max_length=32, unique=True)
    kind = models.CharField(_("种类"), max_length=24, choices=CreditKind.choices)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("银行"))
    bank_reference = models.CharField(_("银行参考号"), max_length=64)
    holder_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="credit_accounts", verbose_name=_("持有人（人）")
    )
    holder_merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="credit_accounts", verbose_name=_("持有人（店）")
    )
    limit_band = models.CharField(_("额度档"), max_length=16)
    usage_band = models.CharField(_("使用率档"), max_length=16)
    opened_date = models.DateField(_("开立日"), null=True, blank=True)
    activated_at = models.DateTimeField(_("激活时间"), null=True, blank=True)
    reported_at = models.DateTimeField(_("报告时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("信用账户")
        constraints = [
            models.UniqueConstraint(name="credit_account_once", fields=["bank", "bank_reference"]),
            models.CheckConstraint(
                name="credit_account_one_holder",
                condition=models.Q(holder_person__isnull=False, holder_merchant__isnull=True)
                | models.Q(holder_person__isnull=True, holder_merchant__isnull=False),
            ),
            models.CheckConstraint(name="credit_account_kind", condition=models.Q(kind__in=CreditKind.values)),
            models.CheckConstraint(
                name="credit_account_bands",
                condition=models.Q(limit_band__in=bands.LIMIT_BANDS, usage_band__in=bands.USAGE_BANDS),
            ),
        ]

    def __str__(self) -> str:
        return self.credit_account_no


class CreditActivation(models.Model):
    """信用账户活跃日: one day on which the account was used; activation frequency counts these."""

    credit_account = models.ForeignKey(
        CreditAccount, models.PROTECT, related_name="activations", verbose_name=_("信用账户")
    )
    active_date = models.DateField(_("日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("信用账户活跃日")
        constraints = [models.UniqueConstraint(name="credit_activation_once", fields=["credit_account", "active_date"])]

    def __str__(self) -> str:
        return f"{self.credit_account} {self.active_date}"

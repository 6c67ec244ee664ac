"""Activity of settlement accounts as banks report it, batch by batch."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, SettlementAccount


class AccountActivityBatch(models.Model):
    """账户动态批次: a day or a month of one bank's accounts, taken whole or not at all. Append-only in SQL."""

    batch_no = models.CharField(_("编号"), max_length=32, unique=True)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("银行"))
    batch_ref = models.CharField(_("银行批次号"), max_length=64)
    period_from = models.DateField(_("起"))
    period_until = models.DateField(_("止"))
    row_count = models.PositiveIntegerField(_("行数"))
    in_fen = models.BigIntegerField(_("转入合计"))
    out_fen = models.BigIntegerField(_("转出合计"))
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("账户动态批次")
        constraints = [
            models.UniqueConstraint(name="account_activity_batch_once", fields=["bank", "batch_ref"]),
            models.CheckConstraint(
                name="account_activity_batch_period", condition=models.Q(period_until__gte=models.F("period_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.batch_no


class AccountActivity(models.Model):
    """账户动态: one row of a batch as it came; fen, outside the bound account. Append-only in SQL."""

    batch = models.ForeignKey(AccountActivityBatch, models.PROTECT, related_name="rows", verbose_name=_("批次"))
    row_no = models.PositiveIntegerField(_("行号"))
    account = models.ForeignKey(SettlementAccount, models.PROTECT, related_name="+", verbose_name=_("账户"))
    business_date = models.DateField(_("日期"))
    in_fen = models.BigIntegerField(_("转入"))
    out_fen = models.BigIntegerField(_("转出"))
    balance_fen = models.BigIntegerField(_("日终余额"))

    class Meta:
        verbose_name = verbose_name_plural = _("账户动态")
        constraints = [
            models.UniqueConstraint(name="account_activity_row_once", fields=["batch", "row_no"]),
            models.UniqueConstraint(name="account_activity_day_once", fields=["batch", "account", "business_date"]),
            models.CheckConstraint(
                name="account_activity_not_negative",
                condition=models.Q(in_fen__gte=0, out_fen__gte=0, balance_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row_no}"

"""Stalls: where a merchant is paid."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.market import Market
from accounts.models.merchant import Merchant


class Stall(models.Model):
    """摊位: one place of business of one merchant; one live stall per label in a market."""

    stall_no = models.CharField(_("编号"), max_length=32, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="stalls", verbose_name=_("商户"))
    market = models.ForeignKey(Market, models.PROTECT, related_name="stalls", verbose_name=_("市场"))
    label = models.CharField(_("摊号"), max_length=24)
    signboard = models.CharField(_("招牌"), max_length=64)
    opened_at = models.DateTimeField(_("启用时间"))
    closed_at = models.DateTimeField(_("撤摊时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("摊位")
        constraints = [
            models.UniqueConstraint(
                name="stall_label_once", fields=["market", "label"], condition=models.Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.signboard}"

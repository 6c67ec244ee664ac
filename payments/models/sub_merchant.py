"""A merchant's own numbers at acquirers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class SubMerchant(Machine):
    """特约商户号: the merchant's own number at an acquirer, the only payee a payment can have (R2)."""

    STATES = states.SUB_MERCHANT

    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="sub_merchants", verbose_name=_("商户")
    )
    acquirer = models.ForeignKey(
        "accounts.Institution", models.PROTECT, related_name="sub_merchants", verbose_name=_("收单机构")
    )
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    sub_mchid = models.CharField(_("特约商户号"), max_length=32)
    legal_name = models.CharField(_("登记名称"), max_length=120)
    rate_bps = models.PositiveIntegerField(_("费率（万分之）"))
    rank = models.PositiveSmallIntegerField(_("优先顺序"), default=0)
    auth_token = SealedField(null=True, blank=True)
    max_sharing_bps = models.PositiveIntegerField(_("分账上限（万分之）"), null=True, blank=True)
    opened_at = models.DateTimeField(_("开通时间"))

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("特约商户号")
        constraints = [
            models.UniqueConstraint(name="sub_merchant_number_once", fields=["acquirer_code", "sub_mchid"]),
            models.UniqueConstraint(name="sub_merchant_once", fields=["merchant", "acquirer_code"]),
            models.CheckConstraint(name="sub_merchant_rate", condition=models.Q(rate_bps__lte=1000)),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_code} {self.sub_mchid}"

"""A correction of what a merchant in service once handed in."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.merchant import DocumentKind, Merchant
from accounts.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class MerchantChange(Machine):
    """资料变更: new names, address or papers of a merchant; nothing of it counts before the second signature."""

    STATES = states.MERCHANT_CHANGE

    change_no = models.CharField(_("变更单号"), max_length=32, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="changes", verbose_name=_("商户"))
    name = models.CharField(_("简称"), max_length=64, default="", blank=True)
    legal_name = models.CharField(_("登记名称"), max_length=120, default="", blank=True)
    address = models.CharField(_("经营地址"), max_length=200, default="", blank=True)
    reason = models.CharField(_("说明"), max_length=200, default="", blank=True)
    rejection_reason = models.CharField(_("退回原因"), max_length=200, default="", blank=True)
    proposed_by = models.CharField(_("提交人"), max_length=80)
    proposed_at = models.DateTimeField(_("提交时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("资料变更")
        constraints = [
            models.UniqueConstraint(
                name="merchant_change_one_open", fields=["merchant"], condition=Q(status="PROPOSED")
            )
        ]

    def __str__(self) -> str:
        return self.change_no


class ChangePaper(models.Model):
    """变更证照: a paper as proposed. Its SHA-256 is fixed, its bytes are sealed (R23, R25)."""

    change = models.ForeignKey(MerchantChange, models.PROTECT, related_name="papers", verbose_name=_("变更单"))
    kind = models.CharField(_("种类"), max_length=24, choices=DocumentKind.choices)
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    media_type = models.CharField(_("格式"), max_length=32)
    size_bytes = models.PositiveIntegerField(_("大小"))
    content_sealed = SealedField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("变更证照")
        constraints = [models.UniqueConstraint(name="change_paper_once", fields=["change", "kind"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"

"""Codes that hang at stalls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class StallCode(Machine):
    """收款码: a stall's static code; it says nothing but its own number (R6) and can be revoked."""

    STATES = states.STALL_CODE

    code_no = models.CharField(_("码号"), max_length=32, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="stall_codes", verbose_name=_("商户")
    )
    stall = models.ForeignKey("accounts.Stall", models.PROTECT, related_name="codes", verbose_name=_("摊位"))
    issued_at = models.DateTimeField(_("启用时间"))
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("收款码")
        constraints = [
            models.UniqueConstraint(name="stall_code_one_active", fields=["stall"], condition=models.Q(status="ACTIVE"))
        ]

    def __str__(self) -> str:
        return self.code_no

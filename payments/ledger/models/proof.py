"""对证."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Proof(models.Model):
    """对证. One run of the proofs and what it found; no findings means the ledger agrees with itself."""

    ran_at = models.DateTimeField(_("对证时间"))
    actor_kind = models.CharField(_("身份"), max_length=10)
    actor_ref = models.CharField(_("经办"), max_length=100)
    deep = models.BooleanField(_("全账"))
    findings = models.JSONField(_("差错"), default=list, blank=True)
    took_ms = models.PositiveIntegerField(_("用时（毫秒）"))

    class Meta:
        verbose_name = verbose_name_plural = _("对证")

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d %H:%M} {len(self.findings)}"

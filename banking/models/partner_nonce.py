"""Nonces seen in partners' signatures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerNonce(models.Model):
    """一次性随机数: a signature's nonce is used once per key; kept until the signature is too old anyway."""

    keyid = models.CharField(_("密钥号"), max_length=64)
    nonce = models.CharField(_("随机数"), max_length=128)
    expires_at = models.DateTimeField(_("过期时间"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("一次性随机数")
        constraints = [models.UniqueConstraint(name="partner_nonce_once", fields=["keyid", "nonce"])]

    def __str__(self) -> str:
        return f"{self.keyid} {self.nonce}"

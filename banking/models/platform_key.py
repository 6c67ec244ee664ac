"""Our own keys, with which answers to partners are signed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.crypto import SealedField


class PlatformKey(models.Model):
    """平台密钥: made per installation, the private half sealed. One signs; the one before stays published a while."""

    keyid = models.CharField(_("密钥号"), max_length=64, unique=True)
    algorithm = models.CharField(_("算法"), max_length=16, default="ed25519")
    private_key_sealed = SealedField()
    public_key_pem = models.TextField(_("公钥"))
    created_at = models.DateTimeField(_("生成时间"))
    replaced_at = models.DateTimeField(_("更换时间"), null=True, blank=True)
    published_until = models.DateTimeField(_("公布到"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("平台密钥")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                name="platform_key_one_signs",
                condition=models.Q(replaced_at__isnull=True),
            ),
            models.CheckConstraint(name="platform_key_algorithm", condition=models.Q(algorithm__in=["ed25519"])),
        ]

    def __str__(self) -> str:
        return self.keyid

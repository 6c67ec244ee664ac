"""Keys with which partner institutions sign their calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import Institution


class PartnerKey(models.Model):
    """合作方密钥: a public key (Ed25519). Two overlap while a partner changes keys; a revoked one is dead at once."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="keys", verbose_name=_("机构"))
    keyid = models.CharField(_("密钥号"), max_length=64, unique=True)
    algorithm = models.CharField(_("算法"), max_length=16, default="ed25519")
    public_key_pem = models.TextField(_("公钥"))
    fingerprint = models.CharField(_("指纹"), max_length=64, unique=True)
    valid_from = models.DateTimeField(_("起"))
    valid_until = models.DateTimeField(_("止"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("合作方密钥")
        constraints = [
            models.CheckConstraint(name="partner_key_algorithm", condition=models.Q(algorithm__in=["ed25519"])),
            models.CheckConstraint(
                name="partner_key_order",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.keyid

"""Staff of a merchant."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.merchant import Merchant


class MemberRole(models.TextChoices):
    """What somebody may do in a merchant."""

    OWNER = "OWNER", _("店主")
    CASHIER = "CASHIER", _("收银")
    BOOKKEEPER = "BOOKKEEPER", _("记账")


class Membership(models.Model):
    """商户成员: one role of one user in one merchant."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="memberships", verbose_name=_("商户"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("用户")
    )
    role = models.CharField(_("角色"), max_length=16, choices=MemberRole.choices)
    since_at = models.DateTimeField(_("起"))
    ended_at = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商户成员")
        constraints = [
            models.UniqueConstraint(
                name="membership_one_role", fields=["merchant", "user"], condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="membership_role_known", condition=models.Q(role__in=MemberRole.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

"""Operators of the platform and what each may do."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OperatorRole(models.TextChoices):
    """What an operator may do; the console shows and allows by it."""

    MAKER = "MAKER", _("经办")
    CHECKER = "CHECKER", _("复核")
    RISK = "RISK", _("风控")
    AUDITOR = "AUDITOR", _("审计")


class Operator(models.Model):
    """运营人员: a user with work to do on the console."""

    operator_no = models.CharField(_("工号"), max_length=32, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="operator", verbose_name=_("登录账号")
    )
    name = models.CharField(_("姓名"), max_length=64)
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("运营人员")

    def __str__(self) -> str:
        return self.name


class OperatorGrant(models.Model):
    """运营角色: one role of one operator, from when to when."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="grants", verbose_name=_("运营人员"))
    role = models.CharField(_("角色"), max_length=16, choices=OperatorRole.choices)
    granted_at = models.DateTimeField(_("授予时间"))
    granted_by = models.CharField(_("授予人"), max_length=64)
    revoked_at = models.DateTimeField(_("收回时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("运营角色")
        constraints = [
            models.UniqueConstraint(
                name="operator_grant_once", fields=["operator", "role"], condition=models.Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(name="operator_grant_role_known", condition=models.Q(role__in=OperatorRole.values)),
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.role}"

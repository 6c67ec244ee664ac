"""Codes sent by SMS; only their hash is kept (C3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInCode(models.Model):
    """登录验证码: one sent code. Six digits, five minutes, few attempts, used once."""

    phone_index = models.BinaryField(editable=False)
    code_hash = models.BinaryField(editable=False)
    sent_at = models.DateTimeField(_("发送时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("登录验证码")
        indexes = [models.Index(fields=["phone_index", "-sent_at"], name="sign_in_code_latest")]

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d %H:%M:%S}"

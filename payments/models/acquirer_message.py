"""Every message from and to acquirers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.crypto import SealedField


class Verdict(models.TextChoices):
    """What became of a message."""

    ACCEPTED = "ACCEPTED", _("采信")
    REPEATED = "REPEATED", _("重复")
    REFUSED = "REFUSED", _("拒收")
    UNCERTAIN = "UNCERTAIN", _("未确定")


class AcquirerMessage(models.Model):
    """报文: one message as it came or went; masked for reading, its hash kept, a refused body sealed. Append-only."""

    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    direction = models.CharField(_("方向"), max_length=3, choices=[("IN", _("收")), ("OUT", _("发"))])
    kind = models.CharField(_("种类"), max_length=24)
    subject = models.CharField(_("对象"), max_length=64, default="", blank=True)
    verdict = models.CharField(_("处理"), max_length=12, choices=Verdict.choices)
    reason = models.CharField(_("原因"), max_length=255, default="", blank=True)
    http_status = models.PositiveSmallIntegerField(_("状态码"), null=True, blank=True)
    took_ms = models.PositiveIntegerField(_("用时（毫秒）"), null=True, blank=True)
    shown = models.JSONField(_("内容"), default=dict, blank=True)
    body_sha256 = models.BinaryField(_("指纹"), max_length=32, null=True, editable=False)
    body_sealed = SealedField(null=True, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("报文")
        indexes = [
            models.Index(name="acquirer_message_subject", fields=["subject", "at"]),
            models.Index(name="acquirer_message_at", fields=["acquirer_code", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_code} {self.kind} {self.verdict}"

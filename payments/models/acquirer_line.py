"""The health of the line to an acquirer."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AcquirerLine(models.Model):
    """通道状况: the breaker of one acquirer; open after failures in a row, one probe at a time when half open."""

    acquirer_code = models.CharField(_("收单机构"), max_length=24, primary_key=True)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    open_until = models.DateTimeField(_("断开至"), null=True, blank=True)
    probing_until = models.DateTimeField(_("探测至"), null=True, blank=True)
    faulty_since = models.DateTimeField(_("异常始于"), null=True, blank=True)
    last_error = models.CharField(_("最近错误"), max_length=255, default="", blank=True)
    changed_at = models.DateTimeField(_("变更时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("通道状况")

    def __str__(self) -> str:
        return self.acquirer_code

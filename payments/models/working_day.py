"""Which days banks work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkingDay(models.Model):
    """工作日: every day of a known year; a year without rows is unknown, and asking about it is refused."""

    date = models.DateField(_("日期"), primary_key=True)
    is_working = models.BooleanField(_("工作日"))
    name = models.CharField(_("说明"), max_length=32, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("工作日")

    def __str__(self) -> str:
        return self.date.isoformat()

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClockSetting(models.Model):
    """时钟. One row: how far the house's clock stands from real time (demo and tests only)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(_("与实际时间之差"), default=timedelta(0))

    class Meta:
        verbose_name = verbose_name_plural = _("时钟")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_one_row")]

    def __str__(self) -> str:
        return str(self.offset)

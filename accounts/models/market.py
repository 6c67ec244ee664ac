"""Markets where merchants stand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Market(models.Model):
    """市场: a place with stalls."""

    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    province = models.CharField(_("省"), max_length=2)
    address = models.CharField(_("地址"), max_length=200, default="", blank=True)
    opened_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("市场")

    def __str__(self) -> str:
        return self.name

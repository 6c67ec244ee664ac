"""How a bank's own table is read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BillTemplate(models.Model):
    """账单模板: which column of a bank's table holds what, which words it uses, where its totals stand.

    A template is never edited: a bank that changes its table gets a new one.
    """

    code = models.CharField(_("代码"), max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    columns = models.JSONField(_("列名"))
    refund_words = models.JSONField(_("表示退款的字样"), default=list)
    success_words = models.JSONField(_("表示成功的字样"), default=list)
    totals_mark = models.CharField(_("合计行的首格"), max_length=16)
    totals = models.JSONField(_("合计的位置"))
    time_format = models.CharField(_("时间格式"), max_length=32)
    is_ordered = models.BooleanField(_("按时间排列"), default=True)
    declared_by = models.CharField(_("经办"), max_length=80)
    declared_at = models.DateTimeField(_("录入时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("账单模板")

    def __str__(self) -> str:
        return self.name

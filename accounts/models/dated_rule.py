"""Legal limits with their dates and sources."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import DateSpan


class DatedRule(models.Model):
    """规则: one value in force over [valid_from, valid_until). Two values for one day are impossible."""

    name = models.CharField(_("规则"), max_length=64)
    value = models.BigIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=12)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    source = models.CharField(_("出处"), max_length=200)
    note = models.CharField(_("说明"), max_length=200, default="", blank=True)
    is_read_in_source = models.BooleanField(_("已核对原文"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("规则")
        constraints = [
            ExclusionConstraint(
                name="dated_rule_one_value",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="dated_rule_sourced", condition=~models.Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value} {self.unit}"

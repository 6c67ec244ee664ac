"""Licensed institutions that the platform serves, and the papers that let it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from accounts.rules import states
from silk_road_ebao.kernel.machine import Machine


class DateSpan(Func):
    """[valid_from, valid_until) as a PostgreSQL daterange."""

    function = "daterange"
    output_field = DateRangeField()


class InstitutionKind(models.TextChoices):
    """What licence the institution holds."""

    BANK = "BANK", _("银行")
    ACQUIRER = "ACQUIRER", _("收单机构")
    CREDIT_AGENCY = "CREDIT_AGENCY", _("征信机构")
    WAREHOUSE_KEEPER = "WAREHOUSE_KEEPER", _("仓储保管人")


class Institution(Machine):
    """机构: a bank, acquirer, credit agency or warehouse keeper."""

    STATES = states.INSTITUTION

    code = models.CharField(_("代码"), max_length=24, unique=True)
    kind = models.CharField(_("类型"), max_length=24, choices=InstitutionKind.choices)
    name = models.CharField(_("全称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=24)
    province = models.CharField(_("分支机构所在省"), max_length=2, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("机构")
        constraints = [
            models.CheckConstraint(name="institution_kind_known", condition=models.Q(kind__in=InstitutionKind.values))
        ]

    def __str__(self) -> str:
        return self.short_name


class InstitutionBranch(models.Model):
    """分支机构: where an institution may serve (R8, region match)."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="branches", verbose_name=_("机构"))
    code = models.CharField(_("机构号"), max_length=32)
    name = models.CharField(_("名称"), max_length=120)
    province = models.CharField(_("省"), max_length=2)
    region = models.CharField(_("地区"), max_length=12, default="", blank=True)
    opened_date = models.DateField(_("启用日"))
    closed_date = models.DateField(_("停用日"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("分支机构")
        constraints = [models.UniqueConstraint(name="institution_branch_once", fields=["institution", "code"])]

    def __str__(self) -> str:
        return self.name


class PaperKind(models.TextChoices):
    """What a paper proves."""

    CONTRACT = "CONTRACT", _("合作协议")
    PARTNER_LISTING = "PARTNER_LISTING", _("总行合作名单")
    LICENCE = "LICENCE", _("业务许可证")
    OTHER = "OTHER", _("其他凭据")


class InstitutionPaper(models.Model):
    """机构凭据: contract, partner-list entry or licence with its validity; the document's hash is fixed (R23)."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="papers", verbose_name=_("机构"))
    kind = models.CharField(_("种类"), max_length=24, choices=PaperKind.choices)
    reference = models.CharField(_("编号"), max_length=120)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    sha256 = models.CharField(_("文件指纹"), max_length=64, default="", blank=True)
    source = models.CharField(_("出处"), max_length=200, default="", blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("机构凭据")
        constraints = [
            models.UniqueConstraint(name="institution_paper_once", fields=["institution", "kind", "reference"]),
            models.CheckConstraint(
                name="institution_paper_order",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.reference}"


class InstitutionLimit(models.Model):
    """机构限额: what an institution itself allows, from when to when; never two values for one day."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="limits", verbose_name=_("机构"))
    name = models.CharField(_("限额"), max_length=64)
    value = models.BigIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=12)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    source = models.CharField(_("出处"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("机构限额")
        constraints = [
            ExclusionConstraint(
                name="institution_limit_one_value",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.name}"

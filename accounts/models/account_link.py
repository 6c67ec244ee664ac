"""Links between people and merchants: the combination no bank can make."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.models.settlement_account import SettlementAccount
from accounts.rules import states
from silk_road_ebao.kernel.machine import Machine


class TimeSpan(Func):
    """[valid_from, valid_until) as a PostgreSQL tstzrange."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Relation(models.TextChoices):
    """What the source is to the target."""

    OWNER = "OWNER", _("经营者")
    EMPLOYEE = "EMPLOYEE", _("员工")
    MEMBER = "MEMBER", _("成员")
    SUPPLIER = "SUPPLIER", _("供货方")
    BUYER = "BUYER", _("采购方")
    GUARANTOR = "GUARANTOR", _("担保人")
    FAMILY = "FAMILY", _("家人")


class EvidenceKind(models.TextChoices):
    """What shows that the relation is real."""

    LICENCE = "LICENCE", _("营业执照")
    CONTRACT = "CONTRACT", _("合同")
    HOUSEHOLD = "HOUSEHOLD", _("户口簿")
    TRADE = "TRADE", _("交易记录")
    STATEMENT = "STATEMENT", _("双方声明")


class AccountLink(Machine):
    """账户关联: source is RELATION of target, agreed by both, ended by either.

    Two links whose exclusion keys are equal contradict each other and may not be live at the same moment.
    """

    STATES = states.ACCOUNT_LINK

    link_no = models.CharField(_("编号"), max_length=32, unique=True)
    relation = models.CharField(_("关系"), max_length=16, choices=Relation.choices)
    source_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="links_out", verbose_name=_("发起方（人）")
    )
    source_merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="links_out", verbose_name=_("发起方（店）")
    )
    target_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="links_in", verbose_name=_("对方（人）")
    )
    target_merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="links_in", verbose_name=_("对方（店）")
    )
    source_account = models.ForeignKey(
        SettlementAccount, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发起方账户")
    )
    target_account = models.ForeignKey(
        SettlementAccount, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对方账户")
    )
    exclusion_key = models.CharField(max_length=120, editable=False)
    evidence_kind = models.CharField(_("凭据"), max_length=16, choices=EvidenceKind.choices)
    evidence_note = models.CharField(_("凭据说明"), max_length=200, default="", blank=True)
    evidence_sha256 = models.CharField(_("文件指纹"), max_length=64, default="", blank=True)
    proposed_by_source = models.BooleanField(_("由发起方提出"))
    source_agreed_at = models.DateTimeField(_("发起方同意时间"), null=True, blank=True)
    target_agreed_at = models.DateTimeField(_("对方同意时间"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("提出时间"))
    valid_from = models.DateTimeField(_("起"))
    valid_until = models.DateTimeField(_("止"), null=True, blank=True)
    ended_by = models.CharField(_("终止人"), max_length=64, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("账户关联")
        constraints = [
            models.CheckConstraint(
                name="account_link_one_source",
                condition=models.Q(source_person__isnull=False, source_merchant__isnull=True)
                | models.Q(source_person__isnull=True, source_merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="account_link_one_target",
                condition=models.Q(target_person__isnull=False, target_merchant__isnull=True)
                | models.Q(target_person__isnull=True, target_merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="account_link_not_itself",
                condition=~models.Q(source_person=models.F("target_person"))
                & ~models.Q(source_merchant=models.F("target_merchant")),
            ),
            models.CheckConstraint(
                name="account_link_live_by_both",
                condition=~models.Q(status="LIVE")
                | models.Q(source_agreed_at__isnull=False, target_agreed_at__isnull=False),
            ),
            ExclusionConstraint(
                name="account_link_no_contradiction",
                expressions=[
                    ("exclusion_key", RangeOperators.EQUAL),
                    (TimeSpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status__in=["PROPOSED", "LIVE"]),
            ),
        ]

    def __str__(self) -> str:
        return self.link_no

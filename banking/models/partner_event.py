"""What partners are told, in an order they can rely on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution
from banking.rules.partner_event import TYPES


class PartnerEventCounter(models.Model):
    """事件计数: the last number given to an institution's events; its row lock is the sequencer.

    The number is taken and the event inserted under one row lock that is held until the commit, so numbers appear
    in the order of commits and without gaps: a reader that has seen number n never meets a smaller one later.
    """

    institution = models.OneToOneField(Institution, models.PROTECT, related_name="+", verbose_name=_("机构"))
    last_seq = models.BigIntegerField(_("最后序号"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("事件计数")

    def __str__(self) -> str:
        return f"{self.institution_id} {self.last_seq}"


class PartnerEvent(models.Model):
    """合作方事件: one thing that happened, told to one institution. Append-only in SQL."""

    event_no = models.CharField(_("编号"), max_length=32, unique=True)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("机构"))
    event_seq = models.BigIntegerField(_("序号"))
    type = models.CharField(_("类型"), max_length=64)
    data = models.JSONField(_("内容"), default=dict)
    occurred_at = models.DateTimeField(_("发生时间"))
    source = models.CharField(_("来源"), max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = _("合作方事件")
        constraints = [
            models.UniqueConstraint(name="partner_event_sequence", fields=["institution", "event_seq"]),
            models.UniqueConstraint(name="partner_event_once", fields=["institution", "source"]),
            models.CheckConstraint(name="partner_event_type", condition=models.Q(type__in=TYPES)),
        ]

    def __str__(self) -> str:
        return f"{self.event_seq} {self.type}"

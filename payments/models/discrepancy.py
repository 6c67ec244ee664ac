"""What does not agree."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules import discrepancy as rules
from silk_road_ebao.kernel.machine import Machine


class DiscrepancyKind(models.TextChoices):
    """The twelve kinds of a bill, and the payout."""

    PLATFORM_MISSING = rules.PLATFORM_MISSING, _("平台缺账")
    CHANNEL_MISSING = rules.CHANNEL_MISSING, _("渠道缺账")
    AMOUNT_OVER = rules.AMOUNT_OVER, _("金额长款")
    AMOUNT_SHORT = rules.AMOUNT_SHORT, _("金额短款")
    STATUS_OVER = rules.STATUS_OVER, _("状态长款")
    STATUS_SHORT = rules.STATUS_SHORT, _("状态短款")
    FEE = rules.FEE, _("手续费不符")
    REFUND = rules.REFUND, _("退款不符")
    DUPLICATE_PAYMENT = rules.DUPLICATE_PAYMENT, _("重复支付")
    PROFIT_SHARING = rules.PROFIT_SHARING, _("分账不符")
    WRONG_SUB_MERCHANT = rules.WRONG_SUB_MERCHANT, _("商户号不符")
    WRONG_DAY = rules.WRONG_DAY, _("日期不符")
    PAYOUT = rules.PAYOUT, _("到账不符")


class Discrepancy(Machine):
    """差错: one difference between our records and an acquirer's, until two people have settled it."""

    STATES = rules.DISCREPANCY

    discrepancy_no = models.CharField(_("差错号"), max_length=32, unique=True)
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    day = models.DateField(_("营业日"))
    kind = models.CharField(_("种类"), max_length=24, choices=DiscrepancyKind.choices)
    subject_no = models.CharField(_("单号"), max_length=64)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("商户")
    )
    sub_mchid = models.CharField(_("特约商户号"), max_length=32, default="", blank=True)
    ours_fen = models.BigIntegerField(_("我方金额"), null=True, blank=True)
    theirs_fen = models.BigIntegerField(_("对方金额"), null=True, blank=True)
    ours = models.JSONField(_("我方"), default=dict, blank=True)
    theirs = models.JSONField(_("对方"), default=dict, blank=True)
    bill = models.ForeignKey(
        "payments.Bill", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("账单")
    )
    line_no = models.IntegerField(_("行号"), null=True, blank=True)
    cause = models.CharField(_("原因代码"), max_length=32)
    evidence = models.JSONField(_("证据"), default=dict, blank=True)
    resolution = models.CharField(_("处理"), max_length=255, default="", blank=True)
    opened_at = models.DateTimeField(_("发现时间"))
    suspense_until = models.DateField(_("挂账至"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("结案时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("差错")
        constraints = [
            models.UniqueConstraint(
                name="discrepancy_once", fields=["acquirer_code", "day", "kind", "subject_no", "cause"]
            ),
            models.CheckConstraint(
                name="discrepancy_resolved_says_how",
                condition=~Q(status="RESOLVED") | Q(resolved_at__isnull=False) & ~Q(resolution=""),
            ),
        ]
        indexes = [
            models.Index(name="discrepancy_day", fields=["day", "status"]),
            models.Index(name="discrepancy_suspense", fields=["suspense_until"], condition=Q(status="SUSPENSE")),
            models.Index(name="discrepancy_subject", fields=["subject_no"]),
        ]

    def __str__(self) -> str:
        return self.discrepancy_no

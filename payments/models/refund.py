"""Money on its way back to the payer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class RefundKind(models.TextChoices):
    """Why money goes back."""

    CUSTOMER = "CUSTOMER", _("顾客退款")
    SURPLUS = "SURPLUS", _("重复支付退回")


class Refund(Machine):
    """退款单: our number (the acquirer's out_refund_no), reserved under the payment's lock before anything is sent."""

    STATES = states.REFUND

    refund_no = models.CharField(_("退款单号"), max_length=32, unique=True)
    uid = models.UUIDField(_("记账号"), unique=True)
    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="refunds", verbose_name=_("支付单"))
    attempt = models.ForeignKey(
        "payments.PaymentAttempt", models.PROTECT, related_name="refunds", verbose_name=_("支付尝试")
    )
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    kind = models.CharField(_("类型"), max_length=16, choices=RefundKind.choices)
    amount_fen = models.BigIntegerField(_("金额"))
    shared_fen = models.BigIntegerField(_("分账方退回"), default=0, db_default=0)
    odd_fen = models.BigIntegerField(_("尾差（商户承担）"), default=0, db_default=0)
    reason = models.CharField(_("原因"), max_length=80)
    acquirer_refund_no = models.CharField(_("机构退款号"), max_length=64, default="", blank=True)
    failure_code = models.CharField(_("失败码"), max_length=64, default="", blank=True)
    failure_text = models.CharField(_("失败原因"), max_length=255, default="", blank=True)
    requested_by = models.CharField(_("经办"), max_length=80)
    requested_at = models.DateTimeField(_("申请时间"))
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("下次处理"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("处理次数"), default=0)
    refunded_at = models.DateTimeField(_("退回时间"), null=True, blank=True)
    business_date = models.DateField(_("营业日"), null=True, blank=True)
    fee_fen = models.BigIntegerField(_("退回手续费"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("退款单")
        constraints = [
            models.CheckConstraint(name="refund_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="refund_shares", condition=Q(shared_fen__gte=0) & Q(amount_fen__gte=F("shared_fen"))
            ),
            models.CheckConstraint(
                name="refund_succeeded_is_complete",
                condition=~Q(status="SUCCEEDED") | Q(refunded_at__isnull=False, business_date__isnull=False),
            ),
            models.UniqueConstraint(name="refund_surplus_once", fields=["attempt"], condition=Q(kind="SURPLUS")),
        ]
        indexes = [
            models.Index(
                name="refund_due", fields=["acquirer_code", "next_look_at"], condition=Q(next_look_at__isnull=False)
            ),
            models.Index(name="refund_day", fields=["business_date", "acquirer_code"]),
            models.Index(name="refund_requested", fields=["requested_at"]),
        ]

    def __str__(self) -> str:
        return self.refund_no


class RefundLine(models.Model):
    """退款明细: which goods of a bill go back, and for how much."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines", verbose_name=_("退款"))
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("品名"), max_length=120)
    amount_fen = models.BigIntegerField(_("金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("退款明细")
        constraints = [
            models.UniqueConstraint(name="refund_line_once", fields=["refund", "position"]),
            models.CheckConstraint(name="refund_line_amount", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.text}"

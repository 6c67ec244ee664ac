"""Profit sharing: the acquirer splits, we only instruct."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class SharingReceiver(Machine):
    """分账接收方: on-boarded, signed and bound at the acquirer before a fen may go there (R3)."""

    STATES = states.SHARING_RECEIVER

    sub_merchant = models.ForeignKey(
        "payments.SubMerchant", models.PROTECT, related_name="sharing_receivers", verbose_name=_("特约商户号")
    )
    account_type = models.CharField(_("账户类型"), max_length=24)
    account = models.CharField(_("账户"), max_length=64)
    name = models.CharField(_("全称"), max_length=120)
    is_platform = models.BooleanField(_("平台服务费"), default=False)
    contract_no = models.CharField(_("合同号"), max_length=64)
    signed_at = models.DateTimeField(_("签约时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("分账接收方")
        constraints = [
            models.UniqueConstraint(name="sharing_receiver_once", fields=["sub_merchant", "account_type", "account"])
        ]

    def __str__(self) -> str:
        return self.name


class ProfitSharing(Machine):
    """分账单: one instruction to the acquirer under one number that never changes on retry."""

    STATES = states.SHARING

    sharing_no = models.CharField(_("分账单号"), max_length=32, unique=True)
    uid = models.UUIDField(_("记账号"), unique=True)
    attempt = models.ForeignKey(
        "payments.PaymentAttempt", models.PROTECT, related_name="sharings", verbose_name=_("支付尝试")
    )
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    purpose = models.CharField(
        _("用途"), max_length=8, choices=[("SPLIT", _("分账")), ("UNFREEZE", _("解冻")), ("RETURN", _("回退"))]
    )
    of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="returns", verbose_name=_("原分账")
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, blank=True, related_name="split_returns", verbose_name=_("退款单")
    )
    is_last = models.BooleanField(_("最后一笔"), default=False, db_default=False)
    total_fen = models.BigIntegerField(_("金额"))
    returned_fen = models.BigIntegerField(_("已回退"), default=0)
    acquirer_sharing_no = models.CharField(_("机构分账号"), max_length=64, default="", blank=True)
    failure_text = models.CharField(_("失败原因"), max_length=255, default="", blank=True)
    requested_at = models.DateTimeField(_("申请时间"))
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("下次处理"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("处理次数"), default=0)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("分账单")
        constraints = [
            models.CheckConstraint(
                name="sharing_amounts",
                condition=Q(total_fen__gte=0, returned_fen__gte=0) & Q(total_fen__gte=F("returned_fen")),
            ),
            models.CheckConstraint(
                name="sharing_return_of", condition=Q(purpose="RETURN", of__isnull=False) | ~Q(purpose="RETURN")
            ),
            models.UniqueConstraint(
                name="sharing_unfreeze_once", fields=["attempt"], condition=Q(purpose="UNFREEZE") & ~Q(status="FAILED")
            ),
        ]
        indexes = [
            models.Index(
                name="sharing_due", fields=["acquirer_code", "next_look_at"], condition=Q(next_look_at__isnull=False)
            ),
            BrinIndex(name="sharing_requested", fields=["requested_at"]),
        ]

    def __str__(self) -> str:
        return self.sharing_no


class SharingLine(models.Model):
    """分账明细: how much of a split goes to one receiver."""

    sharing = models.ForeignKey(ProfitSharing, models.PROTECT, related_name="lines", verbose_name=_("分账"))
    receiver = models.ForeignKey(SharingReceiver, models.PROTECT, related_name="lines", verbose_name=_("接收方"))
    amount_fen = models.BigIntegerField(_("金额"))
    result = models.CharField(_("结果"), max_length=16, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("分账明细")
        constraints = [
            models.UniqueConstraint(name="sharing_line_once", fields=["sharing", "receiver"]),
            models.CheckConstraint(name="sharing_line_amount", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.receiver_id} {self.amount_fen}"

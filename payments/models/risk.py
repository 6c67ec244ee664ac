"""Risk: rules as data, what they hit, and what waits for a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class Action(models.TextChoices):
    """What a hit leads to, mildest first."""

    PASS = "PASS", _("放行")
    REVIEW = "REVIEW", _("复核")
    HOLD = "HOLD", _("暂缓")
    REFUSE = "REFUSE", _("拒绝")


class RiskRule(models.Model):
    """风险规则: one measure, its bound, and what follows; dated, first tried dry on history."""

    code = models.CharField(_("代码"), max_length=40)
    scope = models.CharField(
        _("范围"), max_length=8, choices=[("PAYMENT", _("收款")), ("TRANSFER", _("账户转账"))], default="PAYMENT"
    )
    measure = models.CharField(_("指标"), max_length=32)
    params = models.JSONField(_("参数"), default=dict)
    action = models.CharField(_("动作"), max_length=8, choices=Action.choices)
    is_live = models.BooleanField(_("生效"), default=False)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("风险规则")
        constraints = [models.UniqueConstraint(name="risk_rule_once", fields=["code", "valid_from"])]

    def __str__(self) -> str:
        return self.code


class RiskHit(models.Model):
    """风险命中: which rule struck which order, with its figures; never shown to the subject (R20)."""

    rule = models.ForeignKey(RiskRule, models.PROTECT, related_name="hits", verbose_name=_("规则"))
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("商户")
    )
    subject = models.CharField(_("对象"), max_length=64)
    action = models.CharField(_("动作"), max_length=8, choices=Action.choices)
    figures = models.JSONField(_("数据"), default=dict)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("风险命中")
        constraints = [models.UniqueConstraint(name="risk_hit_once", fields=["rule", "subject"])]
        indexes = [models.Index(name="risk_hit_merchant", fields=["merchant", "-at"])]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.subject}"


class RiskReview(Machine):
    """风险复核: an order that waits for a person's decision."""

    STATES = states.RISK_REVIEW

    review_no = models.CharField(_("编号"), max_length=32, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("商户")
    )
    subject = models.CharField(_("对象"), max_length=64)
    reason = models.CharField(_("原因"), max_length=255)
    opened_at = models.DateTimeField(_("发起时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.CharField(_("决定人"), max_length=80, default="", blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("风险复核")
        constraints = [
            models.UniqueConstraint(name="risk_review_open_once", fields=["subject"], condition=Q(status="OPEN"))
        ]

    def __str__(self) -> str:
        return self.review_no


class RiskFeed(models.Model):
    """投诉与违规: a complaint or violation that an acquirer reported about a merchant."""

    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    feed_no = models.CharField(_("机构编号"), max_length=64)
    kind = models.CharField(_("种类"), max_length=12, choices=[("COMPLAINT", _("投诉")), ("VIOLATION", _("违规"))])
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("商户")
    )
    attempt_no = models.CharField(_("尝试号"), max_length=32, default="", blank=True)
    text = models.CharField(_("内容"), max_length=500, default="", blank=True)
    reported_at = models.DateTimeField(_("时间"))
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("投诉与违规")
        constraints = [models.UniqueConstraint(name="risk_feed_once", fields=["acquirer_code", "feed_no"])]

    def __str__(self) -> str:
        return self.feed_no


class ScreenedTransfer(models.Model):
    """转账筛查: an order to move money between a bank account and its bound account, screened; the bank executes it.

    Account and device are keyed hashes; the amount is in fen. It is a record of a question, never of money.
    """

    order_no = models.CharField(_("指令号"), max_length=64, unique=True)
    direction = models.CharField(_("方向"), max_length=3, choices=[("IN", _("转入")), ("OUT", _("转出"))])
    account_token = models.BinaryField(_("账户"), max_length=32, editable=False)
    device_token = models.BinaryField(_("设备"), max_length=32, null=True, editable=False)
    amount_fen = models.BigIntegerField(_("金额"))
    action = models.CharField(_("动作"), max_length=8, choices=Action.choices)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("转账筛查")
        constraints = [models.CheckConstraint(name="screened_transfer_amount", condition=Q(amount_fen__gt=0))]
        indexes = [
            models.Index(name="screened_transfer_account", fields=["account_token", "-at"]),
            models.Index(name="screened_transfer_device", fields=["device_token", "-at"]),
        ]

    def __str__(self) -> str:
        return self.order_no


class CreditReceipt(models.Model):
    """信用卡收款累计: credit-card receipts of one ID over all its shops at one acquirer in one day (R5). Fen."""

    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+", verbose_name=_("人"))
    business_date = models.DateField(_("营业日"))
    amount_fen = models.BigIntegerField(_("金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("信用卡收款累计")
        constraints = [
            models.UniqueConstraint(name="credit_receipt_once", fields=["acquirer_code", "person", "business_date"]),
            models.CheckConstraint(name="credit_receipt_amounts", condition=Q(amount_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_code} {self.business_date} {self.amount_fen}"

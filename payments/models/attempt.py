"""One try to be paid at one acquirer."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class Flow(models.TextChoices):
    """How the payer is led."""

    NATIVE = "NATIVE", _("扫码支付")
    JSAPI = "JSAPI", _("钱包内支付")
    H5 = "H5", _("浏览器支付")
    BARCODE = "BARCODE", _("付款码")
    ACCOUNT = "ACCOUNT", _("账户支付")


class PaymentAttempt(Machine):
    """支付尝试: our own number at one acquirer (its out_trade_no), used once and never anywhere else."""

    STATES = states.ATTEMPT

    attempt_no = models.CharField(_("尝试号"), max_length=32)
    uid = models.UUIDField(_("记账号"), unique=True)
    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="attempts", verbose_name=_("支付单"))
    sub_merchant = models.ForeignKey(
        "payments.SubMerchant",
        models.PROTECT,
        related_name="attempts",
        db_index=False,
        verbose_name=_("特约商户号"),
    )
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    flow = models.CharField(_("方式"), max_length=16, choices=Flow.choices)
    amount_fen = models.BigIntegerField(_("金额"))
    code_url = models.CharField(_("跳转地址"), max_length=512, default="", blank=True)
    prepay = models.JSONField(_("调起参数"), default=dict, blank=True)
    acquirer_trade_no = models.CharField(_("机构交易号"), max_length=64, default="", blank=True)
    failure_code = models.CharField(_("失败码"), max_length=64, default="", blank=True)
    failure_text = models.CharField(_("失败原因"), max_length=255, default="", blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("有效至"))
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    next_query_at = models.DateTimeField(_("下次查询"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("查询次数"), default=0)
    paid_at = models.DateTimeField(_("支付时间"), null=True, blank=True)
    business_date = models.DateField(_("营业日"), null=True, blank=True)
    payer_token = models.BinaryField(_("付款人"), max_length=32, null=True, editable=False)
    funding = models.CharField(_("资金来源"), max_length=8, default="", blank=True)
    fee_fen = models.BigIntegerField(_("手续费"), null=True, blank=True)
    is_shared = models.BooleanField(_("可分账"), default=False)
    takes_credit = models.BooleanField(_("可用信用卡"), default=True, db_default=True)
    is_surplus = models.BooleanField(_("重复支付"), default=False)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("支付尝试")
        constraints = [
            models.UniqueConstraint(name="attempt_no_once", fields=["attempt_no"]),
            models.CheckConstraint(name="attempt_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="attempt_paid_is_complete",
                condition=~Q(status="PAID")
                | Q(paid_at__isnull=False, business_date__isnull=False) & ~Q(acquirer_trade_no=""),
            ),
            models.CheckConstraint(
                name="attempt_fee", condition=Q(fee_fen__isnull=True) | Q(fee_fen__gte=0, fee_fen__lte=F("amount_fen"))
            ),
            models.UniqueConstraint(
                name="attempt_trade_no_once",
                fields=["acquirer_code", "acquirer_trade_no"],
                condition=Q(status="PAID"),
            ),
        ]
        indexes = [
            models.Index(
                name="attempt_due", fields=["acquirer_code", "next_query_at"], condition=Q(next_query_at__isnull=False)
            ),
            models.Index(name="attempt_of_number", fields=["sub_merchant", "business_date"]),
            models.Index(name="attempt_day", fields=["business_date", "acquirer_code"]),
            models.Index(name="attempt_shared_day", fields=["business_date"], condition=Q(is_shared=True)),
            BrinIndex(name="attempt_created", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return self.attempt_no

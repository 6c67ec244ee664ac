"""What a merchant is to be paid."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.machine import Machine


class Channel(models.TextChoices):
    """Where the payment came from."""

    STATIC_CODE = "STATIC_CODE", _("摊位码")
    DYNAMIC_CODE = "DYNAMIC_CODE", _("账单码")
    BARCODE = "BARCODE", _("扫付款码")
    STORE = "STORE", _("云店")
    ACCOUNT = "ACCOUNT", _("账户支付")


class Payment(Machine):
    """支付单: one amount a merchant is to be paid, whatever attempts it takes."""

    STATES = states.PAYMENT

    payment_no = models.CharField(_("支付单号"), max_length=32)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="payments", db_index=False, verbose_name=_("商户")
    )
    stall = models.ForeignKey(
        "accounts.Stall",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        db_index=False,
        verbose_name=_("摊位"),
    )
    order_no = models.CharField(_("商户单号"), max_length=64, null=True, blank=True)  # noqa: DJ001  # unique where given
    channel = models.CharField(_("入口"), max_length=16, choices=Channel.choices)
    amount_fen = models.BigIntegerField(_("金额"))
    refunded_fen = models.BigIntegerField(_("已退"), default=0)
    refunding_fen = models.BigIntegerField(_("退款中"), default=0)
    description = models.CharField(_("说明"), max_length=120)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("有效至"))
    paid_at = models.DateTimeField(_("支付时间"), null=True, blank=True)
    business_date = models.DateField(_("营业日"), null=True, blank=True)
    paid_attempt = models.ForeignKey(
        "payments.PaymentAttempt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("付成的尝试"),
    )

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("支付单")
        constraints = [
            models.UniqueConstraint(name="payment_no_once", fields=["payment_no"]),
            models.UniqueConstraint(name="payment_order_once", fields=["merchant", "order_no"]),
            models.CheckConstraint(name="payment_amount", condition=Q(amount_fen__gt=0, amount_fen__lte=10**12)),
            models.CheckConstraint(
                name="payment_refund_ceiling",
                condition=Q(refunded_fen__gte=0, refunding_fen__gte=0)
                & Q(amount_fen__gte=F("refunded_fen") + F("refunding_fen")),
            ),
            models.CheckConstraint(
                name="payment_paid_is_complete",
                condition=~Q(status__in=states.PAID_EVER)
                | Q(paid_at__isnull=False, business_date__isnull=False, paid_attempt__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_refunded_was_paid",
                condition=Q(refunded_fen=0, refunding_fen=0) | Q(status__in=states.PAID_EVER),
            ),
        ]
        indexes = [
            models.Index(name="payment_of_merchant", fields=["merchant", "-created_at"]),
            models.Index(name="payment_day", fields=["business_date", "merchant"]),
            models.Index(
                name="payment_expiry", fields=["expires_at"], condition=Q(status__in=(*states.LIVE, "FAILED"))
            ),
        ]

    def __str__(self) -> str:
        return self.payment_no

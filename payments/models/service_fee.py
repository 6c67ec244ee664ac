"""What merchants owe us for our services."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules.service_fee import INVOICE, SEPARATE, SERVICE_FEE, SPLIT
from silk_road_ebao.kernel.machine import Machine


class ServiceFee(Machine):
    """服务费: one merchant, day, contract and price; the payments behind it are recomputed line by line on demand.

    `subject_no` is the acquirer's code for fees on payments, or the number of the thing charged for (a waybill, a
    receipt). `fee_fen` is net of what refunds gave back; `split_fen` of it the acquirer has split off already.
    """

    STATES = SERVICE_FEE

    fee_no = models.CharField(_("费用号"), max_length=32, unique=True)
    uid = models.UUIDField(_("记账号"), unique=True)
    contract = models.ForeignKey(
        "payments.ServiceContract", models.PROTECT, related_name="fees", verbose_name=_("合同")
    )
    line = models.ForeignKey("payments.TariffLine", models.PROTECT, related_name="fees", verbose_name=_("价目行"))
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="service_fees", verbose_name=_("商户")
    )
    day = models.DateField(_("营业日"))
    subject_no = models.CharField(_("对象"), max_length=64)
    collection = models.CharField(
        _("收取方式"), max_length=8, choices=[(SPLIT, _("分账收取")), (SEPARATE, _("单独收取"))]
    )
    payments = models.BigIntegerField(_("笔数"), default=0)
    base_fen = models.BigIntegerField(_("计费金额"), default=0)
    charged_fen = models.BigIntegerField(_("应收"), default=0)
    returned_fen = models.BigIntegerField(_("退费"), default=0)
    fee_fen = models.BigIntegerField(_("服务费"))
    split_fen = models.BigIntegerField(_("已分账"), default=0)
    invoice = models.ForeignKey(
        "payments.FeeInvoice", models.PROTECT, null=True, blank=True, related_name="fees", verbose_name=_("服务费账单")
    )
    charged_at = models.DateTimeField(_("计费时间"))

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("服务费")
        constraints = [
            models.UniqueConstraint(name="service_fee_once", fields=["contract", "line", "day", "subject_no"]),
            models.CheckConstraint(
                name="service_fee_sums", condition=Q(fee_fen=models.F("charged_fen") - models.F("returned_fen"))
            ),
        ]
        indexes = [models.Index(name="service_fee_merchant", fields=["merchant", "day"])]

    def __str__(self) -> str:
        return self.fee_no


class FeeInvoice(Machine):
    """服务费账单: fees collected separately, asked for together; reminded, paid, or waived by two people."""

    STATES = INVOICE

    invoice_no = models.CharField(_("账单号"), max_length=32, unique=True)
    uid = models.UUIDField(_("记账号"), unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="fee_invoices", verbose_name=_("商户")
    )
    period = models.CharField(_("账期"), max_length=7)
    amount_fen = models.BigIntegerField(_("金额"))
    issued_at = models.DateTimeField(_("开出时间"))
    due_date = models.DateField(_("到期日"))
    reminders = models.PositiveSmallIntegerField(_("催缴次数"), default=0)
    reminded_at = models.DateTimeField(_("最近催缴"), null=True, blank=True)
    paid_at = models.DateTimeField(_("缴清时间"), null=True, blank=True)
    receipt_ref = models.CharField(_("收款凭据"), max_length=64, default="", blank=True)
    payment = models.OneToOneField(
        "payments.Payment", models.PROTECT, null=True, blank=True, related_name="fee_invoice", verbose_name=_("支付单")
    )
    tax_invoice_no = models.CharField(_("发票号码"), max_length=32, default="", blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("服务费账单")
        constraints = [
            models.UniqueConstraint(name="fee_invoice_once", fields=["merchant", "period"]),
            models.CheckConstraint(name="fee_invoice_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="fee_invoice_paid_says_how",
                condition=~Q(status="PAID") | Q(paid_at__isnull=False) & ~Q(receipt_ref=""),
            ),
        ]

    def __str__(self) -> str:
        return self.invoice_no


class FeePayee(models.Model):
    """收费主体: our own company as an on-boarded merchant of its own, paid for invoices through the cashier (R2)."""

    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户"))
    appointed_at = models.DateTimeField(_("生效时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收费主体")
        constraints = [
            models.UniqueConstraint(models.Value(1), name="fee_payee_one", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.merchant_id)

"""Acquirers' bills."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules.bill import BILL
from silk_road_ebao.kernel.machine import Machine


class BillKind(models.TextChoices):
    """What a bill tells."""

    TRADE = "TRADE", _("交易账单")
    FUND = "FUND", _("资金账单")
    SHARING = "SHARING", _("分账账单")


class Bill(Machine):
    """账单: one version of what an acquirer (or a bank) says about a day; its raw file is kept as it came."""

    STATES = BILL

    bill_no = models.CharField(_("账单号"), max_length=32, unique=True)
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    kind = models.CharField(_("种类"), max_length=8, choices=BillKind.choices)
    day = models.DateField(_("账单日"))
    scope = models.CharField(_("特约商户号"), max_length=32, default="", blank=True)
    version = models.PositiveSmallIntegerField(_("版本"))
    form = models.CharField(_("格式"), max_length=24)
    file_name = models.CharField(_("原件"), max_length=160)
    sha256 = models.CharField(_("指纹"), max_length=64)
    size_bytes = models.BigIntegerField(_("字节"))
    rows = models.BigIntegerField(_("笔数"), default=0)
    paid_fen = models.BigIntegerField(_("交易金额"), default=0)
    refunded_fen = models.BigIntegerField(_("退款金额"), default=0)
    fee_fen = models.BigIntegerField(_("手续费"), default=0)
    repeats = models.PositiveIntegerField(_("重复单号"), default=0)
    refusal = models.CharField(_("拒收原因"), max_length=255, default="", blank=True)
    fetched_at = models.DateTimeField(_("取得时间"))
    fetched_by = models.CharField(_("经办"), max_length=80)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("账单")
        constraints = [
            models.UniqueConstraint(
                name="bill_version_once", fields=["acquirer_code", "kind", "day", "scope", "version"]
            ),
            models.UniqueConstraint(
                name="bill_one_live",
                fields=["acquirer_code", "kind", "day", "scope"],
                condition=~Q(status__in=["SUPERSEDED", "REFUSED"]),
            ),
        ]
        indexes = [models.Index(name="bill_day", fields=["day", "acquirer_code"])]

    def __str__(self) -> str:
        return f"{self.acquirer_code} {self.kind} {self.day} v{self.version}"


class BillRow(models.Model):
    """账单明细: one row of a bill, never changed; partitioned by the month of the bill's day.

    `our_no` is the attempt's number of a payment, the refund's of a refund, the split's of a split. `party` is the
    sub-merchant, or the receiver of a split.
    """

    pk = models.CompositePrimaryKey("day", "bill", "line_no")
    day = models.DateField(_("账单日"))
    bill = models.ForeignKey(
        Bill, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("账单")
    )
    line_no = models.IntegerField(_("行号"))
    kind = models.CharField(_("种类"), max_length=8)
    our_no = models.CharField(_("我方单号"), max_length=64)
    origin_no = models.CharField(_("原支付号"), max_length=64, default="")
    acquirer_no = models.CharField(_("机构单号"), max_length=64)
    party = models.CharField(_("特约商户号"), max_length=64)
    occurred_at = models.DateTimeField(_("时间"))
    amount_fen = models.BigIntegerField(_("金额"))
    fee_fen = models.BigIntegerField(_("手续费"))
    outcome = models.CharField(_("状态"), max_length=24)

    class Meta:
        verbose_name = verbose_name_plural = _("账单明细")
        indexes = [models.Index(name="bill_row_our_no", fields=["our_no"])]

    def __str__(self) -> str:
        return f"{self.bill_id}:{self.line_no}"

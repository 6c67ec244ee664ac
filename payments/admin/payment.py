"""支付单, 支付尝试 and 退款: what was asked, how it went, what went back."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentAttempt, PaymentContext, Refund, RefundLine
from payments.rules.states import PAID_EVER
from payments.services.refund_approvals import ask_refund
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline, StackedRowsInline
from silk_road_ebao.kernel.models import Approval


class AttemptInline(RowsInline):
    """Every attempt at an acquirer."""

    model = PaymentAttempt
    fk_name = "payment"
    fields = ("attempt_no", "acquirer_code", "flow", "amount_fen", "status", "funding", "paid_at", "failure_text")


class RefundInline(RowsInline):
    """Every refund."""

    model = Refund
    fields = ("refund_no", "kind", "amount_fen", "status", "reason", "requested_by", "requested_at", "refunded_at")


class ContextInline(StackedRowsInline):
    """The six elements."""

    model = PaymentContext
    fields = ("scene", "environment", "motive", "relationship", "instrument", "amount_band", "flow")


class RefundLineInline(RowsInline):
    """What went back, line by line."""

    model = RefundLine
    fields = ("position", "text", "amount_fen")
    show_change_link = False


def _ask_refund(press: Press) -> Approval:
    return ask_refund(
        payment=press.row, reason=press.reason, amount_fen=press.amount_fen, actor=press.actor, at=press.at
    )


@admin.register(Payment)
class PaymentAdmin(OperatorAdmin):
    """What merchants asked for; a refund from here needs a second person."""

    list_display = (
        "payment_no", "merchant", "stall", "channel", yuan_column("amount_fen", _("金额")), "status",
        yuan_column("refunded_fen", _("已退")), "created_at", "paid_at",
    )  # fmt: skip
    list_filter = ("status", "channel")
    list_select_related = ("merchant", "stall")
    date_hierarchy = "created_at"
    search_fields = ("payment_no", "order_no", "merchant__merchant_no", "merchant__name", "attempts__attempt_no")
    ordering = ("-pk",)
    inlines = (ContextInline, AttemptInline, RefundInline)
    buttons = (
        Button(
            "refund", _("退款（需复核）"), _ask_refund, role="MAKER", asks_reason=True, asks_amount=True,
            is_danger=True,
            shown=lambda row: row.status in PAID_EVER and row.refunded_fen + row.refunding_fen < row.amount_fen,
        ),
    )  # fmt: skip


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(OperatorAdmin):
    """What went to acquirers under which number."""

    list_display = (
        "attempt_no", "acquirer_code", "flow", yuan_column("amount_fen", _("金额")), "status", "is_surplus",
        "created_at", "paid_at",
    )  # fmt: skip
    list_filter = ("status", "acquirer_code", "flow", "is_surplus")
    search_fields = ("attempt_no", "acquirer_trade_no", "payment__payment_no")
    ordering = ("-pk",)
    hidden = ("prepay",)


@admin.register(Refund)
class RefundAdmin(OperatorAdmin):
    """What goes back, and where it stands at the acquirer."""

    list_display = (
        "refund_no", "payment", "acquirer_code", "kind", yuan_column("amount_fen", _("金额")),
        yuan_column("shared_fen", _("分账方退回")), "status", "reason", "requested_by", "requested_at", "refunded_at",
    )  # fmt: skip
    list_filter = ("status", "kind", "acquirer_code")
    list_select_related = ("payment",)
    date_hierarchy = "requested_at"
    search_fields = ("refund_no", "payment__payment_no", "attempt__attempt_no")
    ordering = ("-pk",)
    inlines = (RefundLineInline,)

"""三账合一 on the console: merchants by day, and where and why their books part."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from supplychain.models import Agreement, AgreementCase, AgreementMethod
from supplychain.services.agreements import Compared, compute_agreements


class CaseInline(RowsInline):
    """Where the books of one day part."""

    model = AgreementCase
    fields = ("cause", "order", "payment_no", "amount_fen", "order_kg", "outbound_kg", "order_fen", "net_paid_fen")


def _again(press: Press) -> Compared:
    return compute_agreements(day=press.row.day, merchant=press.row.merchant, actor=press.actor, at=press.at)


@admin.register(Agreement)
class AgreementAdmin(OperatorAdmin):
    """Each merchant's day: how much of the money agrees in all three books."""

    list_display = (
        "day", "merchant", "share", "cases", "cases_ok",
        yuan_column("amount_fen", _("金额")), yuan_column("amount_ok_fen", _("一致金额")), "is_final",
    )  # fmt: skip
    list_filter = ("is_final", "partings__cause")
    list_select_related = ("merchant",)
    date_hierarchy = "day"
    search_fields = ("merchant__merchant_no", "merchant__name")
    ordering = ("-day", "pk")
    inlines = (CaseInline,)
    buttons = (Button("again", _("重新比对"), _again, on_list=True),)

    @admin.display(description=_("一致比例"))
    def share(self, row: Agreement) -> str:
        """Show Σ amount·ok / Σ amount."""
        return f"{row.amount_ok_fen * 100 / row.amount_fen:.1f}%" if row.amount_fen else "—"


@admin.register(AgreementCase)
class AgreementCaseAdmin(OperatorAdmin):
    """All partings, by cause."""

    list_display = (
        "day", "merchant", "cause", "order", "payment_no", yuan_column("amount_fen", _("金额")),
        "order_kg", "outbound_kg", yuan_column("net_paid_fen", _("净收款")),
    )  # fmt: skip
    list_filter = ("cause", "agreement__is_final")
    list_select_related = ("agreement__merchant", "order")
    search_fields = ("order__order_no", "payment_no", "agreement__merchant__merchant_no")
    ordering = ("-agreement__day", "-amount_fen", "pk")

    @admin.display(description=_("营业日"), ordering="agreement__day")
    def day(self, row: AgreementCase) -> object:
        """Show the day."""
        return row.agreement.day

    @admin.display(description=_("商户"))
    def merchant(self, row: AgreementCase) -> object:
        """Show whose books these are."""
        return row.agreement.merchant


@admin.register(AgreementMethod)
class AgreementMethodAdmin(OperatorAdmin):
    """The tolerances, by version."""

    list_display = ("version", "valid_from", "kg_floor", "kg_bps", "money_floor_fen", "money_bps", "lag_days", "source")
    ordering = ("-valid_from",)

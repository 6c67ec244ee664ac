"""特约商户号, 收单报文, 线路, 摊位码 and 分账: what stands between us and the acquirers."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.models import (
    AcquirerLine,
    AcquirerMessage,
    ProfitSharing,
    SharingLine,
    SharingReceiver,
    StallCode,
    SubMerchant,
)
from payments.services.stall_codes import revoke_stall_code
from payments.services.sub_merchants import hold_sub_merchant, release_sub_merchant
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline


def _hold(press: Press) -> SubMerchant:
    return hold_sub_merchant(sub_merchant=press.row, reason=press.reason, actor=press.actor, at=press.at)


def _release(press: Press) -> SubMerchant:
    return release_sub_merchant(sub_merchant=press.row, actor=press.actor, at=press.at)


def _revoke(press: Press) -> StallCode:
    return revoke_stall_code(code_no=press.row.code_no, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(SubMerchant)
class SubMerchantAdmin(OperatorAdmin):
    """Merchants' numbers; one may be held at once and released when names and province fit."""

    list_display = ("sub_mchid", "acquirer", "merchant", "legal_name", "rate_bps", "rank", "status", "opened_at")
    list_filter = ("status", "acquirer_code")
    list_select_related = ("acquirer", "merchant")
    search_fields = ("sub_mchid", "legal_name", "merchant__merchant_no", "merchant__name")
    ordering = ("-pk",)
    buttons = (
        Button(
            "hold", _("暂停收款"), _hold, role="RISK", asks_reason=True, is_danger=True,
            shown=lambda row: row.status == "ACTIVE",
        ),
        Button("release", _("恢复收款"), _release, role="RISK", shown=lambda row: row.status == "HELD"),
    )  # fmt: skip


@admin.register(StallCode)
class StallCodeAdmin(OperatorAdmin):
    """The codes that hang at the stalls."""

    list_display = ("code_no", "merchant", "stall", "status", "issued_at", "revoked_at")
    list_filter = ("status",)
    list_select_related = ("merchant", "stall")
    search_fields = ("code_no", "merchant__merchant_no", "stall__label", "stall__signboard")
    ordering = ("-pk",)
    buttons = (
        Button(
            "revoke", _("停用这张码"), _revoke, role="RISK", asks_reason=True, is_danger=True,
            shown=lambda row: row.status == "ACTIVE",
        ),
    )  # fmt: skip


@admin.register(AcquirerMessage)
class AcquirerMessageAdmin(OperatorAdmin):
    """What was said on the lines, secrets masked; what was refused, and why."""

    list_display = (
        "at",
        "acquirer_code",
        "direction",
        "kind",
        "subject",
        "verdict",
        "http_status",
        "took_ms",
        "reason",
    )
    list_filter = ("verdict", "direction", "acquirer_code", "kind")
    date_hierarchy = "at"
    search_fields = ("subject",)
    ordering = ("-pk",)


@admin.register(AcquirerLine)
class AcquirerLineAdmin(OperatorAdmin):
    """The breaker of each acquirer's line."""

    list_display = ("acquirer_code", "failures", "open_until", "probing_until", "last_error", "changed_at")
    ordering = ("acquirer_code",)


class SharingLineInline(RowsInline):
    """How much goes to whom."""

    model = SharingLine
    fields = ("receiver", "amount_fen", "result")
    show_change_link = False


@admin.register(ProfitSharing)
class ProfitSharingAdmin(OperatorAdmin):
    """What we instructed acquirers to split, release and take back."""

    list_display = (
        "sharing_no", "acquirer_code", "purpose", "attempt", yuan_column("total_fen", _("金额")),
        yuan_column("returned_fen", _("已回退")), "status", "requested_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status", "purpose", "acquirer_code")
    list_select_related = ("attempt",)
    date_hierarchy = "requested_at"
    search_fields = ("sharing_no", "attempt__attempt_no", "attempt__payment__payment_no")
    ordering = ("-pk",)
    inlines = (SharingLineInline,)


@admin.register(SharingReceiver)
class SharingReceiverAdmin(OperatorAdmin):
    """Who may receive splits: on-boarded, signed and bound (R3)."""

    list_display = ("name", "sub_merchant", "account_type", "account", "is_platform", "contract_no", "status")
    list_filter = ("status", "is_platform")
    list_select_related = ("sub_merchant",)
    search_fields = ("name", "account", "sub_merchant__sub_mchid")
    ordering = ("-pk",)

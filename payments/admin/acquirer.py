"""特约商户号, 收单报文, 线路, 摊位码 and 分账: what stands between us and the acquirers."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
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
from payments.rules.payment import FAULTS_TO_OPEN
from payments.services.acquirer_lines import reset_line
from payments.services.fee_payments import propose_fee_payee
from payments.services.stall_codes import revoke_stall_code
from payments.services.sub_merchants import hold_sub_merchant, release_sub_merchant
from silk_road_ebao.console.columns import state_column, yuan_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.models import Approval


def _hold(press: Press) -> SubMerchant:
    return hold_sub_merchant(sub_merchant=press.row, reason=press.reason, actor=press.actor, at=press.at)


def _release(press: Press) -> SubMerchant:
    return release_sub_merchant(sub_merchant=press.row, actor=press.actor, at=press.at)


def _appoint(press: Press) -> Approval:
    return propose_fee_payee(merchant=press.row.merchant, actor=press.actor, at=press.at)


def _revoke(press: Press) -> StallCode:
    return revoke_stall_code(code_no=press.row.code_no, reason=press.reason, actor=press.actor, at=press.at)


def _reset(press: Press) -> AcquirerLine:
    return reset_line(acquirer_code=press.row.pk, reason=press.reason, actor=press.actor, at=press.at)


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
        Button(
            "payee", _("设为收费主体（需复核）"), _appoint, role="MAKER",
            shown=lambda row: row.status == "ACTIVE" and row.merchant.kind == "COMPANY",
        ),
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


LINE_TONES = {_("正常"): "success", _("有失败"): "warning", _("试探中"): "info", _("断开"): "danger"}
WELL, FAULTY, PROBING, OPEN = LINE_TONES
LAST_ERRORS = 10


@admin.register(AcquirerLine)
class AcquirerLineAdmin(OperatorAdmin):
    """The breaker of each acquirer's line: how it stands, since when, what went wrong last; reset by hand."""

    list_display = ("acquirer_code", "state", "failures", "faulty_since", "open_until", "last_error", "changed_at")
    fields = (
        "acquirer_code", "state", "failures", "faulty_since", "open_until", "probing_until", "last_error",
        "last_errors", "changed_at",
    )  # fmt: skip
    readonly_fields = ("state", "last_errors")
    ordering = ("acquirer_code",)
    buttons = (
        Button("reset", _("恢复线路"), _reset, role="RISK", asks_reason=True, shown=lambda row: row.failures > 0),
    )

    @state_column(description=_("状态"), tones=LINE_TONES)
    def state(self, row: AcquirerLine) -> str:
        """Word how the breaker stands now."""
        if row.failures < FAULTS_TO_OPEN:
            return str(FAULTY if row.failures else WELL)
        return str(OPEN if row.open_until and row.open_until > clock.now() else PROBING)

    @admin.display(description=_("最近的失败"))
    def last_errors(self, row: AcquirerLine) -> SafeString:
        """List the last calls that failed or were doubtful, newest first."""
        found = AcquirerMessage.objects.filter(
            acquirer_code=row.acquirer_code, direction="OUT", verdict="UNCERTAIN"
        ).order_by("-pk")[:LAST_ERRORS]
        rows = [
            (localtime(one.at).strftime("%m-%d %H:%M:%S"), one.kind, one.subject, one.http_status or "—", one.took_ms)
            for one in found
        ]
        return format_html_join("", "<div>{} {} {} HTTP {} · {} ms</div>", rows) or SafeString("—")


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

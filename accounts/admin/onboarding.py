"""进件: the review queue. Papers are opened with a reason; two operators sign; a form goes back with a reason."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.ground import CHIPS
from accounts.models import AcquirerApplication, Onboarding
from accounts.models.merchant import MerchantDocument
from accounts.selectors.merchants import documents_of
from accounts.selectors.onboardings import missing
from accounts.services.onboarding_reviews import review_onboarding, send_back_onboarding
from accounts.services.onboardings import FIELD_LABELS
from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from silk_road_ebao.kernel.models import Approval

WORDS = {
    "DRAFT": _("填写中"), "SUBMITTED": _("待审核"), "APPROVED": _("已通过"), "REJECTED": _("已退回"),
    "CANCELED": _("已放弃"),
}  # fmt: skip


class ApplicationInline(RowsInline):
    """What each acquirer last answered."""

    model = AcquirerApplication
    fields = ("acquirer", "status", "sub_mchid", "reason", "answered_at")
    show_change_link = False


def _is_waiting(row: Onboarding) -> bool:
    return str(row.status) == "SUBMITTED"


def _review(press: Press) -> Approval:
    return review_onboarding(onboarding=press.row, actor=press.actor, at=press.at)


def _send_back(press: Press) -> Onboarding:
    return send_back_onboarding(onboarding=press.row, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(Onboarding)
class OnboardingAdmin(OperatorAdmin):
    """The queue, oldest first."""

    list_display = ("onboarding_no", "merchant", "kind", "state", "submitted_at", "started_at", "decided_at")
    list_filter = ("status", "merchant__kind")
    list_select_related = ("merchant",)
    search_fields = ("onboarding_no", "merchant__merchant_no", "merchant__name", "merchant__legal_name")
    ordering = ("submitted_at", "-started_at")
    fields = (
        "onboarding_no", "state", "merchant", "kind", "legal_name", "uscc", "head", "agent", "place", "market",
        "stall_label", "lacking", "papers", "started_at", "submitted_at", "decided_at", "rejection_reason",
    )  # fmt: skip
    readonly_fields = ("state", "kind", "legal_name", "uscc", "head", "place", "lacking", "papers")
    inlines = (ApplicationInline,)
    buttons = (
        Button("review", _("通过，交第二人复核"), _review, role="MAKER", shown=_is_waiting),
        Button(
            "send_back", _("退回商户"), _send_back, role="MAKER", shown=_is_waiting, asks_reason=True, is_danger=True
        ),
    )

    @state_column(description=_("状态"), tones={word: CHIPS[code] for code, word in WORDS.items()}, ordering="status")
    def state(self, row: Onboarding) -> Any:
        """Show where our own part stands."""
        return WORDS.get(row.status, row.status)

    @admin.display(description=_("类型"))
    def kind(self, row: Onboarding) -> str:
        """Show how the merchant is registered."""
        return str(row.merchant.get_kind_display())

    @admin.display(description=_("登记名称"))
    def legal_name(self, row: Onboarding) -> str:
        """Show the registered name."""
        return row.merchant.legal_name

    @admin.display(description=_("统一社会信用代码"))
    def uscc(self, row: Onboarding) -> str:
        """Show the credit code."""
        return row.merchant.uscc or "—"

    @admin.display(description=_("法定代表人"))
    def head(self, row: Onboarding) -> str:
        """Show the legal representative, masked."""
        head = row.merchant.legal_person
        return f"{head.full_name} {head.id_masked}" if head else "—"

    @admin.display(description=_("经营地址"))
    def place(self, row: Onboarding) -> str:
        """Show where it trades."""
        return f"{row.merchant.province} {row.merchant.address}"

    @admin.display(description=_("还差"))
    def lacking(self, row: Onboarding) -> str:
        """Name what is still missing."""
        return "、".join(str(FIELD_LABELS[name]) for name in missing(row)) or "—"

    @admin.display(description=_("证照"))
    def papers(self, row: Onboarding) -> SafeString:
        """Lead to the papers; there they are opened with a reason."""
        return format_html_join("，", '<a href="{}">{}</a>', ((_paper_url(one), str(one)) for one in _papers(row)))


def _papers(row: Onboarding) -> list[MerchantDocument]:
    return list(documents_of(row.merchant))


def _paper_url(paper: MerchantDocument) -> str:
    return f"/admin/accounts/merchantdocument/{paper.pk}/change/"

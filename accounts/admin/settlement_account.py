"""结算账户 and their changes, 账户关联, 信用账户."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.ground import RevealingAdmin, revealing
from accounts.models import AccountLink, CreditAccount, SettlementAccount
from accounts.services.settlement_account_changes import review_account_change, stop_account_change
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.models import Approval


def _review(press: Press) -> Approval:
    return review_account_change(account=press.row, actor=press.actor, at=press.at)


def _stop(press: Press) -> None:
    stop_account_change(account=press.row, actor=press.actor, at=press.at, reason=press.reason)


def _is_proposed_change(row: SettlementAccount) -> bool:
    return row.owner_merchant_id is not None and row.status == "PROPOSED"


def _is_open_change(row: SettlementAccount) -> bool:
    return row.owner_merchant_id is not None and row.status in ("PROPOSED", "HELD")


@admin.register(SettlementAccount)
class SettlementAccountAdmin(RevealingAdmin):
    """Accounts as their banks report them; a change of payee waits here for the first signature."""

    list_display = (
        "account_no", "owner", "bank", "masked", "account_class", "holder_basis", "verification", "status", "added_at",
        "usable_from",
    )  # fmt: skip
    list_filter = ("status", "verification", "account_class", "bank")
    list_select_related = ("owner_merchant", "owner_person", "bank")
    search_fields = ("account_no", "masked", "owner_merchant__merchant_no", "owner_person__person_no")
    ordering = ("-added_at",)
    reveals = ("reveal_number",)
    buttons = (
        Button("review", _("更换属实，交第二人复核"), _review, role="MAKER", shown=_is_proposed_change),
        Button("stop", _("停止更换"), _stop, role="MAKER", shown=_is_open_change, asks_reason=True, is_danger=True),
        Button(
            "reveal_number", _("看账号（会留记录）"), revealing("account_no_sealed"),
            shown=lambda row: row.account_no_sealed is not None, asks_reason=True,
        ),
    )  # fmt: skip

    @admin.display(description=_("户主"))
    def owner(self, row: SettlementAccount) -> Any:
        """Show whose it is."""
        return row.owner_merchant or row.owner_person


@admin.register(AccountLink)
class AccountLinkAdmin(OperatorAdmin):
    """Links, agreed by both sides."""

    list_display = ("link_no", "source", "relation", "target", "status", "evidence_kind", "valid_from", "valid_until")
    list_filter = ("status", "relation", "evidence_kind")
    list_select_related = ("source_person", "source_merchant", "target_person", "target_merchant")
    search_fields = ("link_no", "source_merchant__merchant_no", "target_merchant__merchant_no")
    ordering = ("-proposed_at",)

    @admin.display(description=_("一方"))
    def source(self, row: AccountLink) -> Any:
        """Show the source."""
        return row.source_person or row.source_merchant

    @admin.display(description=_("另一方"))
    def target(self, row: AccountLink) -> Any:
        """Show the target."""
        return row.target_person or row.target_merchant


@admin.register(CreditAccount)
class CreditAccountAdmin(OperatorAdmin):
    """Credit as banks report it, in bands."""

    list_display = ("credit_account_no", "kind", "bank", "limit_band", "usage_band", "status", "reported_at")
    list_filter = ("status", "kind", "bank")
    list_select_related = ("bank",)
    search_fields = ("credit_account_no", "bank_reference")
    ordering = ("-reported_at",)

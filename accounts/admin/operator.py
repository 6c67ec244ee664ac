"""运营人员 and their roles; shut out at once with a reason."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Operator, User
from accounts.models.operator import OperatorGrant
from accounts.services.users import disable_user, enable_user
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline


class GrantInline(RowsInline):
    """Roles, from when to when."""

    model = OperatorGrant
    fields = ("role", "granted_at", "granted_by", "revoked_at")
    show_change_link = False


def _disable(press: Press) -> User:
    return disable_user(user=press.row.user, reason=press.reason, actor=press.actor, at=press.at)


def _enable(press: Press) -> User:
    return enable_user(user=press.row.user, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(Operator)
class OperatorPage(OperatorAdmin):
    """Operators; new ones and new roles come by the command add_operator."""

    list_display = ("operator_no", "name", "held_roles", "is_in_service", "created_at")
    list_select_related = ("user",)
    search_fields = ("operator_no", "name")
    ordering = ("operator_no",)
    inlines = (GrantInline,)
    buttons = (
        Button(
            "disable", _("停用，会话马上断开"), _disable, role="RISK", shown=lambda row: row.user.is_active,
            asks_reason=True, is_danger=True,
        ),
        Button(
            "enable", _("恢复登录"), _enable, role="RISK", shown=lambda row: not row.user.is_active, asks_reason=True
        ),
    )  # fmt: skip

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        """Bring the grants along."""
        return super().get_queryset(request).prefetch_related("grants")

    @admin.display(description=_("角色"))
    def held_roles(self, row: Operator) -> str:
        """Name the live roles."""
        return "、".join(str(one.get_role_display()) for one in row.grants.all() if one.revoked_at is None) or "—"

    @admin.display(description=_("在岗"), boolean=True)
    def is_in_service(self, row: Operator) -> bool:
        """Say whether he may sign in."""
        return row.user.is_active

"""运营人员 and their roles: who may do what, changed by four eyes; shut out at once with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Operator, OperatorRole, User
from accounts.models.operator import OperatorGrant
from accounts.selectors.operators import operator_by_no, operators_in_service
from accounts.services.operator_roles import request_device_reset, request_role_change
from accounts.services.users import disable_user, enable_user
from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, Press, RowsInline
from silk_road_ebao.kernel.models import Approval


class GrantInline(RowsInline):
    """Roles, from when to when."""

    model = OperatorGrant
    fields = ("role", "granted_at", "granted_by", "revoked_at")
    show_change_link = False


class RoleChangeForm(forms.Form):
    """Whose roles, which from now on, and why."""

    operator_no = forms.ChoiceField(label=_("哪位同事"))
    roles = forms.MultipleChoiceField(
        label=_("从现在起的角色"), choices=OperatorRole.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("理由"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["operator_no"]
        chosen.choices = [(one.operator_no, f"{one.name} {one.operator_no}") for one in operators_in_service()]


def _disable(press: Press) -> User:
    return disable_user(user=press.row.user, reason=press.reason, actor=press.actor, at=press.at)


def _enable(press: Press) -> User:
    return enable_user(user=press.row.user, reason=press.reason, actor=press.actor, at=press.at)


def _reset(press: Press) -> Approval:
    return request_device_reset(operator=press.row, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(Operator)
class OperatorPage(EnteringAdmin):
    """Who has which role. New operators come by the command add_operator; roles change by two signatures."""

    list_display = ("operator_no", "name", "held_roles", "is_in_service", "last_seen", "created_at")
    list_filter = ("grants__role", "user__is_active")
    list_select_related = ("user",)
    search_fields = ("operator_no", "name")
    ordering = ("operator_no",)
    inlines = (GrantInline,)
    entry_form = RoleChangeForm
    entry_label = _("申请改角色")
    buttons = (
        Button(
            "disable", _("停用，会话马上断开"), _disable, role="RISK", shown=lambda row: row.user.is_active,
            asks_reason=True, is_danger=True,
        ),
        Button(
            "enable", _("恢复登录"), _enable, role="RISK", shown=lambda row: not row.user.is_active, asks_reason=True
        ),
        Button("reset_device", _("手机丢了，申请重绑动态码"), _reset, role="RISK", asks_reason=True),
    )  # fmt: skip

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for the change of roles."""
        operator = operator_by_no(typed["operator_no"])
        return request_role_change(operator=operator, roles=typed["roles"], reason=typed["reason"], **by)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Bring the grants along; a filter by role counts live grants and names nobody twice."""
        return super().get_queryset(request).prefetch_related("grants").distinct()

    @admin.display(description=_("角色"))
    def held_roles(self, row: Operator) -> str:
        """Name the live roles."""
        return "、".join(str(one.get_role_display()) for one in row.grants.all() if one.revoked_at is None) or "—"

    @admin.display(description=_("在岗"), boolean=True)
    def is_in_service(self, row: Operator) -> bool:
        """Say whether he may sign in."""
        return row.user.is_active

    @admin.display(description=_("最近登录"), ordering="user__last_login")
    def last_seen(self, row: Operator) -> Any:
        """Show the last sign-in."""
        return row.user.last_login

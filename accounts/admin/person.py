"""自然人, masked; and exceptions to one phone, one ID."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.ground import RevealingAdmin, revealing
from accounts.models import Person, PhoneException
from accounts.services.persons import reverify_person
from accounts.services.phone_exceptions import request_phone_exception
from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, Press


def _reverify(press: Press) -> Person:
    return reverify_person(person=press.row, actor=press.actor, at=press.at)


@admin.register(Person)
class PersonAdmin(RevealingAdmin):
    """People: ID and phone masked, opened one at a time with a reason (R25)."""

    list_display = ("person_no", "full_name", "id_masked", "phone_masked", "status", "registered_at", "last_active_at")
    list_filter = ("status",)
    search_fields = ("person_no", "full_name")
    ordering = ("-registered_at",)
    reveals = ("reveal_id", "reveal_phone")
    buttons = (
        Button(
            "reverify", _("已重新核实"), _reverify, role="MAKER", shown=lambda row: row.status in ("SILENT", "ACTIVE")
        ),
        Button(
            "reveal_id", _("看身份证号（会留记录）"), revealing("id_sealed"),
            shown=lambda row: row.id_sealed is not None, asks_reason=True,
        ),
        Button(
            "reveal_phone", _("看手机号（会留记录）"), revealing("phone_sealed"),
            shown=lambda row: row.phone_sealed is not None, asks_reason=True,
        ),
    )  # fmt: skip


class PhoneExceptionForm(forms.Form):
    """Which phone, which ID, and why."""

    phone = forms.CharField(label=_("手机号"), max_length=24)
    resident_id = forms.CharField(label=_("身份证号"), max_length=24)
    reason = forms.CharField(label=_("理由"), max_length=200)


@admin.register(PhoneException)
class PhoneExceptionAdmin(EnteringAdmin):
    """Exceptions to R10: asked for by one operator, agreed by another."""

    list_display = ("exception_no", "phone_masked", "id_masked", "reason", "status", "requested_at", "decided_at")
    list_filter = ("status",)
    search_fields = ("exception_no",)
    ordering = ("-requested_at",)
    entry_form = PhoneExceptionForm
    entry_label = _("申请一机多证例外")

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Ask for the exception."""
        return request_phone_exception(**typed, **by)

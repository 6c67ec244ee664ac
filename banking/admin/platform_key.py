"""Our own signing keys."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from banking.models import PlatformKey
from banking.services.platform_keys import rotate_platform_key
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.clock import wire_now


def _rotate(press: Press) -> Any:
    return rotate_platform_key(actor=press.actor, at=wire_now())


@admin.register(PlatformKey)
class PlatformKeyAdmin(OperatorAdmin):
    """平台密钥: the private half is never shown."""

    list_display = ("keyid", "algorithm", "created_at", "replaced_at", "published_until")
    ordering = ("-created_at",)
    buttons = (Button("rotate", _("更换平台密钥"), _rotate, role="CHECKER", shown=lambda key: key.replaced_at is None),)

"""What the pages of this room share: sealed things shown once with a reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from silk_road_ebao.console.operator_admin import OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.crypto import reveal
from silk_road_ebao.kernel.refusals import Refusal

CHIPS: Mapping[str, str] = {
    "APPROVED": "success", "ACTIVE": "success", "LIVE": "success", "VERIFIED": "success", "FINISHED": "success",
    "SUBMITTED": "warning", "PENDING": "warning", "PROPOSED": "warning", "HELD": "warning", "REQUESTED": "warning",
    "OPEN": "danger", "SUSPENDED": "danger", "REJECTED": "danger", "REFUSED": "danger", "BLOCKED": "danger",
    "DRAFT": "info", "LEFT": "info", "CLOSED": "info", "ENDED": "info", "CANCELED": "info",
}  # fmt: skip
"""Tones of status codes on this room's lists."""


class RevealingAdmin(OperatorAdmin):
    """A page some of whose buttons open what is sealed.

    What is opened is shown once, on a page nobody keeps; who saw it and why is in the audit chain (R25).
    """

    reveals: ClassVar[Sequence[str]] = ()

    def press_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Show what a revealing button opened; other buttons work as everywhere."""
        if name not in self.reveals:
            return super().press_view(request, object_id, name)
        row = self.get_object(request, object_id)
        button = next((button for button in self.buttons if button.name == name), None)
        if row is None or button is None or request.method != "POST" or not self._may_press(request, button):
            raise Http404
        reason = request.POST.get("reason", "").strip()
        here = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        if not reason:
            messages.error(request, _("请写明原因"))
            return HttpResponseRedirect(here)
        try:
            opened = button.press(Press(row, actor_of(request), clock.now(), reason))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(here)
        return self._show(request, row, button.label, opened, here)

    def _show(self, request: HttpRequest, row: Any, label: str | Promise, opened: object, here: str) -> HttpResponse:
        if isinstance(opened, HttpResponse):
            return opened
        context = {**self.admin_site.each_context(request), "title": label, "row": row, "text": opened, "back": here}
        response = TemplateResponse(request, "admin/accounts/revealed.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response


def revealing(column: str) -> Callable[[Press], str]:
    """Make the press of a button that opens one sealed column."""

    def press(press: Press) -> str:
        return reveal(press.row, column, actor=press.actor, purpose=press.reason, at=press.at)

    return press

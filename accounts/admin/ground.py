"""What the pages of this room share: sealed things shown once with a reason, and entries by a form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from silk_road_ebao.console.operator_admin import OperatorAdmin, Press
from silk_road_ebao.console.operators import actor_of, roles_of
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


class EnteringAdmin(OperatorAdmin):
    """A page with a form beside its list: what operators enter goes to a service."""

    entry_form: type[forms.Form]
    entry_label: str | Promise = ""
    entry_role = "MAKER"
    list_before_template = "admin/accounts/entry_link.html"

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Call the service; subclasses say which."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the form."""
        info = (self.opts.app_label, self.opts.model_name)
        view = self.admin_site.admin_view(self.entry_view)
        return [path("enter/", view, name="{}_{}_enter".format(*info)), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with the way to the form, for those who may enter."""
        may = self.entry_role in roles_of(request)
        extra = {**(extra_context or {}), "entry_label": self.entry_label if may else ""}
        page: HttpResponse = super().changelist_view(request, extra)
        return page

    def entry_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form; POST hands what was typed to the service."""
        if not self.has_view_permission(request) or self.entry_role not in roles_of(request):
            raise PermissionDenied
        form = self.entry_form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                self.enter(form.cleaned_data, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, _("已录入"))
                return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        context = {**self.admin_site.each_context(request), "title": self.entry_label, "form": form}
        return TemplateResponse(request, "admin/accounts/enter.html", context, status=422 if form.errors else 200)

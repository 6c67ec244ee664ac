"""The page with a form beside its list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal


def _told(entered: object) -> str:
    if isinstance(entered, Approval):
        return _("已提交，等同事复核：%(no)s") % {"no": entered.approval_no}
    return _("已录入")


class EnteringAdmin(OperatorAdmin):
    """A page with a form beside its list: what operators enter goes to a service."""

    entry_form: type[forms.Form]
    entry_label: str | Promise = ""
    entry_role = "MAKER"
    list_before_template = "admin/entry_link.html"

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
                entered = self.enter(form.cleaned_data, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, _told(entered))
                return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        context = {**self.admin_site.each_context(request), "title": self.entry_label, "form": form}
        return TemplateResponse(request, "admin/enter.html", context, status=422 if form.errors else 200)

"""The console's site: operators only, with a second factor."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from silk_road_ebao.console import operators, second_factor
from silk_road_ebao.kernel import audit, clock
from silk_road_ebao.kernel.refusals import Refusal

SECRET_KEY = "console.new_device"  # noqa: S105  # the session's key, not a secret


OURS = ("silk_road_ebao.", "accounts.", "payments.", "supplychain.", "banking.", "loyalty.")


class ConsoleSite(UnfoldAdminSite):
    """运营台: our own pages only; those that packages bring would show what ours hide and write past services."""

    index_title = _("今天")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own models; pass over those of packages."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        ours = [model for model in models if model.__module__.startswith(OURS)]
        if ours:
            super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active operators whose session passed the second factor."""
        return bool(super().has_permission(request)) and operators.has_second_factor(request)

    def extra_urls(self) -> list[URLPattern]:
        """Add the page of the second factor."""
        return [path("second-factor/", never_cache(self.second_factor), name="second_factor")]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for name and password, then for the second factor."""
        if request.method == "GET" and super().has_permission(request) and not operators.has_second_factor(request):
            query = urlencode({"next": _target(request)})
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{query}")
        page: HttpResponse = super().login(request, extra_context)
        return page

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code of the operator's device; bind a device at the first visit."""
        if not super().has_permission(request):
            return redirect_to_login(_target(request), reverse("admin:login"))
        if request.method == "POST":
            return self._answer(request)
        return self._ask(request)

    def _ask(self, request: HttpRequest, error: str = "") -> HttpResponse:
        user: Any = request.user
        context = {**self.each_context(request), "title": _("第二步：动态码"), "next": _target(request), "error": error}
        if second_factor.is_set_up(user):
            if settings.DEMO:
                context["demo_code"] = second_factor.present_code(user)
        else:
            secret = request.session.setdefault(SECRET_KEY, second_factor.new_secret())
            context |= {"device_url": second_factor.device_url(user, secret), "secret": secret}
            if settings.DEMO:
                context["demo_code"] = second_factor.code_of(secret)
        return TemplateResponse(request, "admin/second_factor.html", context, status=400 if error else 200)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        code = request.POST.get("code", "").replace(" ", "")
        codes: list[str] = []
        try:
            if second_factor.is_set_up(user):
                second_factor.verify(user, code)
            else:
                codes = second_factor.set_up(user, secret=request.session.get(SECRET_KEY, ""), code=code)
        except Refusal as refusal:
            return self._ask(request, str(refusal))
        request.session.pop(SECRET_KEY, None)
        request.session.cycle_key()
        request.session[operators.FACTOR_KEY] = user.pk
        audit.record(
            actor=operators.actor_of(request), action="console.sign_in", subject=f"user-{user.pk}", at=clock.now()
        )
        if codes:
            context = {**self.each_context(request), "title": _("备用码"), "codes": codes, "next": _target(request)}
            return TemplateResponse(request, "admin/second_factor.html", context)
        return HttpResponseRedirect(_target(request))


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse("admin:index")
